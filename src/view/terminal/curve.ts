import { decimate } from "../decimate.ts";
import { curveDomains } from "../domain.ts";
import type { CurvePanel } from "../figure_data.ts";
import { fromHex, type Rgb, type Theme } from "../palette.ts";
import { peakText, strongestFirst } from "../peak_text.ts";
import { type Box, placeLabels } from "../place_labels.ts";
import type { Scale } from "../scale.ts";
import { ACROSS, Braille, DOWN } from "./braille.ts";
import { Canvas, cellWidth, type Colour } from "./canvas.ts";
import { cellOf, drawFrame, type Plot, plotScales } from "./frame.ts";

/** Without colours, and where they repeat, every curve but the first is drawn with a character of its own. */
const GLYPHS = ["", "o", "x", "+", "*", "#"];

/** A panel of curves as a canvas; undefined when there is nothing to draw. */
export function curveCanvas(
  panel: CurvePanel,
  width: number,
  height: number,
  colour: Colour,
  theme: Theme,
): Canvas | undefined {
  const domains = curveDomains(panel);
  if (!domains) return undefined;
  const canvas = new Canvas(width, height), legendRows = drawLegend(canvas, panel, colour, theme);
  const x = { axis: panel.x, domain: domains.x }, y = { axis: panel.y, domain: domains.y };
  const plot = drawFrame(canvas, x, y, legendRows + 1, 1, false);
  const dots = plotScales(x, y, plot.width * ACROSS, plot.height * DOWN, false),
    braille = new Braille(plot.width, plot.height);
  drawLines(canvas, panel, plot, dots.x, dots.y, theme);
  panel.series.forEach((series, k) => {
    const strokes = decimate(series.x, series.y, dots.x, shiftedUp(dots.y));
    const points = series.draw === "points" || (!series.draw && panel.x.labels), hue = colourOf(k, theme);
    const glyph = glyphOf(k, colour, theme) || (points ? "●" : "");
    if (!glyph) return braille.strokes(strokes, hue);
    for (const stroke of strokes) {
      stroke.x.forEach((at, i) => {
        const column = cellOf(at / ACROSS, plot.width), row = cellOf(stroke.y[i] / DOWN, plot.height);
        canvas.set(plot.left + column, plot.top + row, glyph, hue);
      });
    }
  });
  braille.paint(canvas, plot.left, plot.top);
  labelLines(canvas, panel, plot, dots.x, dots.y, theme);
  drawPeaks(canvas, panel, plot, dots.x, dots.y, braille, theme);
  return canvas;
}

/** The lowest and leftmost places belong to the last dot inside, not to one below the plot. */
function shiftedUp(scale: Scale): Scale {
  const [start] = scale.range;
  const map = (coordinate: number) => Math.min(start - 1e-6, scale(coordinate));
  return Object.assign(map, { domain: scale.domain, range: scale.range, log: scale.log });
}

function colourOf(k: number, theme: Theme): Rgb {
  return fromHex(theme.series[k % theme.series.length]);
}

function glyphOf(k: number, colour: Colour, theme: Theme): string {
  const first = colour === "none" ? 1 : theme.series.length;
  return k < first ? "" : GLYPHS[1 + (k - first) % (GLYPHS.length - 1)];
}

/** A legend takes no more of the height than this part, or one row. */
const LEGEND_SHARE = 1 / 4;

/** Names of the curves in rows; gives their number, 0 for a single curve. In the last one they are cut. */
function drawLegend(canvas: Canvas, panel: CurvePanel, colour: Colour, theme: Theme): number {
  const { series } = panel, most = Math.max(1, Math.floor(canvas.height * LEGEND_SHARE));
  if (series.length < 2) return 0;
  let left = 0, row = 0;
  for (const [k, { name }] of series.entries()) {
    const entry = `${glyphOf(k, colour, theme) || "⣀"} ${name}`, size = cellWidth(entry);
    if (left > 0 && left + size > canvas.width && row + 1 < most) [left, row] = [0, row + 1];
    if (left < canvas.width) canvas.write(left, row, entry, colourOf(k, theme));
    left += size + 3;
  }
  return row + 1;
}

/** Reference lines go below the curves. */
function drawLines(canvas: Canvas, panel: CurvePanel, plot: Plot, xDots: Scale, yDots: Scale, theme: Theme): void {
  for (const { axis, at } of panel.lines ?? []) {
    const cell = lineCell(axis, at, plot, xDots, yDots);
    if (cell === undefined) continue;
    const length = axis === "x" ? plot.height : plot.width, muted = fromHex(theme.muted);
    for (let k = 0; k < length; k++) {
      if (axis === "x") canvas.set(cell, plot.top + k, "┊", muted);
      else canvas.set(plot.left + k, cell, "┈", muted);
    }
  }
}

/** Their labels go above them, at the right end or beside the line. */
function labelLines(canvas: Canvas, panel: CurvePanel, plot: Plot, xDots: Scale, yDots: Scale, theme: Theme): void {
  const right = plot.left + plot.width, bottom = plot.top + plot.height - 1;
  for (const { axis, at, label = "" } of panel.lines ?? []) {
    const cell = lineCell(axis, at, plot, xDots, yDots), size = Math.min(plot.width, cellWidth(label));
    if (cell === undefined) continue;
    if (axis === "x") canvas.write(cell + 1, bottom, label, fromHex(theme.muted), right - cell - 1);
    else canvas.write(right - size, cell, label, fromHex(theme.muted), size);
  }
}

/** The column or row of a reference line, undefined when it is out of view. */
function lineCell(axis: "x" | "y", at: number, plot: Plot, xDots: Scale, yDots: Scale): number | undefined {
  const place = axis === "x" ? xDots(at) / ACROSS : yDots(at) / DOWN, end = axis === "x" ? plot.width : plot.height;
  if (!(place >= 0 && place <= end)) return undefined;
  return axis === "x" ? plot.left + cellOf(place, plot.width) : plot.top + cellOf(place, plot.height);
}

/** Marks peaks with ▼ and labels as many as fit. */
function drawPeaks(
  canvas: Canvas,
  panel: CurvePanel,
  plot: Plot,
  xDots: Scale,
  yDots: Scale,
  braille: Braille,
  theme: Theme,
): void {
  const length = xDots.domain[1] - xDots.domain[0];
  const peaks = strongestFirst(panel.series.flatMap((series) => series.peaks ?? []))
    .filter((peak) => xDots(peak.at) >= 0 && xDots(peak.at) <= plot.width * ACROSS && yDots(peak.height) >= 0);
  const requests = peaks.map((peak) => {
    const { full, short } = peakText(peak, panel.x.unit ?? "", length);
    const choices = [...new Set([full, short])].map((text) => ({ text, width: cellWidth(text), height: 1 }));
    const x = cellOf(xDots(peak.at) / ACROSS, plot.width), y = cellOf(yDots(peak.height) / DOWN, plot.height);
    return { x, y: Math.max(0, y - 1), choices };
  });
  const markers = requests.map(({ x, y }) => ({ x, y, width: 1, height: 1 }));
  const avoid = (box: Box) =>
    Array.from({ length: box.width }, (_, k) => braille.inked(box.x + k, box.y)).some(Boolean);
  const room = { width: plot.width, height: plot.height, gap: 1, lifts: 0, whole: true, strict: true, avoid };
  const placed = placeLabels(requests.map((one) => ({ ...one, y: one.y + 1 })), { ...room, taken: markers });
  for (const { x, y } of markers) canvas.set(plot.left + x, plot.top + y, "▼", fromHex(theme.accent));
  for (const { text, box } of placed) canvas.write(plot.left + box.x, plot.top + box.y, text);
  const left = peaks.length - placed.length, more = `+${left} more`;
  if (left) canvas.write(Math.max(0, canvas.width - cellWidth(more)), plot.top - 1, more, fromHex(theme.muted));
}
