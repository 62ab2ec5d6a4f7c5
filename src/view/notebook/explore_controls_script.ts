/** What stands in the page: menus for what is shown, a slider for each other dimension, the figure, and one point of it. */
export const EXPLORE_CONTROLS_SCRIPT = `
const make = (tag, properties, ...children) => {
  const one = Object.assign(document.createElement(tag), properties);
  one.append(...children);
  return one;
};
const labelled = (text, control) => make("label", { style: "display: inline-flex; gap: 6px; align-items: center" }, text, control);
const menu = (text, entries, chosen, choose) => {
  const select = make("select", { style: "font: inherit" });
  entries.forEach(([name, entry]) => select.append(make("option", { textContent: name, value: String(entry), selected: entry === chosen })));
  select.addEventListener("change", () => choose(Number(select.value)));
  return labelled(text, select);
};
const slider = (dimension, index, move) => {
  const says = make("output", { textContent: placeText(dimension, index), style: "min-width: 14em; font-variant-numeric: tabular-nums" });
  const input = make("input", { type: "range", min: 0, max: dimension.size - 1, step: 1, value: index, style: "width: 220px" });
  input.dataset.dimension = dimension.name;
  input.setAttribute("aria-label", dimension.title);
  input.addEventListener("input", () => { says.textContent = placeText(dimension, input.valueAsNumber); move(input.valueAsNumber); });
  return labelled("", make("span", { style: "display: inline-flex; gap: 8px; align-items: center" }, input, says));
};
const dimensionsOf = () => model.arrays[state.array].dimensions;
const others = () => dimensionsOf().filter((k) => k !== state.rows && k !== state.columns);
const isMap = () => dimensionsOf().length >= 2;
const showArray = (array) => {
  const own = model.arrays[array].dimensions;
  Object.assign(state, { array, rows: own.at(-2), columns: own.at(-1), window: undefined, held: undefined });
};
/** Of two dimensions one may be chosen that the other was: they change places. */
const turnTo = (which, k) => {
  const other = which === "rows" ? "columns" : "rows";
  if (state[other] === k) state[other] = state[which];
  Object.assign(state, { [which]: k, window: undefined });
};
const fillControls = () => {
  const entries = (list) => list.map((k) => [model.dimensions[k].title, k]), again = () => { fillControls(); draw(); };
  const arrays = model.arrays.flatMap((one, k) => reader.has(k) ? [[one.name, k]] : []);
  controls.replaceChildren();
  if (arrays.length > 1) controls.append(menu("show", arrays, state.array, (k) => { showArray(k); again(); }));
  if (dimensionsOf().length > 2) {
    controls.append(
      menu("across", entries(dimensionsOf()), state.columns, (k) => { turnTo("columns", k); again(); }),
      menu("up", entries(dimensionsOf()), state.rows, (k) => { turnTo("rows", k); again(); }),
    );
  }
  if (isMap() && others().length) {
    const box = make("input", { type: "checkbox", checked: state.held !== undefined });
    box.addEventListener("change", () => { state.held = box.checked ? state.range : undefined; draw(); });
    controls.append(labelled(box, "keep these colours"));
    for (const k of others()) {
      controls.append(slider(model.dimensions[k], state.at[k], (index) => { state.at[k] = index; draw(); }));
    }
  }
  if (plotly && details().length > 1) {
    controls.append(menu("at a point", details().map(({ name }, k) => [name, k]), state.detail, (k) => { state.detail = k; drawDetail(); }));
  }
};
`;
