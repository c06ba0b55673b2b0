// Faults of structure: language, title, headings, names of pictures and controls, heads of tables, ids.
const faults = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const labelled = (element) =>
  (element.getAttribute("aria-labelledby") ?? "")
    .split(/\s+/)
    .map((id) => document.getElementById(id)?.textContent ?? "")
    .join(" ");
const title = (element) => [...element.children].find((one) => one.tagName.toLowerCase() === "title")?.textContent;

if (!document.documentElement.lang) faults.push("the page has no lang");
if (!document.title.trim()) faults.push("the page has no title");
if (all("main").length !== 1) faults.push("not one main");
const viewport = document.querySelector("meta[name=viewport]")?.content ?? "";
if (!/width\s*=\s*device-width/.test(viewport)) faults.push("no viewport of the width of the device");
if (/user-scalable\s*=\s*no|maximum-scale/.test(viewport)) faults.push("the viewport forbids to zoom");

const headings = all("h1, h2, h3, h4, h5, h6");
if (all("h1").length !== 1) faults.push(`${all("h1").length} h1`);
headings.forEach((one, k) => {
  const [level, before] = [Number(one.tagName[1]), k ? Number(headings[k - 1].tagName[1]) : 0];
  if (level > before + 1) faults.push(`h${level} after h${before}: ${told(one)}`);
  if (!one.textContent.trim()) faults.push(`an empty h${level}`);
});

for (const image of all("img")) if (!image.hasAttribute("alt")) faults.push(`img without alt: ${image.src.slice(0, 60)}`);
for (const one of drawings(document)) {
  if (one.matches("img[alt='']")) continue; // an ornament
  const places = [one];
  for (let up = one.parentElement; up; up = up.parentElement)
    if (up.matches("[role=img], [role=graphics-document], figure")) places.push(up);
  const own = places.flatMap((place) => [place.getAttribute("aria-label"), place.getAttribute("alt"), labelled(place), title(place)]);
  const words = [...own, one.closest("figure")?.querySelector("figcaption")?.textContent].map((text) => (text ?? "").trim());
  if (!words.some((text) => text.length >= 20)) faults.push(`a drawing without words: ${told(one.closest("figure") ?? one)}`);
}

for (const table of all("table")) {
  const heads = [...table.querySelectorAll("th")];
  if (!heads.length) faults.push(`a table without head cells: ${told(table)}`);
  for (const head of heads) if (!head.hasAttribute("scope")) faults.push(`th without scope: ${told(head)}`);
}
for (const row of all("table tr")) if (!row.children.length) faults.push("an empty row");

const ids = new Set();
for (const one of all("[id]")) {
  if (ids.has(one.id)) faults.push(`id twice: ${one.id}`);
  ids.add(one.id);
}
for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
  for (const one of all(`[${name}]`))
    for (const id of one.getAttribute(name).split(/\s+/))
      if (!document.getElementById(id)) faults.push(`${name} points to nothing: ${id}`);
for (const link of all("a[href^='#']"))
  if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) faults.push(`a link leads nowhere: ${link.hash}`);
return faults;
