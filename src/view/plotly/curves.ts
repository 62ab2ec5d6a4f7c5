import { curveProfile } from "../curve_profile.ts";
import { decimate, thinIndices } from "../decimate.ts";
import { curveDomains } from "../domain.ts";
import type { CurvePanel } from "../figure_data.ts";
import { peakText, strongestFirst } from "../peak_text.ts";
import { type Box, overlap } from "../place_labels.ts";
import { makeScale } from "../scale.ts";
import { axisLayout, hoverLine, plain, type PlotlyContext, type PlotlyObject, rangeOf, toNumbers } from "./axes.ts";

/** Adds a panel of curves; false when there is nothing to draw. */
export function addCurves(panel: CurvePanel, context: PlotlyContext): boolean {
  const domains = curveDomains(panel), { layout, number, theme } = context, suffix = number > 1 ? number : "";
  if (!domains) return false;
  layout[`xaxis${suffix}`] = { ...axisLayout(panel.x, context, "x"), range: rangeOf(domains.x, panel.x) };
  layout[`yaxis${suffix}`] = { ...axisLayout(panel.y, context, "y"), range: rangeOf(domains.y, panel.y) };
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  const hover = hoverLine(panel.x, "x") + hoverLine(panel.y, "y");
  panel.series.forEach((series, k) => {
    const { x, y } = thin(series.x, series.y, context.maxSamples);
    const few = panel.x.labels ? "points" : x.length <= 100 ? "both" : "line", mode = series.draw ?? few;
    context.data.push({
      type: "scatter",
      name: plain(series.name),
      mode: { line: "lines", points: "markers", both: "lines+markers" }[mode],
      x,
      y,
      ...axes,
      line: { color: theme.series[k % theme.series.length], width: 1.5, ...dashOf(k, theme.series.length) },
      marker: { size: 5 },
      connectgaps: false,
      hovertemplate: `${hover}<extra>${plain(series.name)}</extra>`,
      showlegend: panel.series.length > 1,
      // Tells the page which colour this is on the other ground.
      meta: { sonde: k % theme.series.length },
    });
  });
  addPeaks(panel, context, axes);
  return true;
}

/** Dash patterns tell curves apart when colours repeat, as in SVG. */
const DASHES = ["6px,4px", "2px,3px", "8px,3px,2px,3px"];

function dashOf(k: number, colours: number): { readonly dash?: string } {
  return k < colours ? {} : { dash: DASHES[(Math.floor(k / colours) - 1) % DASHES.length] };
}

/** Peaks as markers; those whose labels would lie on a stronger one's say theirs on hover only. */
function addPeaks(panel: CurvePanel, { data, theme, x }: PlotlyContext, axes: PlotlyObject): void {
  const domains = curveDomains(panel)!, length = domains.x[1] - domains.x[0];
  const peaks = strongestFirst(panel.series.flatMap((series) => series.peaks ?? []));
  if (!peaks.length) return;
  const texts = peaks.map((peak) => peakText(peak, panel.x.unit ?? "", length).full);
  const xScale = makeScale(domains.x, [0, NOMINAL.width * (x[1] - x[0])], panel.x.scale === "log");
  const yScale = makeScale(domains.y, [NOMINAL.height, 0], panel.y.scale === "log");
  const sides = labelSides(
    peaks.map((peak, i) => ({ x: xScale(peak.at), y: yScale(peak.height), text: texts[i] })),
    xScale.range[1],
    curveProfile(panel.series.flatMap((series) => decimate(series.x, series.y, xScale, yScale)), xScale.range[1]),
  );
  data.push({
    type: "scatter",
    name: "peaks",
    mode: "markers+text",
    x: peaks.map((peak) => peak.at),
    y: peaks.map((peak) => peak.height),
    ...axes,
    marker: { symbol: "triangle-down", size: 9, color: theme.accent },
    text: peaks.map((_, i) => sides[i] ? plain(texts[i]) : ""),
    textposition: sides.map((side) => side ?? "top center"),
    customdata: texts.map(plain),
    hovertemplate: `%{customdata}<br>${hoverLine(panel.y, "y")}<extra></extra>`,
    cliponaxis: false,
    showlegend: false,
  });
}

/** The size of a plot for which labels are placed; on a larger one they only stand further apart. */
const NOMINAL = { width: 560, height: 240 };

/** On which side of its peak each label has room, undefined where it has none; the first ones choose first. */
function labelSides(
  labels: readonly { x: number; y: number; text: string }[],
  width: number,
  avoid: (box: Box) => boolean,
): (string | undefined)[] {
  const taken: Box[] = labels.map(({ x, y }) => ({ x: x - 4, y: y - 4, width: 8, height: 8 }));
  return labels.map(({ x, y, text }) => {
    const size = { width: 7 * text.length, height: 15 };
    const sides: [string, Box][] = [
      ["top center", { x: x - size.width / 2, y: y - 6 - size.height, ...size }],
      ["middle right", { x: x + 6, y: y - size.height / 2, ...size }],
      ["middle left", { x: x - 6 - size.width, y: y - size.height / 2, ...size }],
    ];
    const possible = sides.filter(([, box]) =>
      box.x >= 0 && box.x + box.width <= width && !taken.some((one) => overlap(one, box))
    );
    const free = possible.find(([, box]) => !avoid(box)) ?? possible[0];
    if (free) taken.push(free[1]);
    return free?.[0];
  });
}

/** At most about `most` samples, with the extremes of each stretch. */
function thin(x: ArrayLike<number>, y: ArrayLike<number>, most: number) {
  if (x.length <= most) return { x: toNumbers(x), y: toNumbers(y) };
  const kept = thinIndices(y, most);
  return { x: toNumbers(kept.map((i) => x[i])), y: toNumbers(kept.map((i) => y[i])) };
}
