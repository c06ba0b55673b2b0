// Words of the page, but for those of charts, that are too faint.
const faults = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const [node, element] = [walker.currentNode, walker.currentNode.parentElement];
  if (!node.data.trim() || element.closest("svg, script, style, noscript, :disabled") || !shown(element)) continue;
  const style = getComputedStyle(element);
  const behind = background(element);
  if (behind === null) {
    faults.push(`${told(element)}: on a picture`);
    continue;
  }
  const [r, g, b, alpha] = colour(style.color);
  const ratio = contrast(over([r, g, b, alpha * opacity(element)], behind), behind);
  if (ratio < needed(style)) faults.push(`${told(element)}: ${ratio.toFixed(2)}`);
}
return faults;
