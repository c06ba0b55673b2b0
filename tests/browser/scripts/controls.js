// Everything that the Tab key must reach, in the order of the document. Each gets a number, which `focus_watched` keeps.
const choice = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]";
const controls = [...document.querySelectorAll(choice)].filter(
  (one) =>
    one.checkVisibility({ visibilityProperty: true }) &&
    !one.disabled &&
    one.type !== "hidden" &&
    !one.closest("[inert]") &&
    !(one.type === "radio" && !one.checked && document.querySelector(`input[name="${CSS.escape(one.name)}"]:checked`)),
);
controls.forEach((one, k) => (one.dataset.control = k));
return controls
  .filter((one) => one.tabIndex >= 0 || one.matches("a[href], button, input, select, textarea, summary"))
  .map((one) => ({ number: Number(one.dataset.control), told: told(one) }));
