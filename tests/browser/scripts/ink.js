// A picture: number of its colours, and share of pixels that are not of the commonest one.
const { data, width, height } = await pixels(given[0]);
const counts = new Map();
for (let k = 0; k < data.length; k += 4) {
  const key = (data[k] << 16) | (data[k + 1] << 8) | data[k + 2];
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
return { colours: counts.size, ink: 1 - Math.max(...counts.values()) / (width * height) };
