// What several scripts need. `given` holds the arguments of a script.

/** Whether an element takes part in what is shown. */
const shown = (element) => {
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1;
};

/** An element, so that a person finds it. */
const told = (element) => {
  const id = element.id ? "#" + element.id : "";
  const text = (element.getAttribute("aria-label") || element.textContent || "").replace(/\s+/g, " ").trim();
  return `<${element.tagName.toLowerCase()}${id}> ${text.slice(0, 60)}`.trim();
};

/** Boxes in coordinates of the page, in whole pixels. */
const boxOf = (element) => {
  const box = element.getBoundingClientRect();
  const [x, y] = [Math.floor(box.left + scrollX), Math.floor(box.top + scrollY)];
  return { x, y, width: Math.ceil(box.right + scrollX) - x, height: Math.ceil(box.bottom + scrollY) - y };
};

/** What draws: whole SVGs, canvases, images. */
const drawings = (inside) =>
  [...inside.querySelectorAll("svg, canvas, img")].filter(
    (one) => shown(one) && !one.parentElement.closest("svg") && !one.closest("[aria-hidden=true]"),
  );

const _pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const _colours = new Map();
/** Any colour of CSS as red, green, blue in 0..255 and alpha in 0..1. */
const colour = (text) => {
  if (!_colours.has(text)) {
    _pixel.clearRect(0, 0, 1, 1);
    _pixel.fillStyle = text;
    _pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = _pixel.getImageData(0, 0, 1, 1).data;
    _colours.set(text, [r, g, b, a / 255]);
  }
  return _colours.get(text);
};

/** A colour with alpha over an opaque one. */
const over = ([r, g, b, a], below) => [r, g, b].map((part, k) => a * part + (1 - a) * below[k]);

/** Relative luminance and contrast ratio of WCAG 2.2. */
const luminance = (rgb) =>
  rgb
    .slice(0, 3)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0);
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

/** Product of the opacities of an element and all that it is in. */
const _opacities = new Map();
const opacity = (element) => {
  if (!element) return 1;
  if (!_opacities.has(element)) _opacities.set(element, Number(getComputedStyle(element).opacity) * opacity(element.parentElement));
  return _opacities.get(element);
};

/** The colour behind an element; null where a picture is behind it. */
const _backgrounds = new Map();
const background = (element) => {
  if (!element) return [255, 255, 255];
  if (!_backgrounds.has(element)) {
    const style = getComputedStyle(element);
    const layer = colour(style.backgroundColor);
    const below = layer[3] === 1 ? [0, 0, 0] : background(element.parentElement);
    _backgrounds.set(element, style.backgroundImage !== "none" || below === null ? null : over(layer, below));
  }
  return _backgrounds.get(element);
};

/** Contrast that a text needs: 3 where it is large (18 pt, or 14 pt bold), else 4.5. */
const needed = (style, scale = 1) => {
  const size = Number.parseFloat(style.fontSize) * scale;
  return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
};

/** Pixels of a PNG in base64. */
const pixels = async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const sheet = new OffscreenCanvas(image.width, image.height).getContext("2d");
  sheet.drawImage(image, 0, 0);
  return sheet.getImageData(0, 0, image.width, image.height);
};

/** A control that has the focus: its number, and whether one sees that it has it. */
const focusOf = (target) => {
  const style = getComputedStyle(target);
  const around = background(target.parentElement ?? target) ?? [255, 255, 255];
  const ring = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
  // The browser's own ring (auto) is made to be seen on every ground.
  const clear = style.outlineStyle === "auto" || contrast(over(colour(style.outlineColor), around), around) >= 3;
  const box = target.getBoundingClientRect();
  const inside = box.width > 1 && box.height > 1 && box.right > 0 && box.left < innerWidth;
  const visible = inside && ((ring && clear) || style.boxShadow !== "none");
  return { number: Number(target.dataset.control ?? -1), told: told(target), visible };
};

