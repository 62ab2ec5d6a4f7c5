/**
 * What is wrong with a simulated device. The object may be changed while the rig runs, so that a test or a lesson can
 * break a device in the middle of a scan and mend it again.
 */
export interface Faults {
  /** Moves and readings take this many times longer. */
  slow?: number;
  /** Noise of readings and readbacks is this many times larger. */
  noisy?: number;
  /** `set`, `trigger` and `read` never answer, until their signal aborts or the device is stopped. */
  dead?: boolean;
  /** The axis stops half-way and its `set` never answers, until its signal aborts or it is stopped. */
  stuck?: boolean;
  /** The axis ends every move here, says that it has arrived, and reports the truth. */
  stuckAt?: number | string;
  /** This many of the next calls throw; counts down to 0. */
  fail?: number;
  /** Every n-th call throws. */
  failEvery?: number;
  /** These calls throw, counted from 1 when the device was connected. */
  failAt?: readonly number[];
  /** Which calls are counted and throw: `set` and `trigger` when left out. */
  failOn?: "set" | "trigger" | "read";
}

/**
 * A handle to break simulated devices at run time.
 *
 * @example
 * ```ts
 * import { connect } from "../connect.ts";
 * import { sim } from "./mod.ts";
 * const faults = sim.faults();
 * await using rig = await connect({ diode: sim.photodiode({ faults }) });
 * faults.fail = 1; // the next trigger throws
 * const op = { signal: new AbortController().signal };
 * try {
 *   await rig.devices.get("diode")!.detector!.trigger!(op);
 * } catch (error) {
 *   console.assert(error instanceof Error && faults.fail === 0);
 * }
 * ```
 */
export function faults(initial: Faults = {}): Faults {
  return { ...initial };
}
