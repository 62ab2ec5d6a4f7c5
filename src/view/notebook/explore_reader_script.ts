/**
 * How the page gets readings: from the kernel that measured them, or from what the page carries with itself. Both give
 * slices (`explore_slice.ts`) of what is asked for, in the order of the model.
 */
export const EXPLORE_READER_SCRIPT = `
const coordinatesOf = ({ coordinates, size }) => Array.isArray(coordinates) ? coordinates
  : Array.from({ length: size }, (_, i) => coordinates.from + coordinates.step * i);
/** Where cells begin and end: halfway between coordinates. */
const edgesOf = (dimension) => {
  const at = coordinatesOf(dimension).map((one) => dimension.log ? Math.log(one) : one), last = at.length - 1;
  if (last < 0) return [0, 1];
  const alone = dimension.labels ? 0.5 : dimension.log ? 0.2 : Math.abs(at[0]) * 0.05 || 0.5;
  const edges = [at[0] - (last ? (at[1] - at[0]) / 2 : alone)];
  for (let i = 1; i <= last; i++) edges.push((at[i - 1] + at[i]) / 2);
  edges.push(at[last] + (last ? (at[last] - at[last - 1]) / 2 : alone));
  return dimension.log ? edges.map(Math.exp) : edges;
};
const nearest = (dimension, place) => {
  const all = coordinatesOf(dimension), far = (at) => Math.abs(dimension.log ? Math.log(at / place) : at - place);
  return all.reduce((best, at, i) => far(at) < far(all[best]) ? i : best, 0);
};
const unpack = (buffer) => {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  // A curve begins with its places, which are themselves.
  const data = new Float32Array(buffer, 4 + length), first = head.kind === "curve" ? head.shape[0] : 0;
  return { ...head, data: Float64Array.from(data, (one, i) => i < first ? one : one + head.offset) };
};
const ask = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60000) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
};
/** From the kernel. */
const far = (url) => ({
  slice: async (asked) =>
    unpack(await (await ask(url + "slice?ask=" + encodeURIComponent(JSON.stringify(asked)))).arrayBuffer()),
  figure: async (array) => await (await ask(url + "figure?array=" + array)).json(),
  has: () => true,
  windows: true,
});
/** From the page itself. */
const near = (saved, figures) => {
  const decoded = new Map();
  const dataOf = (one) => {
    if (!decoded.has(one)) {
      const single = new Float32Array(Uint8Array.from(atob(one.data), (c) => c.charCodeAt(0)).buffer);
      decoded.set(one, Float64Array.from(single, (reading) => reading + one.offset));
    }
    return decoded.get(one);
  };
  const slice = async ({ array, at }) => {
    const one = saved.find((one) => one.array === array);
    if (!one) throw new Error("this page does not hold " + model.arrays[array].name);
    const { shape, factors } = one, all = dataOf(one), free = shape.flatMap((_, d) => at[d] === null ? [d] : []);
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    const start = at.reduce((sum, index, d) => sum + (index === null ? 0 : Math.floor(index / factors[d]) * strides[d]), 0);
    const own = free.every((d) => model.dimensions[model.arrays[array].dimensions[d]].own);
    if (free.length === 1) {
      const [d] = free, size = model.dimensions[model.arrays[array].dimensions[d]].size;
      const data = new Float64Array(2 * shape[d]);
      for (let k = 0; k < shape[d]; k++) {
        data[k] = Math.min(size - 1, k * factors[d] + Math.floor(factors[d] / 2));
        data[shape[d] + k] = all[start + k * strides[d]];
      }
      return { kind: "curve", shape: [shape[d]], data };
    }
    const [r, c] = free, data = new Float64Array(shape[r] * shape[c]);
    for (let row = 0, i = 0; row < shape[r]; row++) {
      for (let column = 0; column < shape[c]; column++) data[i++] = all[start + row * strides[r] + column * strides[c]];
    }
    return { kind: "map", shape: [shape[r], shape[c]], from: [0, 0], factors: [factors[r], factors[c]], range: rangeOf(data, own), data };
  };
  return {
    slice,
    figure: async (array) => figures.find((one) => one.array === array)?.figure ?? null,
    has: (array) => saved.some((one) => one.array === array) || figures.some((one) => one.array === array),
    windows: false,
  };
};
/** The readings at the ends of the palette; of frames, one hot pixel in two hundred is left out. */
const rangeOf = (data, robust) => {
  const sorted = data.filter(Number.isFinite).sort();
  if (!sorted.length) return null;
  const skip = robust ? Math.floor(0.005 * (sorted.length - 1)) : 0;
  const [low, high] = [sorted[skip], sorted[sorted.length - 1 - skip]];
  return low < high ? [low, high] : [sorted[0], sorted[sorted.length - 1]];
};
`;
