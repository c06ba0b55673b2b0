// Words of one chart that are too faint, against each colour that fills a good part of their box.
// given: index of the drawing; a picture of it without its words
const SHARE = 0.25; // of the box; a thin line through a word leaves it legible
const drawing = drawings(document)[given[0]];
const sheet = await pixels(given[1]);
const whole = boxOf(drawing);
const faults = [];
for (const text of drawing.querySelectorAll("text")) {
  if (!text.textContent.trim() || !shown(text)) continue;
  const box = boxOf(text);
  const counts = new Map();
  let total = 0;
  for (let y = Math.max(0, box.y - whole.y); y < Math.min(sheet.height, box.y - whole.y + box.height); y++) {
    for (let x = Math.max(0, box.x - whole.x); x < Math.min(sheet.width, box.x - whole.x + box.width); x++) {
      const k = 4 * (y * sheet.width + x);
      const key = sheet.data.slice(k, k + 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
      total += 1;
    }
  }
  const style = getComputedStyle(text);
  const [r, g, b, alpha] = colour(style.fill);
  const matrix = text.getScreenCTM();
  const least = needed(style, Math.hypot(matrix.a, matrix.b));
  for (const [key, count] of counts) {
    if (count < SHARE * total) continue;
    const behind = key.split(",").map(Number);
    const ratio = contrast(over([r, g, b, alpha * Number(style.fillOpacity) * opacity(text)], behind), behind);
    if (ratio < least) faults.push(`${told(text)} on rgb(${key}): ${ratio.toFixed(2)}`);
  }
}
return faults;
