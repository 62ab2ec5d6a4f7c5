import { type FigureData, NOTHING, type Panel, type ReferenceLine, type Shade } from "../figure_data.ts";
import { plainData } from "../plain_data.ts";
import { type Theme, THEMES } from "../palette.ts";
import { axisLayout, plain, type PlotlyContext, type PlotlyFigure, type PlotlyObject } from "./axes.ts";
import { addCurves } from "./curves.ts";
import { addPixels } from "./pixels.ts";
import { plotlyTemplate } from "./template.ts";

/** How a figure becomes plotly JSON. */
export interface PlotlyOptions {
  /** `light` when left out. */
  readonly theme?: "light" | "dark";
  /** A curve with more samples is thinned, keeping its extremes; 20 000 when left out. */
  readonly maxSamples?: number;
}

/** A figure for plotly.js: the same data, domains, peaks and palette as in the other fronts, with hover and zoom. */
export function toPlotly(figure: FigureData, options: PlotlyOptions = {}): PlotlyFigure {
  const theme = THEMES[options.theme ?? "light"],
    columns = Math.max(1, Math.min(figure.columns ?? 1, figure.panels.length));
  const rows = Math.ceil(figure.panels.length / columns), data: PlotlyObject[] = [], head = figure.title ? 90 : 40;
  const height = head + 60 + Math.max(1, rows) * 340;
  const layout = {
    template: plotlyTemplate(theme),
    title: { text: titleHtml(figure), x: 0, xref: "paper", xanchor: "left", y: 1 - 22 / height, yanchor: "top" },
    height,
    margin: { t: head, l: 70, r: 20, b: 60 },
    showlegend: figure.panels.some((panel) => panel.kind === "curve" && panel.series.length > 1),
    shapes: [],
    annotations: [],
  };
  const gapX = columns > 1 ? 0.14 : 0, gapY = rows > 1 ? 0.3 / rows : 0;
  figure.panels.forEach((panel, k) => {
    const x = slot(k % columns, columns, gapX), y = slot(rows - 1 - Math.floor(k / columns), rows, gapY);
    addPanel(panel, { number: k + 1, layout, data, theme, maxSamples: options.maxSamples ?? 20_000, x, y });
  });
  return plainData({ data, layout });
}

function titleHtml({ title = "", subtitle = "" }: FigureData): string {
  return `<b>${plain(title)}</b>` + (subtitle && `<br><span style="font-size:12px">${plain(subtitle)}</span>`);
}

function slot(k: number, count: number, gap: number): [number, number] {
  const size = (1 - gap * (count - 1)) / count, start = k * (size + gap);
  return [start, Math.min(1, start + size)];
}

function addPanel(panel: Panel, context: PlotlyContext): void {
  const { layout, number } = context, suffix = number > 1 ? number : "";
  const corner = { xref: `x${suffix} domain`, yref: `y${suffix} domain` };
  const drawn = panel.kind === "curve" ? addCurves(panel, context) : addPixels(panel, context);
  if (panel.title) {
    layout.annotations.push({
      ...corner,
      showarrow: false,
      text: `<b>${plain(panel.title)}</b>`,
      x: 0,
      y: 1,
      xanchor: "left",
      yanchor: "bottom",
      yshift: 8,
    });
  }
  if (!drawn) {
    layout[`xaxis${suffix}`] = {
      ...axisLayout(panel.x, context, "x"),
      range: [0, 1],
      showticklabels: false,
      showgrid: false,
    };
    layout[`yaxis${suffix}`] = {
      ...axisLayout(panel.y, context, "y"),
      range: [0, 1],
      showticklabels: false,
      showgrid: false,
    };
    context.data.push({ type: "scatter", x: [], y: [], xaxis: `x${suffix}`, yaxis: `y${suffix}`, showlegend: false });
    layout.annotations.push({ ...corner, showarrow: false, text: NOTHING, x: 0.5, y: 0.5 });
    return;
  }
  for (const shade of panel.shades ?? []) layout.shapes.push(windowShape(shade, corner, suffix, context.theme));
  for (const line of panel.lines ?? []) layout.shapes.push(lineShape(line, corner, suffix, context.theme));
}

function windowShape(
  { axis, from, to, label = "" }: Shade,
  corner: PlotlyObject,
  suffix: string | number,
  theme: Theme,
) {
  const across = axis === "x" ? "y" : "x";
  return {
    type: "rect",
    ...corner,
    [`${axis}ref`]: `${axis}${suffix}`,
    [`${axis}0`]: from,
    [`${axis}1`]: to,
    [`${across}0`]: 0,
    [`${across}1`]: 1,
    fillcolor: theme.accent,
    opacity: 0.13,
    line: { width: 0 },
    label: { text: plain(label), textposition: "top left" },
  };
}

function lineShape(
  { axis, at, label = "" }: ReferenceLine,
  corner: PlotlyObject,
  suffix: string | number,
  theme: Theme,
) {
  const across = axis === "x" ? "y" : "x";
  return {
    type: "line",
    ...corner,
    [`${axis}ref`]: `${axis}${suffix}`,
    [`${axis}0`]: at,
    [`${axis}1`]: at,
    [`${across}0`]: 0,
    [`${across}1`]: 1,
    line: { color: theme.accent, dash: "dash", width: 1 },
    label: { text: plain(label), textposition: "end" },
  };
}
