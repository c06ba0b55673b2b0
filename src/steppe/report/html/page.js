"use strict";
// Draws every figure of the page from the specification beside it; one that fails says so in its place.
(async () => {
  for (const place of document.querySelectorAll(".chart")) {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    try {
      await vegaEmbed(place, spec, { renderer: "svg", actions: false, tooltip: true });
      const picture = place.querySelector("svg");
      if (picture) {
        picture.setAttribute("role", "img");
        picture.setAttribute("aria-label", spec.description || "");
      }
      for (const input of place.querySelectorAll(".vega-bind input, .vega-bind select")) {
        if (!input.id) input.setAttribute("aria-label", input.name.replace(/_/g, " "));
      }
      place.dataset.drawn = "yes";
    } catch (error) {
      place.textContent = "This picture could not be drawn; its numbers are in the table below.";
      console.error(error);
    }
  }
  document.documentElement.dataset.drawn = "yes";
})();

// On paper nothing can be unfolded. What stays folded there: words and numbers of a figure, whose picture is beside them, and
// tables of many pages.
const LONG = 200;
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")].filter(
    (one) => !one.closest("figure") && one.querySelectorAll("tr").length <= LONG,
  );
  for (const one of unfolded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of unfolded) one.open = false;
});
