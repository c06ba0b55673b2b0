// Parts that scroll for themselves and that a keyboard cannot scroll everywhere; some browsers reach them unasked, some do not.
const faults = [];
for (const one of document.querySelectorAll("body *")) {
  if (!shown(one) || one.closest("svg")) continue;
  const style = getComputedStyle(one);
  const scrolls = /auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
  if (!scrolls) continue;
  if (one.tabIndex < 0) faults.push(`scrolls, and the Tab key does not reach it: ${told(one)}`);
}
return faults;
