import { PLOTLY_CONFIG } from "../html.ts";

/** What happens when something is moved or clicked: which readings are asked for, and where they are drawn. */
export const EXPLORE_FIGURE_SCRIPT = `
const react = (place, { data, layout }) => plotly.react(place, data, layout, ${PLOTLY_CONFIG});
/** What can be shown of one point: arrays that have more there than a number, and curves through it. */
const details = () => {
  const mine = dimensionsOf(), found = [];
  model.arrays.forEach((one, k) => {
    const scan = one.dimensions.filter((d) => !model.dimensions[d].own);
    if (k !== state.array && scan.length < one.dimensions.length && scan.every((d) => mine.includes(d)) && reader.has(k)) {
      found.push({ name: one.name, array: k, free: one.dimensions.filter((d) => !scan.includes(d)).slice(-2) });
    }
  });
  if (isMap()) {
    for (const k of mine) found.push({ name: model.arrays[state.array].name + " along " + model.dimensions[k].title, array: state.array, free: [k] });
  }
  // What is hidden comes before what can be seen in the map.
  return found.sort((a, b) => seen(a) - seen(b));
};
const seen = ({ array, free }) => array === state.array && (free[0] === state.rows || free[0] === state.columns) ? 1 : 0;
const askFor = (array, free) => ({ array, at: model.arrays[array].dimensions.map((k) => free.includes(k) ? null : state.at[k]) });
const cutText = (array, free) => [model.arrays[array].name, model.arrays[array].dimensions.filter((k) => !free.includes(k))
  .map((k) => placeText(model.dimensions[k], state.at[k])).join(", ")].filter(Boolean).join(" at ");
/** Draws again, unless something newer has been asked for meanwhile; one at a time, so that a slider stays quick. */
const queue = (work) => {
  let busy = false, again = false;
  return async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      do { again = false; await work(); } while (again);
      said.textContent = words;
    } catch (error) {
      said.textContent = "this could not be drawn: " + error.message;
    } finally { busy = false; }
  };
};
const drawMain = async () => {
  const array = model.arrays[state.array], key = [state.array, state.rows, state.columns].join();
  if (isMap()) {
    const free = [state.rows, state.columns], slice = await reader.slice({ ...askFor(state.array, free), window: state.window });
    state.range = slice.range;
    state.fine = slice.factors[0] * slice.factors[1] === 1 && !state.window;
    const mark = state.point && [state.columns, state.rows].map((k) => coordinatesOf(model.dimensions[k])[state.at[k]]);
    await react(main, mapFigure(slice, array, ...free, { title: cutText(state.array, free), key, range: state.held, mark }));
  } else {
    const [along] = array.dimensions, figure = await reader.figure(state.array), chosen = state.point ? state.at[along] : undefined;
    // Along a curve any place above or below it will do.
    const hovermode = figure?.data[0]?.type === "heatmap" ? "closest" : "x";
    if (!figure) await react(main, curveFigure(await reader.slice(askFor(state.array, [along])), array, along, { title: array.name, key, chosen }));
    else {
      for (const trace of figure.data) if (trace.meta) trace.line.color = look().series[trace.meta.sonde];
      await react(main, { data: figure.data, layout: { ...figure.layout, template: look().template, uirevision: key, hovermode, width: room() } });
    }
  }
};
const drawPoint = async () => {
  const chosen = details()[state.detail] ?? details()[0];
  detail.hidden = !state.point || !chosen;
  if (detail.hidden) return;
  const { array, free } = chosen, slice = await reader.slice(askFor(array, free)), title = cutText(array, free);
  const key = [array, ...free].join(), one = model.arrays[array], left = room() - main.offsetWidth;
  // Beside the map where there is room for it, else below.
  const most = left >= 420 ? left : room();
  await react(detail, slice.kind === "map"
    ? mapFigure(slice, one, free[0], free[1], { title, key, most })
    : curveFigure(slice, one, free[0], { title, key, most, chosen: array === state.array ? state.at[free[0]] : undefined }));
  root.dataset.detail = title;
};
const drawDetail = queue(drawPoint);
const draw = queue(async () => {
  await (still.hidden ? drawMain : drawStill)();
  root.dataset.drawn = String(Number(root.dataset.drawn ?? 0) + 1);
  if (state.point) await drawDetail();
});
const choosePoint = ({ points: [point] }) => {
  if (!point || !details().length) return;
  if (isMap() && point.data.type !== "heatmap") return;
  const axes = isMap() ? [[state.columns, point.x], [state.rows, point.y]] : [[dimensionsOf()[0], point.x]];
  for (const [k, place] of axes) state.at[k] = nearest(model.dimensions[k], Number(place));
  state.point = true;
  draw();
};
/** The part of a map that is zoomed to is asked for anew, in as fine cells as it has. */
let zooming;
const zoomed = (change) => {
  if (!isMap() || !reader.windows || !Object.keys(change).some((key) => /^[xy]axis.(range|autorange)/.test(key))) return;
  if (state.fine) return;
  clearTimeout(zooming);
  zooming = setTimeout(() => {
    const { xaxis, yaxis } = main._fullLayout ?? main.layout, own = dimensionsOf();
    const parts = [[state.rows, yaxis.range], [state.columns, xaxis.range]].sort((a, b) => own.indexOf(a[0]) - own.indexOf(b[0]))
      .map(([k, range]) => {
        const dimension = model.dimensions[k], edges = edgesOf(dimension);
        const [low, high] = range.map((end) => dimension.log ? 10 ** end : end).sort((a, b) => a - b);
        const from = edges.findIndex((_, i) => i === dimension.size - 1 || edges[i + 1] > low);
        const to = edges.findLastIndex((edge, i) => i === 0 || edge < high) + 1;
        return [from, Math.max(from + 1, Math.min(dimension.size, to))];
      });
    const all = parts.every(([from, to], i) => from === 0 && to === model.dimensions[[...own].filter((k) => k === state.rows || k === state.columns)[i]].size);
    state.window = all ? undefined : parts;
    draw();
  }, 200);
};
`;
