/**
 * What a saved cell shows where no kernel answers and so plotly.js is missing: the picture, and below it the slices that
 * the cell carries, drawn on a canvas, with sliders and the reading under the pointer.
 */
export const EXPLORE_CANVAS_SCRIPT = `
const colourOf = (share) => {
  const place = Math.max(0, Math.min(1, share)) * (page.colours.length - 1), low = Math.min(Math.floor(place), page.colours.length - 2);
  const [a, b] = [low, low + 1].map((i) => [1, 3, 5].map((k) => parseInt(page.colours[i][1].slice(k, k + 2), 16)));
  return a.map((from, k) => Math.round(from + (b[k] - from) * (place - low)));
};
/** The picture of the slice that is chosen; what is under a place of it. */
const paint = (canvas, slice) => {
  const array = model.arrays[state.array], swapped = array.dimensions.indexOf(state.rows) > array.dimensions.indexOf(state.columns);
  const [r, c] = swapped ? [1, 0] : [0, 1], [height, width] = [slice.shape[r], slice.shape[c]];
  const down = model.dimensions[state.rows].own && model.dimensions[state.columns].own, image = new ImageData(width, height);
  const readingAt = (row, column) => slice.data[swapped ? column * height + row : row * width + column];
  const [low, high] = state.held ?? slice.range ?? [0, 1], span = high - low || 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const reading = readingAt(row, column), i = 4 * ((down ? row : height - 1 - row) * width + column);
      if (Number.isFinite(reading)) image.data.set([...colourOf((reading - low) / span), 255], i);
      else image.data.set([128, 128, 128, 38], i);
    }
  }
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return ({ offsetX, offsetY }) => {
    const column = Math.min(width - 1, Math.floor(offsetX / canvas.clientWidth * width));
    const drawn = Math.min(height - 1, Math.floor(offsetY / canvas.clientHeight * height)), row = down ? drawn : height - 1 - drawn;
    const index = (k, cell, factor) => placeText(model.dimensions[k], Math.min(model.dimensions[k].size - 1, cell * factor + Math.floor(factor / 2)));
    return [index(state.columns, column, slice.factors[c]), index(state.rows, row, slice.factors[r]),
      array.name + " = " + short(readingAt(row, column)) + withUnit(array.unit)].join(", ");
  };
};
let tell = () => "", canvas;
const drawStill = async () => {
  const array = model.arrays[state.array], slice = await reader.slice(askFor(state.array, [state.rows, state.columns]));
  state.range = slice.range;
  tell = paint(canvas, slice);
  const [low, high] = state.held ?? slice.range ?? [NaN, NaN];
  words = array.name + " from " + short(low) + " to " + short(high) + withUnit(array.unit) + "; " +
    titleOf(model.dimensions[state.columns]) + " across, " + titleOf(model.dimensions[state.rows]) +
    (model.dimensions[state.rows].own && model.dimensions[state.columns].own ? " down. " : " up. ") +
    "The kernel cannot be reached from this page; this part is saved in it" + (page.note ? ", " + page.note : "") + ".";
};
const beginStill = async () => {
  reader = near(page.saved, []);
  const first = model.arrays.findIndex((_, k) => reader.has(k));
  if (first < 0) return;
  showArray(first);
  canvas = make("canvas", { style: "width: 420px; height: 300px; image-rendering: pixelated; display: block" });
  canvas.addEventListener("mousemove", (event) => { said.textContent = tell(event); });
  main.append(canvas);
  await begin();
};
`;
