// Every drawing: box on the page, name, its marks where a chart of Vega says which they are (else null).
return drawings(document).map((one) => {
  const chart = one.matches("svg.marks");
  return {
    box: boxOf(one),
    name: told(one.closest("figure") ?? one),
    marks: chart ? one.querySelectorAll(".role-mark > *").length : null,
  };
});
