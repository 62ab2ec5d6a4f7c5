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
}

/** JSON that can stand inside a script element. */
export function scriptJson(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}

/**
 * A figure as one page that needs nothing else: plotly.js is inside, so hover and zoom work without a network.
 *
 * @example
 * ```ts
 * import { renderHtml } from "./html.ts";
 * const page = await renderHtml({ title: "Neon", panels: [] });
 * console.assert(page.startsWith("<!doctype html>"));
 * ```
 */
export async function renderHtml(figure: FigureData, options: HtmlOptions = {}): Promise<string> {
  const { theme = "auto", maxSamples = 200_000 } = options;
  const source = (await plotlySource()).replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
  const data = {
    figure: toPlotly(figure, { theme: "light", maxSamples }),
    theme,
    looks: {
      light: { template: plotlyTemplate(THEMES.light), series: THEMES.light.series, ground: THEMES.light.ground },
      dark: { template: plotlyTemplate(THEMES.dark), series: THEMES.dark.series, ground: THEMES.dark.ground },
    },
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(figure.title ?? "Figure")}</title>
<style>
html { color-scheme: ${theme === "auto" ? "light dark" : theme}; }
body { margin: 0; padding: 12px; }
#figure { max-width: 1200px; margin: 0 auto; }
</style>
</head>
<body>
<div id="figure"></div>
<script>${source}</script>
<script>
const { figure, theme, looks } = ${scriptJson(data)};
${SCRIPT}</script>
</body>
</html>
`;
}

/** Draws the figure, and again in the other colours when the reader's preference changes. */
const SCRIPT = `const dark = matchMedia("(prefers-color-scheme: dark)");
const place = document.getElementById("figure");
function look() {
  const look = looks[theme === "auto" ? (dark.matches ? "dark" : "light") : theme];
  document.body.style.background = look.ground;
  for (const trace of figure.data) if (trace.meta) trace.line.color = look.series[trace.meta.sonde];
  figure.layout.template = look.template;
  return Plotly.react(place, figure.data, { ...figure.layout, uirevision: 1 }, { responsive: true, displaylogo: false });
}
dark.addEventListener("change", look);
look().then(() => { document.body.dataset.drawn = String(place.data.length); });
`;
