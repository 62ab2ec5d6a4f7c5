import type { DeviceSpec } from "../../core/device.ts";
import type { None } from "../rig_types.ts";
import type { SimOptions } from "./actor.ts";
import { axisDevice, restingPlace } from "./axis_device.ts";
import { detectorDevice } from "./detector_device.ts";
import { standstill } from "./travel.ts";

/** A simulated axis that takes no time. */
export interface InstantOptions extends SimOptions {
  /** A pure number when left out. */
  readonly unit?: string;
  readonly limits?: readonly [number, number];
  readonly start?: number;
}

/**
 * An axis that arrives at once and exactly, without promises: for benches, and for laws about scans.
 *
 * @example
 * ```ts
 * import { connect } from "../connect.ts";
 * import { sim } from "./mod.ts";
 * await using rig = await connect({ x: sim.instant({ limits: [0, 10] }) });
 * const moved = rig.axes.get("x")!.set(3, { signal: new AbortController().signal });
 * console.assert(moved === undefined && rig.axes.get("x")!.setpoint === 3);
 * ```
 */
export function instant(options: InstantOptions = {}): DeviceSpec<{ "": number }, None> {
  const { unit = "", limits, start = restingPlace(limits) } = options;
  return axisDevice({
    ...options,
    instant: true,
    driver: "sim.instant",
    unit,
    start,
    resolution: 0,
    tolerance: 0,
    role: (name) => name,
    travel: (_from, to) => standstill(to),
    settings: {},
  });
}

/** A detector that answers at once with 0, 1, 2, …: one more at each trigger. */
export function counter(options: SimOptions = {}): DeviceSpec<None, { "": number }> {
  return synchronous("sim.counter", options, () => {
    let count = -1;
    return () => ++count;
  });
}

/** A detector that always answers at once with the same reading; 1 when left out. */
export function constant(options: SimOptions & { readonly reading?: number } = {}): DeviceSpec<None, { "": number }> {
  const { reading = 1 } = options;
  return synchronous("sim.constant", options, () => () => reading);
}

function synchronous(driver: string, options: SimOptions, begin: () => () => number): DeviceSpec<None, { "": number }> {
  return {
    driver,
    connect: (context) =>
      detectorDevice(driver, context, { ...options, instant: true }, () => ({
        channels: { "": { unit: "" } },
        dwellMs: () => 0,
        measure: begin(),
        settings: () => ({}),
      })),
  };
}
