/** How the page makes plotly figures of slices: the axes, hover lines and palette of `src/view/plotly`. */
export const EXPLORE_DRAW_SCRIPT = `
const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  .replaceAll("%", "&#37;");
const withUnit = (unit) => unit && unit !== "1" ? " " + unit : "";
const titleOf = ({ title, name, unit }) => (title ?? name) + (unit && unit !== "1" ? " (" + unit + ")" : "");
const hoverLine = (thing, key) => plain(thing.title ?? thing.name) + ": %{" + key + (thing.labels ? "" : ":.6~g") + "}" +
  plain(withUnit(thing.unit)) + "<br>";
const short = (number) => String(Number(number.toPrecision(6)));
/** One entry of a dimension in words. */
const placeText = (dimension, index) => dimension.title + " = " +
  (dimension.labels ? dimension.labels[index] : short(coordinatesOf(dimension)[index]) + withUnit(dimension.unit));
const axisOf = (dimension, range, more) => ({
  title: { text: plain(titleOf(dimension)), standoff: 8 },
  type: dimension.log ? "log" : "linear",
  range: dimension.log ? range.map(Math.log10) : range,
  ...dimension.labels && { tickmode: "array", tickvals: dimension.labels.map((_, i) => i), ticktext: dimension.labels.map(plain) },
  ...more,
});
/** How wide a figure may be; nothing has a width while it is hidden. */
const room = () => Math.max(320, view.clientWidth - 20);
const NOTHING = { xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false, text: "nothing measured yet" };
const layoutOf = (title, key, more) => ({
  template: look().template,
  title: { text: plain(title), x: 0, xref: "paper", xanchor: "left", font: { size: 14 } },
  height: 430,
  margin: { t: 44, l: 70, r: 20, b: 56 },
  showlegend: false,
  uirevision: key,
  hovermode: "closest",
  ...more,
});
/** Where cells are: their coordinates, which is what hover shows, or the edges of cells that stand for several entries. */
const cellsOf = (dimension, from, factor, count) => {
  if (factor === 1 && count > 1) return coordinatesOf(dimension).slice(from, from + count);
  const edges = edgesOf(dimension);
  return Array.from({ length: count + 1 }, (_, k) => edges[Math.min(dimension.size, from + k * factor)]);
};
/** A plane as a heat map; frames have square pixels and their first row on top. */
const mapFigure = (slice, array, rows, columns, { title, key, range, mark, most = room() }) => {
  // Slices come in the order of the array's dimensions, whichever of the two is drawn upwards.
  const swapped = array.dimensions.indexOf(rows) > array.dimensions.indexOf(columns), [r, c] = swapped ? [1, 0] : [0, 1];
  const [row, column] = [model.dimensions[rows], model.dimensions[columns]], [height, width] = [slice.shape[r], slice.shape[c]];
  const z = swapped
    ? Array.from({ length: height }, (_, i) => Float64Array.from({ length: width }, (_, j) => slice.data[j * height + i]))
    : Array.from({ length: height }, (_, i) => slice.data.subarray(i * width, (i + 1) * width));
  const x = cellsOf(column, slice.from[c], slice.factors[c], width), y = cellsOf(row, slice.from[r], slice.factors[r], height);
  const whole = (dimension) => { const edges = edgesOf(dimension); return [edges[0], edges[edges.length - 1]]; };
  const [xs, ys] = [whole(column), whole(row)], image = row.own && column.own;
  const aspect = (ys[1] - ys[0]) / (xs[1] - xs[0]), even = [row, column].every((one) => !one.log && !one.labels);
  const toScale = even && (image || column.unit && column.unit === row.unit && aspect > 0.25 && aspect < 4);
  // No wider than the map, its axis and its palette need.
  const least = Math.max(420, 70 + 330 / aspect + 130), across = toScale ? Math.min(most, least) : most;
  const colours = range ?? slice.range, many = slice.factors[0] * slice.factors[1];
  const data = [{
    type: "heatmap", x, y, z,
    zmin: colours?.[0] ?? 0, zmax: colours?.[1] ?? 1, zauto: false,
    colorscale: page.colours,
    colorbar: { title: { text: plain(titleOf(array)), side: "top" }, thickness: 14, outlinewidth: 0 },
    hoverongaps: false,
    hovertemplate: hoverLine(column, "x") + hoverLine(row, "y") + hoverLine(array, "z") + "<extra></extra>",
  }];
  if (mark) {
    data.push({
      type: "scatter", mode: "markers", x: [mark[0]], y: [mark[1]], hoverinfo: "skip",
      marker: { symbol: "circle-open", size: 14, color: "#ffffff", line: { width: 2.5, color: "#ffffff" } },
    });
  }
  const ground = { type: "rect", xref: "x domain", yref: "y domain", x0: 0, x1: 1, y0: 0, y1: 1, layer: "below",
    fillcolor: "rgba(128,128,128,0.15)", line: { width: 0 } };
  const note = many > 1 ? ", each pixel the mean of " + slice.factors[c] + " × " + slice.factors[r] : "";
  return {
    data,
    layout: layoutOf(title + note, key, {
      width: across,
      xaxis: axisOf(column, xs, { showgrid: false, ...toScale && { constrain: "domain", constraintoward: "right" } }),
      yaxis: axisOf(row, image ? [ys[1], ys[0]] : ys, {
        showgrid: false, ...toScale && { scaleanchor: "x", scaleratio: 1, constrain: "domain" },
      }),
      shapes: [ground],
      annotations: colours ? [] : [NOTHING],
    }),
  };
};
/** A line as a curve, with a dashed line at the entry that is chosen. */
const curveFigure = (slice, array, along, { title, key, chosen, most = room() }) => {
  const dimension = model.dimensions[along], num = slice.shape[0], at = coordinatesOf(dimension);
  const x = Array.from(slice.data.subarray(0, num), (place) => at[place]), y = slice.data.subarray(num);
  const line = (place) => ({ type: "line", xref: "x", yref: "y domain", x0: place, x1: place, y0: 0, y1: 1,
    line: { color: look().accent, dash: "dash", width: 1 } });
  const { range: _, ...axis } = axisOf(dimension, [0, 1]);
  return {
    data: [{
      type: "scatter", mode: dimension.labels ? "markers" : num <= 100 ? "lines+markers" : "lines", x, y,
      line: { color: look().series[0], width: 1.5 }, marker: { size: 5, color: look().series[0] }, connectgaps: false,
      hovertemplate: hoverLine(dimension, "x") + hoverLine(array, "y") + "<extra></extra>",
    }],
    layout: layoutOf(title, key, {
      width: Math.min(most, 620),
      height: 300,
      hovermode: "x",
      xaxis: axis,
      yaxis: { title: { text: plain(titleOf(array)), standoff: 8 } },
      shapes: chosen === undefined ? [] : [line(at[chosen])],
      annotations: y.some(Number.isFinite) ? [] : [NOTHING],
    }),
  };
};
`;
