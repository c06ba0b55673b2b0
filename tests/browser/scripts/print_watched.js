// Keep, at the moment of printing, which folded parts stay folded.
window.foldedInPrint = null;
window.addEventListener("beforeprint", () => {
  window.foldedInPrint = [...document.querySelectorAll("details")]
    .filter((one) => [...one.children].some((child) => child.tagName !== "SUMMARY" && !child.checkVisibility()))
    .map((one) => told(one.querySelector("summary") ?? one));
});
