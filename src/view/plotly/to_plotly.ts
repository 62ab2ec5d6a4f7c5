import { type FigureData, NOTHING, type Panel, type ReferenceLine, type Shade } from "../figure_data.ts";
import { type PixelData, pixelData } from "../pixel_data.ts";
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
  const data: PlotlyObject[] = [], head = figure.title ? 90 : 40;
  const pixels = figure.panels.map((panel) => panel.kind === "curve" ? undefined : pixelData(panel));
  const rows = rowSpans(pixels.map((one) => plotHeight(one, columns)), columns), height = head + BELOW + rows.height;
  const layout = {
    template: plotlyTemplate(theme),
    title: { text: titleHtml(figure), x: 0, xref: "paper", xanchor: "left", y: 1 - 22 / height, yanchor: "top" },
    height,
    margin: { t: head, l: 70, r: 20, b: BELOW },
    showlegend: figure.panels.some((panel) => panel.kind === "curve" && panel.series.length > 1),
    shapes: [],
    annotations: [],
  };
  const gap = columns > 1 ? 0.14 : 0, width = (1 - gap * (columns - 1)) / columns;
  figure.panels.forEach((panel, k) => {
    const left = (k % columns) * (width + gap), x = [left, Math.min(1, left + width)] as const;
    const y = rows.spans[Math.floor(k / columns)], maxSamples = options.maxSamples ?? 20_000;
    addPanel(panel, pixels[k], { number: k + 1, layout, data, theme, maxSamples, x, y });
  });
  return plainData({ data, layout });
}

function titleHtml({ title = "", subtitle = "" }: FigureData): string {
  return `<b>${plain(title)}</b>` + (subtitle && `<br><span style="font-size:12px">${plain(subtitle)}</span>`);
}

/** Below each row of plots, in pixels: ticks, the axis title, and the next panel's title. */
const BELOW = 60, BETWEEN = 100;

/** Frames and maps of one length over another are drawn true to scale, so they need their height. */
function plotHeight(pixels: PixelData | undefined, columns: number): number {
  return pixels?.aspect ? Math.max(160, Math.min(460, pixels.aspect * 800 / columns)) : 250;
}

/** Where each row of panels stands, in shares of the height, and how tall all of them are, in pixels. */
function rowSpans(heights: readonly number[], columns: number): { height: number; spans: [number, number][] } {
  const rows: number[] = [];
  heights.forEach((height, k) => {
    const row = Math.floor(k / columns);
    rows[row] = Math.max(rows[row] ?? 0, height);
  });
  const height = rows.reduce((sum, row) => sum + row, BETWEEN * Math.max(0, rows.length - 1)) || 250;
  let top = height;
  const spans = rows.map((row): [number, number] => {
    const span: [number, number] = [Math.max(0, (top - row) / height), top / height];
    top -= row + BETWEEN;
    return span;
  });
  return { height, spans };
}

function addPanel(panel: Panel, pixels: PixelData | undefined, context: PlotlyContext): void {
  const { layout, number } = context, suffix = number > 1 ? number : "";
  const corner = { xref: `x${suffix} domain`, yref: `y${suffix} domain` };
  const drawn = panel.kind === "curve" ? addCurves(panel, context) : addPixels(panel, pixels, context);
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
  if (panel.kind !== "curve" || !drawn) layout.shapes.push(ground(corner));
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

/** What was not measured is grey: half transparent, so that it suits a light and a dark page. */
function ground(corner: PlotlyObject): PlotlyObject {
  const place = { x0: 0, x1: 1, y0: 0, y1: 1 };
  return { type: "rect", ...corner, ...place, layer: "below", fillcolor: "rgba(128,128,128,0.15)", line: { width: 0 } };
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
