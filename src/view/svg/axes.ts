import { axisTitle, type PanelAxis } from "../figure_data.ts";
import type { Box } from "../place_labels.ts";
import type { Scale } from "../scale.ts";
import { labelAxisTicks, linearTicks, logTicks, type Ticks } from "../ticks.ts";
import { element, textElement } from "./element.ts";
import { FONT } from "./style.ts";
import { fitText, textWidth } from "./text_width.ts";

/** Ticks of an axis that has room for about `count`. */
export function axisTicks(axis: PanelAxis, domain: readonly [number, number], count: number): Ticks {
  if (axis.labels) return labelAxisTicks(axis.labels, count);
  return axis.scale === "log" ? logTicks(domain, count) : linearTicks(domain, count);
}

/** Ticks of a horizontal axis: as many as fit with air between their labels. */
export function horizontalTicks(axis: PanelAxis, domain: readonly [number, number], width: number): Ticks {
  let count = Math.max(1, Math.floor(width / 70)), ticks = axisTicks(axis, domain, count);
  const tooTight = () => widest(ticks) + 12 > width / Math.max(1, ticks.at.length - 1);
  while (!axis.labels && count > 1 && ticks.at.length > 2 && tooTight()) ticks = axisTicks(axis, domain, --count);
  if (axis.labels) ticks = axisTicks(axis, domain, Math.max(1, Math.floor(width / (Math.min(90, widest(ticks)) + 12))));
  return ticks;
}

/** Ticks of a vertical axis. */
export function verticalTicks(axis: PanelAxis, domain: readonly [number, number], height: number): Ticks {
  return axisTicks(axis, domain, Math.max(2, Math.floor(height / (axis.labels ? 15 : 44))));
}

/** How wide the longest tick label is. */
export function widest(ticks: Ticks): number {
  return Math.max(0, ...ticks.labels.map((label) => textWidth(label, FONT.tick)));
}

/** Room that labels of a vertical axis may take. */
export const WIDEST_LABEL = 110;

/** Grid lines, to be drawn below the data. */
export function gridLines(plot: Box, xScale: Scale, yScale: Scale, xTicks: Ticks, yTicks: Ticks): string {
  const { x, y, width, height } = plot;
  const vertical = xTicks.at.map((at) => `M${fixed(x + xScale(at))} ${fixed(y)}v${fixed(height)}`);
  const horizontal = yTicks.at.map((at) => `M${fixed(x)} ${fixed(y + yScale(at))}h${fixed(width)}`);
  return element("path", { class: "grid", d: [...vertical, ...horizontal].join("") || undefined });
}

/** Tick labels, the base line and the titles of both axes; `zTitleWidth` is kept free at the right end of the top. */
export function axisLabels(
  plot: Box,
  x: { axis: PanelAxis; scale: Scale; ticks: Ticks },
  y: { axis: PanelAxis; scale: Scale; ticks: Ticks },
  zTitleWidth = 0,
): string {
  const bottom = plot.y + plot.height, right = plot.x + plot.width;
  const xLabelWidth = Math.max(20, plot.width / Math.max(1, x.ticks.at.length) - 4);
  const xLabels = x.ticks.at.map((at, i) => {
    const text = fitText(x.ticks.labels[i], FONT.tick, x.axis.labels ? xLabelWidth : plot.width);
    const half = textWidth(text, FONT.tick) / 2;
    const middle = Math.max(half, Math.min(right + RIGHT_MARGIN - half, plot.x + x.scale(at)));
    return textElement({ x: middle, y: bottom + 17, "text-anchor": "middle", class: "muted" }, text);
  });
  const yLabels = y.ticks.at.map((at, i) =>
    textElement(
      { x: plot.x - 7, y: plot.y + y.scale(at) + 4, "text-anchor": "end", class: "muted" },
      fitText(y.ticks.labels[i], FONT.tick, WIDEST_LABEL),
    )
  );
  const title = { class: "ink label" };
  const xTitle = fitText(withOffset(axisTitle(x.axis), x.ticks), FONT.label, plot.width - 14) + " →";
  const yTitle = "↑ " + fitText(withOffset(axisTitle(y.axis), y.ticks), FONT.label, right - 14 - zTitleWidth);
  return [
    element("path", { class: "axis", d: `M${fixed(plot.x)} ${fixed(bottom)}h${fixed(plot.width)}` }),
    ...xLabels,
    ...yLabels,
    textElement({ ...title, x: right, y: bottom + 34, "text-anchor": "end" }, xTitle),
    textElement(
      { ...title, x: y.ticks.at.length ? plot.x - 7 - widestDrawn(y.ticks) : plot.x, y: plot.y - 10 },
      yTitle,
    ),
  ].join("");
}

/** Kept free to the right of every plot, for the half of the last tick label. */
export const RIGHT_MARGIN = 16;

function widestDrawn(ticks: Ticks): number {
  return Math.min(WIDEST_LABEL, widest(ticks));
}

function withOffset(title: string, ticks: Ticks): string {
  return ticks.offset ? `${title} ${ticks.offset}` : title;
}

function fixed(length: number): string {
  return String(Math.round(length * 100) / 100);
}
