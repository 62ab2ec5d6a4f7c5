import type { Quantity } from "../figure_data.ts";
import type { StoredRun } from "../source_of_run.ts";
import { readNotes, type RunNote } from "./read_notes.ts";
import { type PassPoints, readPass } from "./read_pass.ts";
import type { FoundNode, SamplerNode } from "./sampler_of.ts";

/** One visit of a node that chooses its own points: what it measured, and what it said. */
export interface Visit {
  /** Which node this is a visit of. */
  readonly node: SamplerNode;
  /** Its axes, slowest first. */
  readonly axes: readonly Quantity[];
  /** What is drawn. */
  readonly signal: Quantity;
  /** Whether that is what the node has watched, and its notes are about. */
  readonly watched: boolean;
  /** What it measured first; nothing for a climb. */
  readonly coarse: PassPoints;
  /** What it measured then. */
  readonly finer: PassPoints;
  /** What it noted. */
  readonly notes: readonly RunNote[];
}

/** Which visit, and of which signal. */
export interface VisitQuestion {
  /** A signal of scalars; the one that the node watches when left out. */
  readonly signal?: string;
  /** The index along each of the loops around, by dimension. */
  readonly at?: ReadonlyMap<string, number>;
}

/**
 * Reads one visit of a node that chooses its own points.
 *
 * @returns undefined when its points are not stored as such: inside a trigger's plan, or not kept
 */
export async function readVisit(
  run: StoredRun,
  found: FoundNode<SamplerNode>,
  { signal = found.signal, at = new Map() }: VisitQuestion = {},
): Promise<Visit | undefined> {
  const { node, axes } = found, question = { axes, signal, at };
  const first = await readPass(run, { ...question, pass: "pass_0" });
  if (!first) return undefined;
  const numbers = Array.from({ length: finerPasses(node) }, (_, k) => k + 1);
  const later = await Promise.all(numbers.map((k) => readPass(run, { ...question, pass: `pass_${k}` })));
  const second = joined(axes.length, later.filter((pass) => pass !== undefined));
  const [coarse, finer] = node.kind === "climb" ? [joined(axes.length, []), first] : [first, second];
  const notes = await readNotes(run), seen = [...coarse.order, ...finer.order].filter((order) => order >= 0);
  const from = Math.min(...seen), to = Math.max(...seen) + 1;
  return {
    node,
    axes: axes.map((name) => ({ name, unit: unitOf(run, [name, `${name}_setpoint`, `${name}_readback`]) })),
    signal: { name: signal, unit: unitOf(run, [signal]) },
    watched: signal === found.signal,
    coarse,
    finer,
    notes: at.size ? notes.filter(({ seqNum }) => seqNum > from && seqNum <= to) : notes,
  };
}

/** How many passes a node has after its first. */
function finerPasses(node: SamplerNode): number {
  return node.kind === "zoom" ? node.depth ?? 3 : node.kind === "align" || node.kind === "climb" ? 0 : 1;
}

/** Passes over the same axes as one. */
function joined(axes: number, passes: readonly PassPoints[]): PassPoints {
  const join = (of: (pass: PassPoints) => Float64Array) => Float64Array.from(passes.flatMap((pass) => [...of(pass)]));
  return {
    places: Array.from({ length: axes }, (_, d) => join(({ places }) => places[d])),
    readings: join(({ readings }) => readings),
    order: join(({ order }) => order),
  };
}

/** The unit of the first array, in any group, that has one of these names. */
function unitOf(run: StoredRun, names: readonly string[]): string {
  for (const { name, units } of run.arrays.values()) {
    if (names.includes(name.slice(name.lastIndexOf("/") + 1))) return units === "1" ? "" : units;
  }
  return "";
}

/** All good points of a visit along its one axis, ascending. */
export function lineOfVisit({ coarse, finer }: Visit): { readonly x: Float64Array; readonly y: Float64Array } {
  return sortedLine([...coarse.places[0], ...finer.places[0]], [...coarse.readings, ...finer.readings]);
}

/** The samples that can be drawn, ascending along x. */
export function sortedLine(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): { readonly x: Float64Array; readonly y: Float64Array } {
  const order = Array.from(x, (_, k) => k).filter((k) => Number.isFinite(x[k]) && Number.isFinite(y[k]));
  order.sort((a, b) => x[a] - x[b] || a - b);
  return { x: Float64Array.from(order, (k) => x[k]), y: Float64Array.from(order, (k) => y[k]) };
}
