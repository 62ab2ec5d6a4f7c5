import { axisTitle, type PanelAxis } from "../figure_data.ts";
import { makeScale, type Scale } from "../scale.ts";
import { labelAxisTicks, linearTicks, logTicks, type Ticks } from "../ticks.ts";
import { type Canvas, cellWidth } from "./canvas.ts";

/** The part of a canvas that shows data, in cells. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An axis and where it ends. */
export interface Span {
  readonly axis: PanelAxis;
  readonly domain: readonly [number, number];
}

/** Lines below a plot: the axis, its tick labels, its title. */
export const BELOW = 3;

/**
 * Draws both axes with ticks and titles around a plot and says what is left for the data.
 *
 * @param right cells kept free at the right end, for a colour bar
 * @param down whether y grows downward
 */
export function drawFrame(canvas: Canvas, x: Span, y: Span, top: number, right: number, down: boolean): Plot {
  const height = Math.max(1, canvas.height - top - BELOW);
  const yTicks = ticksOf(y, Math.max(2, Math.floor(height / 3)));
  const labelRoom = Math.max(1, Math.floor(canvas.width / 3));
  const left = Math.min(labelRoom, Math.max(1, ...yTicks.labels.map(cellWidth))) + 1;
  const width = Math.max(1, canvas.width - left - 1 - right), plot = { left: left + 1, top, width, height };
  const yScale = makeScale(y.domain, down ? [0, height] : [height, 0], y.axis.scale === "log");
  for (let row = 0; row < height; row++) canvas.set(left, top + row, "│");
  yTicks.at.forEach((at, i) => {
    const row = cellOf(yScale(at), height), label = yTicks.labels[i], room = left - 1;
    canvas.set(left, top + row, "┤");
    canvas.write(Math.max(0, room - cellWidth(label)), top + row, label, undefined, room);
  });
  drawBottom(canvas, x, plot, left);
  const title = axisTitle(y.axis) + (yTicks.offset && ` ${yTicks.offset}`);
  canvas.write(0, top - 1, `${down ? "↓" : "↑"} ${title}`);
  return plot;
}

function drawBottom(canvas: Canvas, x: Span, { left, top, width, height }: Plot, axisColumn: number): void {
  const line = top + height, scale = makeScale(x.domain, [0, width], x.axis.scale === "log");
  canvas.write(axisColumn, line, "└" + "─".repeat(width));
  let ticks = ticksOf(x, Math.max(1, Math.floor(width / 10))), end = -1;
  for (let count = Math.floor(width / 10) - 1; count > 0 && crowded(ticks, width); count--) ticks = ticksOf(x, count);
  ticks.at.forEach((at, i) => {
    const column = left + cellOf(scale(at), width), label = ticks.labels[i], size = cellWidth(label);
    canvas.set(column, line, "┬");
    const start = Math.max(0, Math.min(canvas.width - size, column - Math.floor((size - 1) / 2)));
    if (start <= end) return;
    canvas.write(start, line + 1, label);
    end = start + size;
  });
  const title = axisTitle(x.axis) + (ticks.offset && ` ${ticks.offset}`) + " →", size = cellWidth(title);
  canvas.write(Math.max(0, left + width - size), line + 2, title);
}

/** Which cell a place along an axis lies in. */
export function cellOf(place: number, length: number): number {
  return Math.max(0, Math.min(length - 1, Math.floor(place)));
}

/** Ticks of an axis in a terminal. */
export function ticksOf({ axis, domain }: Span, count: number): Ticks {
  if (axis.labels) return labelAxisTicks(axis.labels, count);
  return axis.scale === "log" ? logTicks(domain, count) : linearTicks(domain, count);
}

/** A scale over a plot: `width` and `height` may be counted in dots or half cells. */
export function plotScales(x: Span, y: Span, width: number, height: number, down: boolean): { x: Scale; y: Scale } {
  return {
    x: makeScale(x.domain, [0, width], x.axis.scale === "log"),
    y: makeScale(y.domain, down ? [0, height] : [height, 0], y.axis.scale === "log"),
  };
}

function crowded(ticks: Ticks, width: number): boolean {
  return ticks.labels.reduce((sum, label) => sum + cellWidth(label) + 2, 0) > width;
}
