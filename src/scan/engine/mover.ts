import type { Op, StopReason } from "../../core/device.ts";
import { InputError, messageOf, MoveError, show, SondeError } from "../../core/errors.ts";
import { allowHalted } from "../../core/halt.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Setpoint, Setpoints } from "../../core/point.ts";
import type { Derivation, Rig, RigAxis } from "../../core/rig.ts";
import type { Forbidden } from "../forbid/forbidden.ts";
import { withinLimits } from "../within_limits.ts";
import type { TimeCounter } from "./time_split.ts";
import { MoveRouter } from "./move_router.ts";
import { movedByOthers } from "./resolve_moves.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A move that takes longer has failed, unless the axis says otherwise. */
const MOVE_TIMEOUT_MS = 600_000;
/** Axes that have to say where they are before they move have to say it within this time. */
const LOCATE_TIMEOUT_MS = 60_000;
/** An axis that does not stop by then is reported and left. */
const STOP_TIMEOUT_MS = 5_000;

/** An axis, and what the run knows of it. */
interface Known {
  readonly axis: RigAxis;
  readonly rank: number;
  readonly settleMs: number;
  /** It has a motor, and may go everywhere and come from any side: to move it is to set it. */
  readonly plain: boolean;
  /** The setpoint that this run reached last; undefined when it has not, or was stopped. */
  last: Setpoint | undefined;
  /** Whether this run has ever set it off. */
  moved: boolean;
}

/** How a mover moves. */
export interface MoverOptions {
  /** By axis, before what the rig says: from which side, and from how far, setpoints are approached. */
  readonly backlash?: ReadonlyMap<string, number>;
  /** Where axes must never be. */
  readonly forbidden?: Forbidden;
}

/** Moves what changed, all together, started in the rig's declared order; then settles. */
export class Mover {
  readonly #known = new Map<string, Known>();
  readonly #changed: Known[] = [];
  readonly #router: MoveRouter;
  readonly #intended = new Map<Derivation, readonly number[]>();
  readonly #derives: boolean;
  readonly #moved = new Map<string, readonly string[]>();
  readonly #underWay = new Set<string>();
  #origin: Setpoints = {};
  #op: Op | undefined;

  /** `settleMs` and `backlash` by axis as the plan declares it, before what the rig says. */
  constructor(
    readonly rig: Rig,
    readonly settleMs: ReadonlyMap<string, number>,
    readonly waits: Waits,
    readonly times: TimeCounter,
    { backlash = new Map<string, number>(), forbidden }: MoverOptions = {},
  ) {
    this.#derives = [...rig.axes.values()].some(({ derived }) => derived);
    const backlashOf = (name: string) => backlash.get(name) ?? rig.axes.get(name)?.backlash ?? 0;
    this.#router = new MoveRouter((name) => this.axis(name), (name) => this.#find(name).rank, backlashOf, forbidden);
  }

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
    const plain = !axis.derived && !this.#router.backlashOf(name) && !this.#router.forbidden?.axes.includes(name);
    const made = { axis, rank, settleMs, plain, last: undefined, moved: false };
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
    return axis.setpoint ?? (moved ? undefined : this.#origin[name]) ?? withinLimits(axis, readback, this.rig.axes);
  }

  /** Whether an axis, or one that it moves, has been sent off and is not there yet. */
  isUnderWay(name: string): boolean {
    return this.#underWay.has(name) || movedByOthers([name], this.rig.axes).some((moved) => this.#underWay.has(moved));
  }

  /** Whether where an axis goes depends on no other one, and on no way there: it can be sent off whatever they do. */
  isPlain(name: string): boolean {
    return this.#find(name).plain;
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
    if (changed.some(({ plain }) => !plain)) return this.#moveByLegs([...changed], setpoint);
    return this.#start([...changed], setpoint);
  }

  /** The same setpoints, and the names of what they move besides: all that is read back at a point. */
  withMoved(setpoint: Setpoints): Setpoints {
    if (!this.#derives) return setpoint;
    let all: Record<string, Setpoint> | undefined;
    for (const name in setpoint) {
      if (!this.#find(name).axis.derived) continue;
      let moved = this.#moved.get(name);
      if (!moved) this.#moved.set(name, moved = movedByOthers([name], this.rig.axes));
      all ??= { ...setpoint };
      for (const other of moved) all[other] ??= NaN;
    }
    return all ?? setpoint;
  }

  /** Moves where setting off at once will not do. */
  async #moveByLegs(changed: readonly Known[], setpoint: Setpoints): Promise<void> {
    const startMs = this.waits.clock.nowMs(), op = this.#allowedOp();
    const asked = new Map(changed.map(({ axis: { name } }) => [name, setpoint[name]]));
    const late = () => new SondeError(`an axis did not say within ${LOCATE_TIMEOUT_MS} ms where it is`);
    const { legs, reached } = await this.waits.wait(
      this.#router.route(asked, op, this.#intended),
      LOCATE_TIMEOUT_MS,
      late,
    );
    for (const known of changed) {
      if (known.axis.derived) known.last = undefined;
      known.moved = true;
    }
    // Until they are there: a move that is broken off says where all axes of a map were going.
    for (const [derivation, setpoints] of reached) this.#intended.set(derivation, setpoints);
    try {
      for (const leg of legs) {
        const going = [...leg.keys()].map((name) => this.#find(name));
        const moves = this.#setOff(going, (name) => leg.get(name)!);
        if (moves) await allOrFirstError(moves);
      }
    } finally {
      this.times.moveMs += this.waits.clock.nowMs() - startMs;
    }
    for (const [derivation, setpoints] of reached) {
      derivation.reached(setpoints);
      this.#intended.delete(derivation);
    }
    for (const known of changed) known.last = setpoint[known.axis.name];
    await this.#settle(Math.max(...changed.map(({ settleMs }) => settleMs)));
  }

  #start(changed: readonly Known[], setpoint: Setpoints): Promise<void> | undefined {
    const startMs = this.waits.clock.nowMs(), moves = this.#setOff(changed, (name) => setpoint[name]);
    let settleMs = 0;
    for (const known of changed) settleMs = Math.max(settleMs, known.settleMs);
    if (moves || settleMs) return this.#finish(moves, settleMs, startMs);
    this.times.moveMs += this.waits.clock.nowMs() - startMs;
    return undefined;
  }

  /** Undefined when all have arrived at once. */
  #setOff(changed: readonly Known[], setpointOf: (name: string) => Setpoint): Promise<void>[] | undefined {
    const startMs = this.waits.clock.nowMs();
    let moves: Promise<void>[] | undefined;
    try {
      for (const known of changed) {
        const to = setpointOf(known.axis.name), from = known.last;
        known.last = undefined;
        known.moved = true;
        const moved = known.axis.set(to, this.#allowedOp());
        if (isPromise(moved)) (moves ??= []).push(this.#arrive(known, from, to, moved, startMs));
        else known.last = to;
      }
    } catch (thrown) {
      for (const move of moves ?? []) move.catch(() => {});
      throw thrown;
    }
    return moves;
  }

  /** A run that has begun may move to its end, also while the notebook is locked: its path cleans up. */
  #allowedOp(): Op {
    const { op } = this.waits;
    if (op !== this.#op) allowHalted(this.#op = op);
    return op;
  }

  async #arrive(known: Known, from: Setpoint | undefined, to: Setpoint, moved: Promise<void>, startMs: number) {
    const { axis } = known, timeoutMs = axis.timeoutMs ?? MOVE_TIMEOUT_MS;
    const late = () =>
      new MoveError(axis.name, to, undefined, `did not arrive at ${show(to)} ${axis.unit} within ${timeoutMs} ms`);
    this.#underWay.add(axis.name);
    try {
      await this.waits.wait(moved, timeoutMs, late);
    } finally {
      this.#underWay.delete(axis.name);
    }
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
    await this.#settle(settleMs);
  }

  async #settle(settleMs: number): Promise<void> {
    if (!settleMs) return;
    const { clock } = this.waits, settlingMs = clock.nowMs();
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
      // What it moves is stopped by itself.
      if (axis.derived) return;
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
