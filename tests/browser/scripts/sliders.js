// Every slider: its drawing's place in the list of drawings, its range, and what it says (value, words beside it).
const list = drawings(document);
return [...document.querySelectorAll("input[type=range]")].filter((one) => one.checkVisibility()).map((one) => {
  const place = one.closest("figure") ?? one.closest(".vega-embed") ?? document;
  const label = one.labels?.[0] ?? one.parentElement;
  return {
    told: told(label),
    drawing: list.findIndex((drawing) => place.contains(drawing)),
    value: Number(one.value),
    min: Number(one.min),
    max: Number(one.max),
    words: `${one.parentElement.innerText} ${label.innerText} ${one.getAttribute("aria-valuetext") ?? ""}`,
  };
});
