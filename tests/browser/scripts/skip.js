// Where the skip link leads, and where the focus is by now.
const link = document.querySelector("a[href^='#']");
const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
const active = document.activeElement;
const box = target?.getBoundingClientRect();
return {
  link: link && told(link),
  focused: active === link,
  hash: location.hash,
  wanted: link?.hash ?? null,
  shown: link ? shown(link) && link.getBoundingClientRect().left >= 0 && link.getBoundingClientRect().top >= 0 : false,
  main: Boolean(target && (target.matches("main") || target.closest("main"))),
  onScreen: Boolean(box && box.top < innerHeight && box.bottom > 0),
  behind: Boolean(
    target &&
      (active === target || target.contains(active) || target.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING),
  ),
};
