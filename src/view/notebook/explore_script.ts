import { EXPLORE_CANVAS_SCRIPT } from "./explore_canvas_script.ts";
import { EXPLORE_CONTROLS_SCRIPT } from "./explore_controls_script.ts";
import { EXPLORE_DRAW_SCRIPT } from "./explore_draw_script.ts";
import { EXPLORE_FIGURE_SCRIPT } from "./explore_figure_script.ts";
import { EXPLORE_READER_SCRIPT } from "./explore_reader_script.ts";

/** How it begins, and how it follows a run that goes on. */
const START = `
const isDark = () => {
  if (page.theme !== "auto") return page.theme === "dark";
  const { jpThemeLight } = document.body.dataset, { classList } = document.body;
  if (jpThemeLight !== undefined) return jpThemeLight === "false";
  if (classList.contains("vscode-dark")) return true;
  return !classList.contains("vscode-light") && matchMedia("(prefers-color-scheme: dark)").matches;
};
const look = () => page.looks[isDark() ? "dark" : "light"];
const dress = () => {
  view.style.cssText = "font: 13px/1.5 system-ui, sans-serif; padding: 8px 10px; color-scheme: " + (isDark() ? "dark" : "light") + "; color: " + look().ink + "; background: " + look().ground;
  if (page.whole) document.body.style.background = look().ground;
};
const install = (source) => {
  const module = { exports: {} };
  new Function("module", "exports", "define", source)(module, module.exports, undefined);
  return module.exports.newPlot ? module.exports : window.Plotly;
};
/** Where the kernel is: told by an output that is not saved, and kept for when this page is loaded again. */
const whereabouts = () => {
  const told = window.sondeExplore?.[root.id] ?? JSON.parse(sessionStorage.getItem(root.id));
  if (!told) throw new Error("nobody has said where the kernel is");
  return told;
};
const stateOf = () => ({ at: model.dimensions.map(({ size }) => Math.floor((size - 1) / 2)), point: false, detail: 0 });
let model = page.model, words = "", here, reader, plotly, state = stateOf();
const view = root.querySelector("[data-view]"), still = root.querySelector("[data-still]");
const head = make("div", { textContent: [model.title, model.subtitle].filter(Boolean).join(" · "), style: "font-weight: 600" });
const controls = make("div", { style: "display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0" });
const main = make("div"), detail = make("div", { hidden: true }), said = make("div", { style: "opacity: 0.8" });
said.setAttribute("role", "status");
const begin = async () => {
  showArray(Math.max(0, model.arrays.findIndex((_, k) => reader.has(k))));
  view.hidden = false;
  view.replaceChildren(head, controls, make("div", { style: "display: flex; flex-wrap: wrap" }, main, detail), said);
  dress();
  fillControls();
  words = [plotly && details().length ? "Click a point to see more of it." : "", page.note].filter(Boolean).join(" ");
  await draw();
  main.on?.("plotly_click", choosePoint);
  main.on?.("plotly_relayout", zoomed);
  const again = () => { if (root.isConnected) { dress(); draw(); } };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = view.clientWidth, resizing;
  new ResizeObserver(() => {
    if (Math.abs(view.clientWidth - width) < 4) return;
    width = view.clientWidth;
    clearTimeout(resizing);
    resizing = setTimeout(again, 150);
  }).observe(view);
  new MutationObserver(again).observe(document.body, { attributeFilter: ["data-jp-theme-light", "class"] });
};
/** A run that goes on is looked at again every second. */
const follow = async () => {
  // Notebooks take cells out of the page and put them back.
  for (let away = 0, tookMs = 0; away < 600; away = root.isConnected ? 0 : away + 1) {
    // What the kernel does for this page it does not do for the run: one part in thirty at most.
    await new Promise((resolve) => setTimeout(resolve, Math.max(1000, 30 * tookMs)));
    if (!root.isConnected) continue;
    const fromMs = performance.now();
    const now = await (await ask(here.url + "model")).json();
    if (JSON.stringify(now.model) !== JSON.stringify(model)) {
      const same = now.model.arrays.length === model.arrays.length && now.model.dimensions.length === model.dimensions.length;
      model = now.model;
      if (!same) { state = stateOf(); showArray(0); }
      head.textContent = [model.title, model.subtitle].filter(Boolean).join(" · ");
      state.at = state.at.map((index, k) => Math.max(0, Math.min(index, model.dimensions[k].size - 1)));
      fillControls();
    }
    await draw();
    tookMs = performance.now() - fromMs;
    if (!now.running) return;
  }
};
const start = async () => {
  if (page.whole) {
    [reader, plotly] = [near(page.saved, page.figures), window.Plotly];
    still.hidden = true;
    return await begin();
  }
  let now;
  try {
    here = whereabouts();
    now = await (await fetch(here.url + "model", { signal: AbortSignal.timeout(5000) })).json();
    plotly = (window.sondePlotly ??= install(await (await ask(here.plotlyUrl)).text()));
  } catch {
    plotly = undefined;
    return await beginStill();
  }
  [model, reader] = [now.model, far(here.url)];
  state = stateOf();
  still.hidden = true;
  await begin();
  if (now.running) await follow();
};
start().catch((error) => { view.hidden = false; view.textContent = "this could not be drawn: " + error.message; });
`;

/** Runs in the page: a function of the element that everything stands in, and of what `ExplorePage` says. */
export const EXPLORE_SCRIPT: string =
  `function (root, page) {${EXPLORE_READER_SCRIPT}${EXPLORE_DRAW_SCRIPT}${EXPLORE_CONTROLS_SCRIPT}${EXPLORE_FIGURE_SCRIPT}${EXPLORE_CANVAS_SCRIPT}${START}}`;
