import type { Axis, AxisInfo, Op } from "../core/device.ts";
import type { Setpoint } from "../core/point.ts";

/** How a setting is read and written. */
export interface ParamOptions<T extends Setpoint> extends Partial<AxisInfo> {
  /** What the device reports. */
  get(op: Op): T | Promise<T>;
  /** Writes it; called only with what limits or labels allow. */
  set(setpoint: T, op: Op): void | Promise<void>;
}

/**
 * An axis made of a getter and a setter: what most settings of most instruments are.
 *
 * @example
 * ```ts
 * import { param } from "./param.ts";
 * let gain = 1;
 * const axis = param<number>({ unit: "dB", limits: [0, 24], tolerance: 0.1, get: () => gain, set: (to) => void (gain = to) });
 * axis.set(6, { signal: new AbortController().signal });
 * console.assert(gain === 6);
 * ```
 */
export function param<T extends Setpoint>(options: ParamOptions<T>): Axis {
  const { get, set, unit = "", ...info } = options;
  return { ...info, unit, set: (setpoint, op) => set(setpoint as T, op), readback: (op) => get(op) };
}
