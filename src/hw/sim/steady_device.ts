import type { DeviceSpec } from "../../core/device.ts";
import type { None } from "../rig_types.ts";
import type { SimOptions } from "./actor.ts";
import { axisDevice, type AxisDeviceOptions, positive, restingPlace } from "./axis_device.ts";
import { steadyTravel } from "./travel.ts";

/** What may be said of any device that is one axis with a constant speed. */
export interface SteadyOptions extends SimOptions {
  /** Of its setpoints. */
  readonly unit?: string;
  /** The setpoints allowed, ends included. */
  readonly limits?: readonly [number, number];
  /** Units per second. */
  readonly speed?: number;
  /** Before each move. */
  readonly overheadMs?: number;
  /** One step of its encoder or converter. */
  readonly resolution?: number;
  /** How far a readback may be from the setpoint; two steps when left out. */
  readonly tolerance?: number;
  /** Where it is when connected; 0, or the limit nearest to it, when left out. */
  readonly start?: number;
}

/** What kind of device it is. */
export interface SteadyKind extends Pick<AxisDeviceOptions, "driver" | "role" | "inWorld" | "bandwidthNm"> {
  /** What holds where its options leave it out. */
  readonly left: Required<Pick<SteadyOptions, "unit" | "speed" | "overheadMs" | "resolution">>;
  /** Settings beside speed, overhead and resolution, for the record. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * A device that is one axis: an overhead, then constant speed.
 *
 * @throws InputError when its speed is not positive, or where it starts is outside of its limits
 */
export function steadyDevice(
  options: SteadyOptions,
  { left, settings, ...kind }: SteadyKind,
): DeviceSpec<{ "": number }, None> {
  const { unit = left.unit, speed = left.speed, overheadMs = left.overheadMs, resolution = left.resolution } = options;
  const { tolerance = 2 * resolution, start = restingPlace(options.limits) } = options;
  positive(kind.driver, "speed", speed);
  return axisDevice({
    ...options,
    ...kind,
    unit,
    resolution,
    tolerance,
    start,
    travel: (from, to) => steadyTravel(from, to, speed, overheadMs),
    settings: { speed, overheadMs, resolution, ...settings },
  });
}
