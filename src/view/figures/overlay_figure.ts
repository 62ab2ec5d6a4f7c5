import { InputError } from "../../core/errors.ts";
import { type Conversion, conversion } from "../../core/unit.ts";
import { Figure } from "../figure.ts";
import { axisTitle, type CurvePanel, type FigureData, type Peak, type Quantity, type Series } from "../figure_data.ts";

/** A curve that is laid over others. */
export interface OverlayCurve {
  /** As the legend says it. */
  readonly name: string;
  /** A panel with the curve, and nothing but it: of several series all samples are taken as one curve. */
  readonly panel: CurvePanel;
}

/** More curves than this are not told apart, by colours and dashes together. */
export const MOST_CURVES = 15;

/**
 * Curves over one axis in one panel, each with a name of its own. They may have other places along it, and other units
 * that measure the same: those of the first count.
 *
 * @throws {InputError} when there are none or too many, or when one has another axis than the first, or a unit that does
 *   not become the first one's
 *
 * @example
 * ```ts
 * import { overlayFigure } from "./overlay_figure.ts";
 * const panel = (y: number[]) => ({
 *   kind: "curve" as const,
 *   x: { name: "wavelength", unit: "nm" },
 *   y: { name: "diode", unit: "V" },
 *   series: [{ name: "diode", x: [639, 640, 641], y }],
 * });
 * const figure = overlayFigure([
 *   { name: "4 K", panel: panel([0, 2, 0]) },
 *   { name: "300 K", panel: panel([0, 1, 0]) },
 * ]);
 * console.assert(figure.svg().includes("300 K"));
 * ```
 */
export function overlayFigure(
  curves: readonly OverlayCurve[],
  head: Pick<FigureData, "title" | "subtitle"> = {},
): Figure {
  if (!curves.length || curves.length > MOST_CURVES) {
    const message = `${curves.length} curves; allowed: 1 to ${MOST_CURVES}, so that they can be told apart`;
    throw InputError.at("runs", message, curves.length, `1 to ${MOST_CURVES}`);
  }
  const [first] = curves, issues = curves.flatMap((curve, k) => k ? differs(first, curve) : []);
  if (issues.length) throw new InputError(issues);
  const { x, y } = first.panel, labels = unionOf(curves), logarithmic = curves.every(({ panel }) => panel.x.scale);
  const panel: CurvePanel = {
    kind: "curve",
    x: { name: x.name, unit: x.unit, labels, scale: logarithmic ? x.scale : undefined },
    y: { name: [...new Set(curves.map((curve) => curve.panel.y.name))].join(", "), unit: y.unit },
    series: curves.map((curve) => seriesOf(inUnitsOf(curve, first.panel), labels)),
  };
  return new Figure({ ...head, panels: [panel] });
}

/** What keeps two curves from one pair of axes. */
function differs(first: OverlayCurve, { name, panel }: OverlayCurve) {
  const issue = (message: string, allowed: string) => ({ path: name, message, allowed, severity: "error" as const });
  const { x, y } = first.panel, issues = [];
  if (panel.x.name !== x.name) {
    issues.push(issue(`goes along ${panel.x.name}, and ${first.name} along ${x.name}`, x.name));
  } else if (!panel.x.labels !== !x.labels) {
    const kind = (labels: unknown) => labels ? "labels" : "numbers";
    const message = `has ${kind(panel.x.labels)} along ${x.name}, and ${first.name} has ${kind(x.labels)}`;
    issues.push(issue(message, kind(x.labels)));
  } else if (!between(panel.x, x)) {
    issues.push(issue(`goes along ${axisTitle(panel.x)}, and ${first.name} along ${axisTitle(x)}`, x.unit ?? ""));
  }
  if (!between(panel.y, y)) {
    issues.push(issue(`reads ${axisTitle(panel.y)}, and ${first.name} ${axisTitle(y)}`, y.unit ?? ""));
  }
  return issues;
}

/** How numbers of one quantity become those of another; undefined where the two measure different things. */
function between({ unit: from = "" }: Quantity, { unit: to = "" }: Quantity): Conversion | undefined {
  const bare = (unit: string) => unit === "1" ? "" : unit;
  if (bare(from) === bare(to)) return SAME;
  return conversion(from, to);
}

const SAME: Conversion = { convert: (number) => number, scale: (number) => number, sameZero: true };

/** A curve with its numbers in the units of a panel. */
function inUnitsOf({ name, panel }: OverlayCurve, { x, y }: CurvePanel): OverlayCurve {
  const along = between(panel.x, x)!, up = between(panel.y, y)!;
  if (along === SAME && up === SAME) return { name, panel };
  const peakIn = (peak: Peak): Peak => ({
    ...peak,
    at: along.convert(peak.at),
    height: up.convert(peak.height),
    prominence: peak.prominence && up.scale(peak.prominence),
    width: peak.width && along.scale(peak.width),
    left: peak.left && along.convert(peak.left),
    right: peak.right && along.convert(peak.right),
  });
  const series = panel.series.map((one) => ({
    ...one,
    x: Array.from(one.x, along.convert),
    y: Array.from(one.y, up.convert),
    peaks: one.peaks?.map(peakIn),
  }));
  return { name, panel: { ...panel, series } };
}

/** The labels of all, those of the first in their order and then what is new. */
function unionOf(curves: readonly OverlayCurve[]): readonly string[] | undefined {
  if (!curves[0].panel.x.labels) return undefined;
  return [...new Set(curves.flatMap(({ panel }) => panel.x.labels ?? []))];
}

function seriesOf({ name, panel }: OverlayCurve, labels: readonly string[] | undefined): Series {
  const { series, x: { labels: own } } = panel, place = (at: number) => labels ? labels.indexOf(own![at]) : at;
  const peaks = series.flatMap((one) => one.peaks ?? []).map((peak) => ({ ...peak, at: place(peak.at) }));
  const line = series.length === 1 ? series[0] : joined(series);
  return { name, x: Array.from(line.x, place), y: line.y, peaks: peaks.length ? peaks : undefined };
}

/** The samples of several series as one, ascending; those that stand in two of them once. */
function joined(series: readonly Series[]): Pick<Series, "x" | "y"> {
  const seen = new Map<string, readonly [number, number]>();
  for (const { x, y } of series) {
    for (let k = 0; k < x.length; k++) {
      if (Number.isFinite(x[k]) && Number.isFinite(y[k])) seen.set(`${x[k]} ${y[k]}`, [x[k], y[k]]);
    }
  }
  const samples = [...seen.values()].sort((a, b) => a[0] - b[0]);
  return { x: samples.map(([at]) => at), y: samples.map(([, reading]) => reading) };
}
