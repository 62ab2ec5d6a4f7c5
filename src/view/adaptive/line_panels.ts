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
      return [{ ...common, series: [{ ...refined(visit), name: y.name, peaks }], lines: placeLine(visit, "place") }];
    case "focus":
      return [{ ...common, series: stacks(visit, peaks), lines: placeLine(visit, "sharpness", "place") }];
    case "climb":
      return [{ ...common, series: [{ ...pathTaken(visit), peaks }], lines: placeLine(visit, "reason", x.name) }];
    default:
      return [{ ...common, series: layers(visit, peaks ?? notedPeaks(notes)), shades: windows(visit) }];
  }
}

/** Why it ended, or what it did last. */
function lastWords(notes: readonly RunNote[]): string | undefined {
  return notes.at(-1)?.text;
}

function refined(visit: Visit): Omit<Series, "name"> {
  return lineOfVisit(visit);
}

/** The coarse pass, all points along the axis, and those that were added. */
function layers(visit: Visit, peaks: readonly Peak[]): Series[] {
  const { coarse, finer, node, signal } = visit,
    all = refined(visit),
    added = sortedLine(finer.places[0], finer.readings);
  if (!added.x.length) return [{ name: signal.name, ...all, peaks }];
  const names = { zoom: ["coarse pass", "finer points"], track: ["window", "search"] }[node.kind as string] ??
    ["coarse pass", "chosen points"];
  return [
    { name: signal.name, ...all, draw: "line", peaks },
    { name: names[1], ...added, draw: "points" },
    { name: names[0], ...sortedLine(coarse.places[0], coarse.readings), draw: "line" },
  ];
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

function windows({ notes }: Visit): Shade[] {
  return notedWindows(notes).map(([from, to]) => ({ axis: "x", from, to }));
}

/** A line at the place that the last note with `key` names; none where nothing was found. */
function placeLine({ notes, axes: [axis], coarse, finer }: Visit, key: string, at: string = key) {
  const last = notes.findLast(({ data }) => key in data && typeof data[at] === "number");
  if (!last) return [];
  const place = last.data[at] as number, error = notedNumber([last], "error"), unit = axis.unit ?? "";
  const ends = [...coarse.places[0], ...finer.places[0]].filter(Number.isFinite);
  const span = ends.reduce((most, end) => Math.max(most, end), -Infinity) -
    ends.reduce((least, end) => Math.min(least, end), Infinity);
  const resolution = resolutionOf(error) || niceStep(span, 1000), by = last.data.by ? ` (${last.data.by})` : "";
  const how = error > 0 ? ` ± ${formatQuantity(error, unit, resolution)}` : "";
  return [{ axis: "x" as const, at: place, label: formatQuantity(place, unit, resolution) + how + by }];
}
