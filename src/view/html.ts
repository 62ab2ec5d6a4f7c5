import type { FigureData } from "./figure_data.ts";
import { THEMES } from "./palette.ts";
import { plotlySource } from "./plotly_source.ts";
import { plotlyTemplate } from "./plotly/template.ts";
import { toPlotly } from "./plotly/to_plotly.ts";
import { escapeXml } from "./svg/element.ts";

/** How a figure becomes a page. */
export interface HtmlOptions {
  /** `auto` (light or dark as the reader prefers, also when that changes) when left out. */
  readonly theme?: "auto" | "light" | "dark";
  /** A curve with more samples is thinned, keeping its extremes; 200 000 when left out. */
  readonly maxSamples?: number;
  /** A larger page has its curves thinned further, unless `maxSamples` says how far; 5 MB when left out. */
  readonly maxBytes?: number;
}

/** What a page may take, plotly.js (1.4 MB) included. */
export const PAGE_BYTES = 5_000_000;

/** How plotly.js behaves in a page, as a literal in its script: no logo, and no button that would send the data to somebody. */
export const PLOTLY_CONFIG =
  `{ responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: "reset",
  modeBarButtonsToRemove: ["select2d", "lasso2d"] }`;

/** JSON that can stand inside a script element. */
export function scriptJson(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}

/** What stands in a page around its figure. */
export interface PageShell {
  /** In the title bar. */
  readonly title: string;
  /** Which ground the browser is to assume. */
  readonly theme: "auto" | "light" | "dark";
  /** Markup; its scripts find plotly.js as `Plotly`. */
  readonly body: string;
}

/** A page that needs nothing else: plotly.js is inside. */
export async function pageShell({ title, theme, body }: PageShell): Promise<string> {
  const source = (await plotlySource()).replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>
html { color-scheme: ${theme === "auto" ? "light dark" : theme}; }
body { margin: 0; padding: 12px; }
body > div { max-width: 1200px; margin: 0 auto; }
#note { font: 13px/1.5 system-ui, sans-serif; color: #808080; }
</style>
</head>
<body>
<script>${source}</script>
${body}
</body>
</html>
`;
}

/** How many bytes a text takes in a file. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Samples to a curve, from many to the least that can be read, where a page would become too large. */
const FEWER = [50_000, 20_000, 10_000, 5_000, 2_000];

/**
 * A figure as one page that needs nothing else: plotly.js is inside, so hover and zoom work without a network. The page
 * says when its curves are thinned.
 *
 * @example
 * ```ts
 * import { renderHtml } from "./html.ts";
 * const page = await renderHtml({ title: "Neon", panels: [] });
 * console.assert(page.startsWith("<!doctype html>"));
 * ```
 */
export async function renderHtml(figure: FigureData, options: HtmlOptions = {}): Promise<string> {
  const { theme = "auto", maxSamples = 200_000, maxBytes = PAGE_BYTES } = options;
  const counts = options.maxSamples === undefined ? [maxSamples, ...FEWER] : [maxSamples];
  let page = "";
  for (const count of counts) {
    page = await pageShell({ title: figure.title ?? "Figure", theme, body: bodyOf(figure, theme, count) });
    if (utf8Bytes(page) <= maxBytes) break;
  }
  return page;
}

function bodyOf(figure: FigureData, theme: string, maxSamples: number): string {
  const longest = Math.max(
    0,
    ...figure.panels.flatMap((panel) => panel.kind === "curve" ? panel.series : [])
      .map(({ x }) => x.length),
  );
  const note = longest > maxSamples
    ? `Curves are thinned to about ${maxSamples.toLocaleString("en")} samples; their extremes are kept.`
    : "";
  const data = {
    figure: toPlotly(figure, { theme: "light", maxSamples }),
    theme,
    looks: {
      light: { template: plotlyTemplate(THEMES.light), series: THEMES.light.series, ground: THEMES.light.ground },
      dark: { template: plotlyTemplate(THEMES.dark), series: THEMES.dark.series, ground: THEMES.dark.ground },
    },
  };
  return `<div id="figure"></div>
${note && `<div id="note">${note}</div>\n`}<script>
const { figure, theme, looks } = ${scriptJson(data)};
${SCRIPT}</script>`;
}

/** Draws the figure, and again in the other colours when the reader's preference changes. */
const SCRIPT = `const dark = matchMedia("(prefers-color-scheme: dark)");
const place = document.getElementById("figure");
function look() {
  const look = looks[theme === "auto" ? (dark.matches ? "dark" : "light") : theme];
  document.body.style.background = look.ground;
  for (const trace of figure.data) if (trace.meta) trace.line.color = look.series[trace.meta.sonde];
  figure.layout.template = look.template;
  return Plotly.react(place, figure.data, { ...figure.layout, uirevision: 1 }, ${PLOTLY_CONFIG});
}
dark.addEventListener("change", look);
look().then(() => { document.body.dataset.drawn = String(place.data.length); });
`;
