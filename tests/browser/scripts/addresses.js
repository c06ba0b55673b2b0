// What the page would load from elsewhere, as written in it; links that a reader may follow are none of that.
const away = (text) => /^\s*(https?:|wss?:|ftp:|\/\/)/i.test(text ?? "");
const faults = [];
for (const one of document.querySelectorAll("*")) {
  if (one.matches("a, area")) continue;
  for (const name of ["src", "href", "srcset", "data", "poster", "action", "formaction", "xlink:href"])
    if (away(one.getAttribute(name)) && !(name === "href" && one.matches("link[rel=license], link[rel=canonical]")))
      faults.push(`${one.tagName.toLowerCase()} ${name}: ${one.getAttribute(name).slice(0, 80)}`);
  if (/url\(\s*['"]?\s*(https?:)?\/\//i.test(one.getAttribute("style") ?? "")) faults.push(`style of ${told(one)}`);
}
for (const style of document.querySelectorAll("style"))
  if (/(url\(\s*['"]?\s*|@import\s*['"])(https?:)?\/\//i.test(style.textContent)) faults.push("an address in a style sheet");
return faults;
