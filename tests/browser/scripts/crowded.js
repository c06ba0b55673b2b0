// Words of charts that lie on one another, or that the edge of their chart cuts.
const faults = [];
for (const drawing of drawings(document)) {
  const edge = drawing.getBoundingClientRect();
  const where = told(drawing.closest("figure") ?? drawing);
  const texts = [...drawing.querySelectorAll("text")]
    .filter((text) => text.textContent.trim() && shown(text))
    .map((text) => ({ text, box: text.getBoundingClientRect(), level: Math.abs(text.getScreenCTM()?.b ?? 0) < 0.01 }));
  for (const { text, box } of texts) {
    const out = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
    if (out > 1 && getComputedStyle(drawing).overflow !== "visible") faults.push(`${where}: cut: ${text.textContent}`);
  }
  const level = texts.filter((one) => one.level); // the box of a slanting word is no measure of it
  level.forEach((one, k) => {
    for (const other of level.slice(k + 1)) {
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      const smaller = Math.min(one.box.width * one.box.height, other.box.width * other.box.height);
      const halo = one.text.textContent === other.text.textContent && width * height > 0.9 * smaller;
      if (width > 0 && height > 0 && width * height > 0.2 * smaller && !halo)
        faults.push(`${where}: overlap: ${one.text.textContent} / ${other.text.textContent}`);
    }
  });
}
return faults;
