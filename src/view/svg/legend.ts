import type { Series } from "../figure_data.ts";
import { seriesLook } from "./curve.ts";
import { dot, element, textElement } from "./element.ts";
import { FONT } from "./style.ts";
import { fitText, textWidth } from "./text_width.ts";

const ROW = 18, SWATCH = 24, GAP = 16;
/** More curves than this are not told apart by a legend. */
const MOST = 15;

interface Entry {
  readonly text: string;
  readonly x: number;
  readonly row: number;
}

/** How tall the legend is: nothing for one curve, else a row or more. */
export function legendHeight(series: readonly Series[], width: number): number {
  const last = entries(series, width).at(-1);
  return last ? (last.row + 1) * ROW : 0;
}

/** Names of the curves beside their colours, in rows. */
export function drawLegend(
  series: readonly Series[],
  { x, y, width }: { x: number; y: number; width: number },
  colours: number,
): string {
  return entries(series, width).map((entry, k) => {
    const { colour, dash } = seriesLook(k, colours), left = x + entry.x, middle = y + entry.row * ROW + 9;
    const shown = k < Math.min(series.length, MOST), isDots = shown && series[k].draw === "points";
    const swatch = isDots
      ? element("path", { class: `d${colour}`, d: dot(left + 9, middle, 3.5) })
      : shown
      ? element("path", {
        class: `line s${colour}`,
        "stroke-dasharray": dash,
        "stroke-width": 2.5,
        d: `M${left} ${middle}h18`,
      })
      : "";
    return swatch + textElement({ x: left + (swatch && SWATCH || 0), y: middle + 4, class: "ink" }, entry.text);
  }).join("");
}

function entries(series: readonly Series[], width: number): Entry[] {
  if (series.length < 2) return [];
  const names = series.slice(0, MOST).map((one) => one.name);
  if (series.length > MOST) names.push(`+${series.length - MOST} more`);
  let left = 0, row = 0;
  return names.map((name) => {
    const text = fitText(name, FONT.tick, width - SWATCH), length = SWATCH + textWidth(text, FONT.tick);
    if (left > 0 && left + length > width) [left, row] = [0, row + 1];
    const entry = { text, x: Math.round(left * 100) / 100, row };
    left += length + GAP;
    return entry;
  });
}
