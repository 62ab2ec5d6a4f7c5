import type { Axis, Op, StopReason } from "../core/device.ts";
import { LimitError, messageOf, MoveError, show, SondeError } from "../core/errors.ts";
import { atRest, refuseHalted, setOff } from "../core/halt.ts";
import type { Setpoint } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";

/** The setpoints that an axis allows, in words: `400 … 900 nm`, `"open", "closed"`. */
function allowedText(axis: Axis): string {
  if (axis.labels) return axis.labels.map((label) => show(label)).join(", ");
  const unit = axis.unit ? ` ${axis.unit}` : "";
  return axis.limits ? `${axis.limits[0]} … ${axis.limits[1]}${unit}` : `any finite number${unit && ` in${unit}`}`;
}

/**
 * The guard between a scan and a driver. It answers at once when the driver does: a move on a synchronous axis makes
 * no promise and no garbage.
 */
class GuardedAxis implements RigAxis {
  readonly unit: string;
  readonly limits?: readonly [number, number];
  readonly labels?: readonly string[];
  readonly longName?: string;
  readonly tolerance?: number;
  readonly settleMs?: number;
  readonly timeoutMs?: number;
  readonly backlash?: number;
  readonly moveMs?: (from: Setpoint, to: Setpoint) => number;
  #setpoint: Setpoint | undefined;
  #moving: Setpoint | undefined;
  /** Counts moves, so that a move overtaken by another cannot say that it arrived. */
  #move = 0;
  #stopped = false;
  /** What the device is asked at this moment. */
  #asked: { readonly op: Op; readonly place: Promise<Setpoint> } | undefined;

  constructor(readonly name: string, readonly axis: Axis) {
    this.unit = axis.unit;
    this.limits = axis.limits;
    this.labels = axis.labels;
    this.longName = axis.longName;
    this.tolerance = axis.tolerance;
    this.settleMs = axis.settleMs;
    this.timeoutMs = axis.timeoutMs;
    this.backlash = axis.backlash;
    this.moveMs = axis.moveMs && ((from, to) => axis.moveMs!(from, to));
  }

  get setpoint(): Setpoint | undefined {
    return this.#setpoint;
  }

  check(setpoint: Setpoint): void {
    const { labels, limits } = this;
    const allowed = labels
      ? labels.includes(setpoint as string)
      : typeof setpoint === "number" && Number.isFinite(setpoint) &&
        (limits === undefined || (setpoint >= limits[0] && setpoint <= limits[1]));
    if (!allowed) throw new LimitError(this.name, setpoint, allowedText(this.axis));
  }

  set(setpoint: Setpoint, op: Op): void | Promise<void> {
    if (op.signal.aborted) throw op.signal.reason;
    refuseHalted(this.name, op);
    this.check(setpoint);
    const move = ++this.#move;
    this.#setpoint = undefined;
    this.#moving = setpoint;
    this.#stopped = false;
    let moved: void | Promise<void>;
    try {
      moved = this.axis.set(setpoint, op);
    } catch (thrown) {
      throw this.#explain(thrown, setpoint, op);
    }
    if (moved === undefined) return this.#compare(setpoint, move, op);
    setOff(this);
    return moved.then(
      () => {
        this.#rest(move);
        return this.#compare(setpoint, move, op);
      },
      (thrown) => {
        this.#rest(move);
        throw this.#explain(thrown, setpoint, op);
      },
    );
  }

  /** Who asks at the same moment, as derived axes do for those that they move, hears the same answer. */
  readback(op: Op): Setpoint | Promise<Setpoint> {
    if (this.#asked?.op === op) return this.#asked.place;
    const place = this.axis.readback(op);
    if (typeof place !== "object") return place;
    this.#asked = { op, place };
    queueMicrotask(() => this.#asked = undefined);
    return place;
  }

  /** A move that was overtaken says nothing about the one that goes on. */
  #rest(move: number): void {
    if (move === this.#move) atRest(this);
  }

  stop(why: StopReason): void | Promise<void> {
    if (this.#moving !== undefined) this.#stopped = true;
    return this.axis.stop?.(why);
  }

  /** Only axes that can be judged are asked: without a tolerance any readback is right. */
  #compare(setpoint: Setpoint, move: number, op: Op): void | Promise<void> {
    if (this.tolerance === undefined && !this.labels) return this.#arrived(setpoint, setpoint, move);
    const readback = this.axis.readback(op);
    if (typeof readback !== "object") return this.#arrived(setpoint, readback, move);
    return readback.then((place) => this.#arrived(setpoint, place, move));
  }

  #arrived(setpoint: Setpoint, readback: Setpoint, move: number): void {
    const { name, tolerance, unit } = this;
    const there = typeof setpoint === "number" && typeof readback === "number" && tolerance !== undefined
      ? Math.abs(readback - setpoint) <= tolerance
      : readback === setpoint;
    if (!there) {
      const asked = `went to ${show(setpoint)} but reports ${show(readback)}${unit && ` ${unit}`}`;
      const allowed = tolerance === undefined ? "" : ` (tolerance ${tolerance}${unit && ` ${unit}`})`;
      throw new MoveError(name, setpoint, readback, asked + allowed);
    }
    if (move !== this.#move) {
      throw new MoveError(name, setpoint, readback, `the move to ${show(setpoint)} was overtaken by another`);
    }
    if (this.#stopped && tolerance === undefined && !this.labels) {
      throw new MoveError(name, setpoint, undefined, `was stopped on its way to ${show(setpoint)}`);
    }
    this.#moving = undefined;
    this.#setpoint = setpoint;
  }

  /** Names the axis in whatever a driver throws, but lets typed errors and the reason of an abort through. */
  #explain(thrown: unknown, setpoint: Setpoint, op: Op): unknown {
    if (thrown instanceof SondeError || (op.signal.aborted && thrown === op.signal.reason)) return thrown;
    return new MoveError(this.name, setpoint, undefined, messageOf(thrown), { cause: thrown });
  }
}

/**
 * Guards a driver's axis: setpoints are checked before the wire, and the readback is compared after it.
 *
 * - `check` throws `LimitError` unless the setpoint is a finite number within the limits, or one of the labels.
 * - `set` refuses with a `HaltedError` while a notebook is locked, checks, moves, and throws `MoveError` when the readback is further than `tolerance` from the setpoint (or is
 *   another label). Without a tolerance there is nothing to compare. With an aborted signal it throws the signal's
 *   reason, and nothing moves. It returns undefined, without making a promise, when the driver answers at once.
 * - `setpoint` is what was last reached: undefined before the first move, during moves, and after one that failed.
 *
 * @param name the axis' name in the rig
 *
 * @example
 * ```ts
 * import { guard } from "./guard.ts";
 * let place = 0;
 * const x = guard("x", { unit: "mm", limits: [0, 5], set: (to) => void (place = Number(to)), readback: () => place });
 * x.set(3, { signal: new AbortController().signal });
 * console.assert(x.setpoint === 3);
 * ```
 */
export function guard(name: string, axis: Axis): RigAxis {
  return new GuardedAxis(name, axis);
}
