// From now on keep what gets the focus, and whether one sees it there.
window.focusKept = [];
document.addEventListener("focusin", ({ target }) => {
  const style = getComputedStyle(target);
  const around = background(target.parentElement ?? target) ?? [255, 255, 255];
  const ring = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
  // The browser's own ring (auto) is made to be seen on every ground.
  const clear = style.outlineStyle === "auto" || contrast(over(colour(style.outlineColor), around), around) >= 3;
  const shadow = style.boxShadow !== "none";
  const box = target.getBoundingClientRect();
  const inside = box.width > 1 && box.height > 1 && box.right > 0 && box.left < innerWidth;
  window.focusKept.push({
    number: Number(target.dataset.control ?? -1),
    told: told(target),
    visible: inside && ((ring && clear) || shadow),
  });
});
