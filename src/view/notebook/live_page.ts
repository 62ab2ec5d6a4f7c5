import type { FigureData } from "../figure_data.ts";
import { PLOTLY_CONFIG, scriptJson } from "../html.ts";
import { THEMES } from "../palette.ts";
import { plotlyTemplate } from "../plotly/template.ts";
import { toPlotly } from "../plotly/to_plotly.ts";
import { escapeXml } from "../svg/element.ts";
import { type CompactBudget, compactFigure, roundPlotly } from "./compact_figure.ts";
import { withPeakBars } from "./peak_bars.ts";

/** What stands above a live figure. */
export interface LiveStatus {
  /** How much is done, 0 to 1; undefined where nobody knows. */
  readonly part: number | undefined;
  /** `running`, `paused`, …: decides the colour of the bar. */
  readonly state: string;
  /** Lines of text. */
  readonly lines: readonly string[];
}

/** How much of a figure one update carries: some ten kilobytes. */
export const LIVE_BUDGET: CompactBudget = { samples: 1600, cells: 4096 };

/**
 * The cell of a live figure, before its first update: a place, and what draws into it once plotly.js has come from
 * `plotlyUrl` (the kernel's own server) or by `livePlotlyScript`.
 *
 * @param id names the place; letters, digits and hyphens
 */
export function livePage(id: string, plotlyUrl: string, title: string): string {
  const looks = {
    light: { template: plotlyTemplate(THEMES.light), ...THEMES.light },
    dark: { template: plotlyTemplate(THEMES.dark), ...THEMES.dark },
  };
  const text = `${title}: the live figure of a run. It is drawn while the kernel that measures is alive.`;
  return `<div id="${id}" class="sonde-live"><div class="sonde-status">${escapeXml(text)}</div>` +
    `<div class="sonde-plot"></div></div><script>(${SCRIPT})(${scriptJson({ id, plotlyUrl, looks })})</script>`;
}

/** One update: draws a figure and what stands above it, in the place that `livePage` has made. */
export function liveUpdate(id: string, status: LiveStatus, figure: string): string {
  return `<script>window.sondeLive?.draw(${scriptJson(id)},${scriptJson(status)},${figure})</script>`;
}

/** A figure as `liveUpdate` sends it: plotly's JSON, without the look, which the page has. */
export function liveFigureJson(figure: FigureData, budget: CompactBudget = LIVE_BUDGET): string {
  const small = compactFigure(figure, budget), plotly = withPeakBars(toPlotly(small), small);
  const { data, layout: { template: _, ...layout } } = roundPlotly(plotly);
  return scriptJson({ data, layout });
}

/** Brings plotly.js along, for browsers that do not reach the kernel's server: over a megabyte, once. */
export function livePlotlyScript(source: string): string {
  return `<script>window.sondeLive?.install(${scriptJson(source)})</script>`;
}

/** Runs in the page. Everything that draws looks for its place anew: notebooks take cells away and put them back. */
const SCRIPT = `function ({ id, plotlyUrl, looks }) {
  const live = window.sondeLive ??= { waiting: {}, updates: 0 };
  live.install ??= (source) => {
    if (live.plotly) return;
    const module = { exports: {} };
    new Function("module", "exports", "define", source)(module, module.exports, undefined);
    live.plotly = module.exports.newPlot ? module.exports : window.Plotly;
    for (const draw of Object.values(live.waiting)) draw();
    live.waiting = {};
  };
  const isDark = () => {
    const { jpThemeLight } = document.body.dataset, { classList } = document.body;
    if (jpThemeLight !== undefined) return jpThemeLight === "false";
    if (classList.contains("vscode-dark")) return true;
    return !classList.contains("vscode-light") && matchMedia("(prefers-color-scheme: dark)").matches;
  };
  live.draw ??= (id, status, figure) => {
    const root = document.getElementById(id);
    if (!root) return;
    const look = looks[isDark() ? "dark" : "light"], [above, plot] = root.children;
    const colour = status.state === "running" ? look.series[0] : look.accent;
    above.style.cssText = "font: 12px/1.5 system-ui, sans-serif; padding: 6px 10px 0; color: " + look.ink;
    root.style.background = look.ground;
    above.replaceChildren();
    if (status.part !== undefined) {
      const bar = document.createElement("div"), done = document.createElement("div");
      bar.style.cssText = "height: 6px; border-radius: 3px; overflow: hidden; margin: 2px 0 4px; background: " + look.grid;
      done.style.cssText = "height: 100%; width: " + 100 * status.part + "%; background: " + colour;
      bar.append(done);
      above.append(bar);
    }
    for (const line of status.lines) {
      const one = document.createElement("div");
      one.textContent = line;
      one.style.fontVariantNumeric = "tabular-nums";
      above.append(one);
    }
    root.dataset.updates = String(++live.updates);
    const react = () => {
      for (const trace of figure.data) if (trace.meta) trace.line.color = look.series[trace.meta.sonde];
      const layout = { ...figure.layout, template: look.template, uirevision: 1 };
      live.plotly.react(plot, figure.data, layout, ${PLOTLY_CONFIG})
        .then(() => { root.dataset.drawn = String(figure.data.length); });
    };
    if (live.plotly) react();
    else live.waiting[id] = react;
  };
  if (live.plotly || live.asked) return;
  live.asked = true;
  fetch(plotlyUrl).then((answer) => answer.ok ? answer.text() : Promise.reject(answer.status))
    .then(live.install).catch(() => { live.asked = false; });
}`;
