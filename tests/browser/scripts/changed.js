// Share of pixels in which two pictures differ; 1 where their sizes do.
const [one, other] = [await pixels(given[0]), await pixels(given[1])];
if (one.width !== other.width || one.height !== other.height) return 1;
let changed = 0;
for (let k = 0; k < one.data.length; k += 4) {
  changed += one.data[k] !== other.data[k] || one.data[k + 1] !== other.data[k + 1] || one.data[k + 2] !== other.data[k + 2];
}
return changed / (one.width * one.height);
