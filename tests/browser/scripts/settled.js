// Whether every figure has its drawing; a report says itself when it is done.
const done = !document.querySelector("[data-spec]") || document.documentElement.dataset.drawn === "yes";
return (
  document.readyState === "complete" &&
  done &&
  [...document.querySelectorAll("figure")].every((one) => one.querySelector("svg, canvas, img"))
);
