import type { FigureData } from "../figure_data.ts";
import { THEMES } from "../palette.ts";
import { element, escapeXml, textElement } from "./element.ts";
import { preparePanel } from "./panel.ts";
import { FONT, styleSheet, type SvgTheme } from "./style.ts";
import { fitText } from "./text_width.ts";

/** How a figure becomes SVG. */
export interface SvgOptions {
  /** In pixels; 720 when left out, at least 240. */
  readonly width?: number;
  /** `auto` (light or dark as the reader prefers) when left out. */
  readonly theme?: SvgTheme;
}

const MARGIN = 20, GAP = 28;

/**
 * Draws a figure as one SVG document, text that stands alone or inside a page.
 *
 * @example
 * ```ts
 * import { renderSvg } from "./render_svg.ts";
 * const y = [0, 1, 0];
 * const svg = renderSvg({
 *   panels: [{ kind: "curve", x: { name: "x", unit: "mm" }, y: { name: "diode", unit: "V" }, series: [{ name: "", x: y, y }] }],
 * });
 * console.assert(svg.startsWith("<svg"));
 * ```
 */
export function renderSvg(figure: FigureData, options: SvgOptions = {}): string {
  const width = Math.max(240, Math.round(options.width ?? 720)), theme = options.theme ?? "auto";
  const inner = width - 2 * MARGIN, head = drawHead(figure, inner);
  const columns = Math.max(1, Math.min(figure.columns ?? 1, figure.panels.length, Math.floor((inner + GAP) / 200)));
  const panelWidth = (inner - GAP * (columns - 1)) / columns, colours = THEMES.light.series.length;
  const prepared = figure.panels.map((panel) => preparePanel(panel, panelWidth, colours));
  let y = head.height, body = "";
  for (let first = 0; first < prepared.length; first += columns) {
    const row = prepared.slice(first, first + columns), height = Math.max(...row.map((panel) => panel.height));
    row.forEach((panel, k) => {
      body += "\n" + element("g", {}, panel.draw({ x: MARGIN + k * (panelWidth + GAP), y, width: panelWidth, height }));
    });
    y += height + GAP;
  }
  const height = Math.ceil(y - (prepared.length ? GAP : 0) + MARGIN - 6);
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", class: `sonde-${theme}`, ...size, role: "img" },
    figure.title ? `<title>${escapeXml(figure.title)}</title>` : "",
    `<style>${styleSheet(theme)}</style>`,
    element("rect", { class: "ground", width, height }),
    head.markup + body + "\n",
  ) + "\n";
}

function drawHead({ title, subtitle }: FigureData, width: number): { markup: string; height: number } {
  let y = MARGIN - 2, markup = "";
  if (title) {
    y += 16;
    markup += "\n" + textElement({ x: MARGIN, y, class: "ink title" }, fitText(title, FONT.title * 1.06, width));
  }
  if (subtitle) {
    y += 19;
    markup += "\n" + textElement({ x: MARGIN, y, class: "muted subtitle" }, fitText(subtitle, FONT.subtitle, width));
  }
  return { markup, height: y + (title || subtitle ? 18 : 0) };
}
