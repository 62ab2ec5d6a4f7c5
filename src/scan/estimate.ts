import type { AxisInfo, Detector } from "../core/device.ts";
import type { Setpoint } from "../core/point.ts";
import type { Timings } from "../core/timings.ts";
import { random } from "../core/random.ts";
import type { Dimension, Space, Tree } from "./space.ts";

/** What is needed to tell how long a scan will take. */
export interface TimeModel {
  readonly axes: ReadonlyMap<string, AxisInfo>;
  /** The detectors that are read, by device name. */
  readonly detectors: ReadonlyMap<string, Detector>;
  readonly timings: Timings;
}

/** Steps looked at on a long dimension: enough for a mean, and quick on 10⁷. */
const SAMPLES = 500;

/** Trigger and read of all detectors, which happen together. */
export function readMs({ detectors, timings }: TimeModel): number {
  return Math.max(0, ...[...detectors].map(([name, detector]) => timings.readMs(name) ?? detector.readMs?.() ?? 0));
}

function moveMs(model: TimeModel, axis: string, from: Setpoint, to: Setpoint): number {
  if (from === to) return 0;
  const distance = typeof from === "number" && typeof to === "number" ? Math.abs(to - from) : 0;
  return model.timings.moveMs(axis, distance, model.axes.get(axis)?.moveMs?.(from, to)) ?? 0;
}

/** One step of a dimension: its axes move together, then the slowest settling counts. */
function stepMs(model: TimeModel, { columns }: Dimension, i: number, j: number): number {
  let move = 0, settle = 0;
  for (const { axis, at, settleMs } of columns) {
    if (at(i) === at(j)) continue;
    move = Math.max(move, moveMs(model, axis, at(i), at(j)));
    settle = Math.max(settle, settleMs ?? model.axes.get(axis)?.settleMs ?? 0);
  }
  return move + settle;
}

function meanStepMs(model: TimeModel, dimension: Dimension): number {
  const steps = dimension.size - 1, taken = Math.min(steps, SAMPLES);
  let sum = 0;
  for (let k = 0; k < taken; k++) {
    const i = Math.floor(k * steps / taken);
    sum += stepMs(model, dimension, i, i + 1);
  }
  return taken > 0 ? sum / taken : 0;
}

/** The mean step between two points drawn at random, for shuffled dimensions, which all move at each point. */
function randomStepMs(model: TimeModel, dimensions: readonly Dimension[]): number {
  const { uniform } = random(1, "estimate");
  let sum = 0;
  for (let k = 0; k < SAMPLES; k++) {
    const steps = dimensions.map((d) =>
      stepMs(model, d, Math.floor(uniform() * d.size), Math.floor(uniform() * d.size))
    );
    sum += Math.max(0, ...steps);
  }
  return sum / SAMPLES;
}

/** Time inside the dimensions from `from` on, for one visit, and what flying back to their start takes. */
interface Visit {
  readonly ms: number;
  readonly backMs: number;
}

function visit(model: TimeModel, space: Space, from: number, inner: Visit): Visit {
  if (from === space.dimensions.length) return inner;
  const shuffled = space.shuffles.find((s) => s.from === from && s.to > from);
  if (shuffled) {
    const dimensions = space.dimensions.slice(from, shuffled.to), size = dimensions.reduce((n, d) => n * d.size, 1);
    const after = visit(model, space, shuffled.to, inner), step = randomStepMs(model, dimensions);
    return { ms: size * after.ms + (size - 1) * Math.max(step, after.backMs), backMs: Math.max(step, after.backMs) };
  }
  const dimension = space.dimensions[from],
    after = visit(model, space, from + 1, inner),
    { size, paceMs = 0 } = dimension;
  const each = after.ms + Math.max(meanStepMs(model, dimension), after.backMs);
  const back = dimension.snake ? 0 : stepMs(model, dimension, size - 1, 0);
  return { ms: (size - 1) * Math.max(each, paceMs) + after.ms, backMs: Math.max(back, after.backMs) };
}

/**
 * How long a static plan will take, in ms: moves that run together count once, flying back counts unless it snakes,
 * and paced dimensions take at least their pace. Durations are measured ones where the rig has seen any, else what the
 * drivers say.
 *
 * @param measured the part of the grid's points that masks leave in
 */
export function estimateMs(tree: Tree, model: TimeModel, measured = 1): number {
  const read = readMs(model) * measured;
  const of = (inner: Tree): Visit => {
    if (inner.kind === "space") return visit(model, inner.space, 0, { ms: read, backMs: 0 });
    if (inner.kind === "nest") return visit(model, inner.outer, 0, of(inner.inner));
    const visits = inner.trees.map(of);
    return { ms: visits.reduce((sum, v) => sum + v.ms, 0), backMs: Math.max(0, ...visits.map((v) => v.backMs)) };
  };
  return of(tree).ms;
}
