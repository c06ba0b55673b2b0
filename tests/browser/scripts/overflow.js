// What is wider than the screen. given: width of the screen
// A phone's browser zooms out to show all, so that innerWidth is no measure.
const width = given[0];
if (document.scrollingElement.scrollWidth <= width) return [];
const within = (element) => {
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
    if (getComputedStyle(one).overflowX !== "visible" && one.getBoundingClientRect().right <= width + 1) return true;
  return false;
};
const wide = [...document.body.querySelectorAll("*")].filter(
  (one) => shown(one) && one.getBoundingClientRect().right > width + 1 && !within(one),
);
const outer = wide.filter((one) => !wide.includes(one.parentElement)).map((one) => `wider than ${width}: ${told(one)}`);
return outer.length ? outer : [`the page is ${document.scrollingElement.scrollWidth} wide on a screen of ${width}`];
