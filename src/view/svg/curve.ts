import { curveProfile } from "../curve_profile.ts";
import { decimate, type Stroke } from "../decimate.ts";
import type { CurvePanel, Series } from "../figure_data.ts";
import { dot, element, px } from "./element.ts";
import { drawLines, type Drawn, drawShades, type Plane } from "./annotations.ts";
import { drawPeaks } from "./peaks.ts";

/** Dash patterns tell curves apart when colours repeat. */
const DASHES = [undefined, "6 4", "2 3", "8 3 2 3"];

/** The colour class and dash pattern of the `k`-th curve. */
export function seriesLook(k: number, colours: number): { colour: number; dash: string | undefined } {
  return { colour: k % colours, dash: DASHES[Math.floor(k / colours) % DASHES.length] };
}

/** Everything inside the plot of a panel of curves. */
export function drawCurves(panel: CurvePanel, plane: Plane, colours: number): string {
  const strokes = panel.series.map((series) => decimate(series.x, series.y, plane.xScale, plane.yScale));
  const avoid = curveProfile(strokes.flat(), plane.width);
  const shades = drawShades(panel.shades ?? [], plane), lines = drawLines(panel.lines ?? [], plane, avoid);
  const curves = panel.series.map((series, k) =>
    drawSeries(panel.x.labels ? { draw: "points", ...series } : series, strokes[k], plane, seriesLook(k, colours))
  );
  const peaks: Drawn = drawPeaks(panel, plane, avoid, [...shades.taken, ...lines.taken]);
  return shades.markup + curves.join("") + lines.markup + peaks.markup;
}

function drawSeries(
  series: Series,
  strokes: readonly Stroke[],
  plane: Plane,
  { colour, dash }: { colour: number; dash: string | undefined },
): string {
  const samples = strokes.reduce((sum, stroke) => sum + stroke.x.length, 0);
  const draw = series.draw ?? (samples * 7 <= plane.width ? "both" : "line");
  const path = strokes.filter((stroke) => stroke.x.length > 1).map(toPath).join("");
  const line = draw === "points" || !path
    ? ""
    : element("path", { class: `line s${colour}`, "stroke-dasharray": dash, d: path });
  // A sample between two gaps has no line to show it.
  const dotted = draw === "line" ? strokes.filter((stroke) => stroke.x.length === 1) : strokes;
  const dots = dotted.flatMap((stroke) => stroke.x.map((x, i) => dot(x, stroke.y[i], draw === "points" ? 3.5 : 2.3)))
    .join("");
  return line + (dots && element("path", { class: `d${colour}`, d: dots }));
}

function toPath({ x, y }: Stroke): string {
  return x.map((at, i) => `${i ? "L" : "M"}${px(at)} ${px(y[i])}`).join("");
}
