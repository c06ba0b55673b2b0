// From now on keep what gets the focus, and whether one sees it there.
window.focusKept = [];
document.addEventListener("focusin", ({ target }) => window.focusKept.push(focusOf(target)));
