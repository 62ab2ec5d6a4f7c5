import type { Op, StopReason } from "../../core/device.ts";
import { InputError, messageOf, MoveError, show } from "../../core/errors.ts";
import { allowHalted } from "../../core/halt.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Setpoint, Setpoints } from "../../core/point.ts";
import type { Rig, RigAxis } from "../../core/rig.ts";
import type { TimeCounter } from "./time_split.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A move that takes longer has failed, unless the axis says otherwise. */
const MOVE_TIMEOUT_MS = 600_000;
/** An axis that does not stop by then is reported and left. */
const STOP_TIMEOUT_MS = 5_000;

/** An axis, and what the run knows of it. */
interface Known {
  readonly axis: RigAxis;
  readonly rank: number;
  readonly settleMs: number;
  /** The setpoint that this run reached last; undefined when it has not, or was stopped. */
  last: Setpoint | undefined;
  /** Whether this run has ever set it off. */
  moved: boolean;
}

/** Moves what changed, all together, started in the rig's declared order; then settles. */
export class Mover {
  readonly #known = new Map<string, Known>();
  readonly #changed: Known[] = [];
  #origin: Setpoints = {};
  #op: Op | undefined;

  /** `settleMs` by axis as the plan declares it, before what the rig says. */
  constructor(
    readonly rig: Rig,
    readonly settleMs: ReadonlyMap<string, number>,
    readonly waits: Waits,
    readonly times: TimeCounter,
  ) {}

  /** The axis of a name; an `InputError` with the near match when the rig has none. */
  axis(name: string): RigAxis {
    return this.#find(name).axis;
  }

  #find(name: string): Known {
    const known = this.#known.get(name);
    if (known) return known;
    const axis = this.rig.axes.get(name);
    if (!axis) {
      throw InputError.at(
        "setpoint",
        `the rig has no axis ${show(name)}; ${didYouMean(name, this.rig.axes.keys())}`,
        name,
      );
    }
    const rank = [...this.rig.axes.keys()].indexOf(name), settleMs = this.settleMs.get(name) ?? axis.settleMs ?? 0;
    const made = { axis, rank, settleMs, last: undefined, moved: false };
    this.#known.set(name, made);
    return made;
  }

  /** Tells where axes are before anything moves, so that all who ask hear the same, whatever the encoder's noise. */
  begin(origin: Setpoints): void {
    this.#origin = origin;
  }

  /** Where an axis is: the last setpoint reached, else where it was found when the run began, else its readback. */
  place(name: string, readback: Setpoint): Setpoint {
    const { axis, moved } = this.#find(name);
    return axis.setpoint ?? (moved ? undefined : this.#origin[name]) ?? readback;
  }

  /** Goes to the setpoints; undefined when that took no waiting. All limits are checked before the first axis moves. */
  move(setpoint: Setpoints): Promise<void> | undefined {
    const changed = this.#changed;
    changed.length = 0;
    for (const name in setpoint) {
      const known = this.#find(name);
      // A run in the body of the loop may have moved the axis meanwhile; then the rig remembers another setpoint.
      if (known.last !== setpoint[name] || known.axis.setpoint !== known.last) changed.push(known);
    }
    if (!changed.length) return undefined;
    if (changed.length > 1) {
      changed.sort((a, b) => a.rank - b.rank);
      for (const { axis } of changed) axis.check(setpoint[axis.name]);
    }
    return this.#start([...changed], setpoint);
  }

  #start(changed: readonly Known[], setpoint: Setpoints): Promise<void> | undefined {
    const startMs = this.waits.clock.nowMs();
    let moves: Promise<void>[] | undefined, settleMs = 0;
    try {
      for (const known of changed) {
        const to = setpoint[known.axis.name], from = known.last;
        known.last = undefined;
        known.moved = true;
        settleMs = Math.max(settleMs, known.settleMs);
        const moved = known.axis.set(to, this.#allowedOp());
        if (isPromise(moved)) (moves ??= []).push(this.#arrive(known, from, to, moved, startMs));
        else known.last = to;
      }
    } catch (thrown) {
      for (const move of moves ?? []) move.catch(() => {});
      throw thrown;
    }
    if (moves || settleMs) return this.#finish(moves, settleMs, startMs);
    this.times.moveMs += this.waits.clock.nowMs() - startMs;
    return undefined;
  }

  /** A run that has begun may move to its end, also while the notebook is locked: its path cleans up. */
  #allowedOp(): Op {
    const { op } = this.waits;
    if (op !== this.#op) allowHalted(this.#op = op);
    return op;
  }

  async #arrive(known: Known, from: Setpoint | undefined, to: Setpoint, moved: Promise<void>, startMs: number) {
    const { axis } = known, timeoutMs = axis.timeoutMs ?? MOVE_TIMEOUT_MS;
    await this.waits.wait(
      moved,
      timeoutMs,
      () =>
        new MoveError(axis.name, to, undefined, `did not arrive at ${show(to)} ${axis.unit} within ${timeoutMs} ms`),
    );
    known.last = to;
    if (from === undefined) return;
    const distance = typeof from === "number" && typeof to === "number" ? Math.abs(to - from) : 0;
    this.rig.timings.addMove(axis.name, distance, this.waits.clock.nowMs() - startMs, axis.moveMs?.(from, to));
  }

  async #finish(moves: readonly Promise<void>[] | undefined, settleMs: number, startMs: number): Promise<void> {
    const { clock } = this.waits;
    try {
      if (moves) await allOrFirstError(moves);
    } finally {
      this.times.moveMs += clock.nowMs() - startMs;
    }
    if (!settleMs) return;
    const settlingMs = clock.nowMs();
    try {
      await this.waits.sleep(settleMs);
    } finally {
      this.times.settleMs += clock.nowMs() - settlingMs;
    }
  }

  /** Stops every axis that this run has moved, and forgets where they are. Gives what went wrong. */
  async stop(why: StopReason): Promise<Error[]> {
    const errors: Error[] = [];
    const stops = [...this.#known.values()].filter(({ moved }) => moved).map(async (known) => {
      known.last = undefined;
      const { axis } = known;
      try {
        const stopped = axis.stop(why);
        const late = () => new MoveError(axis.name, undefined, undefined, `did not stop within ${STOP_TIMEOUT_MS} ms`);
        if (isPromise(stopped)) await this.waits.wait(stopped, STOP_TIMEOUT_MS, late);
      } catch (thrown) {
        errors.push(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
      }
    });
    await Promise.all(stops);
    return errors;
  }
}

/** Waits for all; rejects with the first error as soon as there is one, and lets no other go unheard. */
function allOrFirstError(moves: readonly Promise<void>[]): Promise<unknown> {
  for (const move of moves) move.catch(() => {});
  return Promise.all(moves);
}
