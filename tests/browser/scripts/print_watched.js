// Keep, at the moment of printing, which folded parts stay folded. Two may: words and numbers of a figure, beside its picture, and
// a table of more than 200 rows whose summary is there.
window.foldedInPrint = null;
window.addEventListener("beforeprint", () => {
  const folded = (one) => [...one.children].some((child) => child.tagName !== "SUMMARY" && !child.checkVisibility());
  const long = (one) => one.querySelectorAll("tr").length > 200 && one.querySelector("summary")?.checkVisibility();
  window.foldedInPrint = [...document.querySelectorAll("details")]
    .filter((one) => folded(one) && !one.closest("figure") && !long(one))
    .map((one) => told(one.querySelector("summary") ?? one));
});
