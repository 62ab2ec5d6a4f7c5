import type { CurvePanel, Peak, Series, Shade } from "../figure_data.ts";
import { formatQuantity, niceStep, resolutionOf } from "../ticks.ts";
import { notedNumber, notedPeaks, notedWindows, type RunNote } from "./read_notes.ts";
import { lineOfVisit, sortedLine, type Visit } from "./read_visit.ts";

/** Peaks to mark instead of those that the path has noted. */
export interface LinePanelOptions {
  /** Found elsewhere, in the unit of the axis; an empty list marks none. */
  readonly peaks?: readonly Peak[];
}

/**
 * The panels of a node that goes along one axis: all that was measured as one curve, which pass it is from, the windows
 * that were looked into, and what was found, as the node has noted it.
 */
export function linePanels(visit: Visit, { peaks }: LinePanelOptions = {}): CurvePanel[] {
  const { node, axes: [x], signal: y, notes } = visit,
    common = { kind: "curve", x, y, note: lastWords(notes) } as const;
  switch (node.kind) {
    case "align":
      return [{
        ...common,
        series: [{ name: y.name, ...lineOfVisit(visit), peaks }],
        lines: placeLine(visit, "place"),
      }];
    case "focus":
      return [{ ...common, series: stacks(visit, peaks), lines: placeLine(visit, "sharpness", "place") }];
    case "climb":
      return [{ ...common, series: [{ ...pathTaken(visit), peaks }], lines: placeLine(visit, "reason", x.name) }];
    default:
      return [{
        ...common,
        series: layers(visit, peaks ?? (visit.watched ? notedPeaks(notes) : [])),
        shades: windows(visit),
      }];
  }
}

/** Why it ended, or what it did last. */
function lastWords(notes: readonly RunNote[]): string | undefined {
  return notes.at(-1)?.text;
}

/** How the two parts of a line are called. */
const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  zoom: ["coarse pass", "with finer points"],
  track: ["window", "with search"],
  learn: ["coarse pass", "with chosen points"],
};

/** The coarse pass, and over it the curve as it is where points were added. */
function layers(visit: Visit, peaks: readonly Peak[]): Series[] {
  const { coarse, finer, node, signal } = visit, [first, second] = NAMES[node.kind];
  const added = finer.readings.some(Number.isFinite);
  if (!added) return [{ name: signal.name, ...lineOfVisit(visit), peaks }];
  return [
    { name: first, ...sortedLine(coarse.places[0], coarse.readings), draw: "line" },
    { name: second, ...whereAdded(visit), draw: "both", peaks },
  ];
}

/** All points in order where some were added, with gaps between: coarse points count where they have an added neighbour. */
function whereAdded(visit: Visit): Pick<Series, "x" | "y"> {
  const { x, y } = lineOfVisit(visit), { places: [finer], readings } = visit.finer;
  const added = new Set(finer.filter((_, k) => Number.isFinite(readings[k])));
  const near = (k: number) => [k - 1, k, k + 1].some((i) => added.has(x[i]));
  // Of the points in a gap the first stands for all.
  const kept = Array.from(x, (_, k) => k).filter((k) => near(k) || (k > 0 && near(k - 1)));
  return {
    x: Float64Array.from(kept, (k) => x[k]),
    y: Float64Array.from(kept, (k) => near(k) ? y[k] : NaN),
  };
}

/** The two stacks of a focus, each as a curve. */
function stacks({ coarse, finer }: Visit, peaks?: readonly Peak[]): Series[] {
  const of = (name: string, points: Visit["coarse"]): Series => (
    { name, ...sortedLine(points.places[0], points.readings), draw: "both" }
  );
  const fine = of("fine stack", finer);
  return [{ ...of("coarse stack", coarse), peaks }, ...fine.x.length ? [fine] : []];
}

/** In the order in which it was measured: the way that the axis took. */
function pathTaken({ finer, signal }: Visit): Series {
  return { name: signal.name, x: finer.places[0], y: finer.readings, draw: "both" };
}

/** A window that takes up more of the line than this tells nothing. */
const WHOLE = 0.9;

/** The windows that were looked into; finer ones lie over coarser ones, and are darker. */
function windows(visit: Visit): Shade[] {
  const { x } = lineOfVisit(visit), length = x[x.length - 1] - x[0];
  return notedWindows(visit.notes).filter(([from, to]) => Math.abs(to - from) <= WHOLE * length)
    .map(([from, to]) => ({ axis: "x", from, to }));
}

/** A line at the place that the last note with `key` names; none where nothing was found. */
function placeLine({ notes, axes: [axis], coarse, finer }: Visit, key: string, at: string = key) {
  const last = notes.findLast(({ data }) => key in data && typeof data[at] === "number");
  if (!last) return [];
  const place = last.data[at] as number, error = notedNumber([last], "error"), unit = axis.unit ?? "";
  const ends = [...coarse.places[0], ...finer.places[0]].filter(Number.isFinite);
  const span = ends.reduce((most, end) => Math.max(most, end), -Infinity) -
    ends.reduce((least, end) => Math.min(least, end), Infinity);
  const step = resolutionOf(error) || niceStep(span, 1000), by = last.data.by ? ` (${last.data.by})` : "";
  const label = error > 0 ? withError(place, error, step) + (unit && ` ${unit}`) : formatQuantity(place, unit, step);
  return [{ axis: "x" as const, at: place, label: label + by }];
}

/** `640.22529 ± 0.00037`: both with as many digits as the error has two of. */
function withError(place: number, error: number, step: number): string {
  const digits = Math.min(12, Math.max(0, Math.round(-Math.log10(step))));
  return `${place.toFixed(digits).replace("-", "−")} ± ${error.toFixed(digits)}`;
}
