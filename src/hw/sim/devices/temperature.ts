import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { axisDevice, positive } from "../axis_device.ts";
import { firstOrderTravel } from "../travel.ts";

/** A simulated temperature controller. */
export interface TemperatureOptions extends SimOptions {
  /** `K` when left out. */
  readonly unit?: string;
  /** The temperatures allowed, ends included. */
  readonly limits?: readonly [number, number];
  /** Time constant of the approach; 60 000 ms when left out. */
  readonly tauMs?: number;
  /** The controller's ramp, units per minute; it steps at once when left out. */
  readonly ratePerMinute?: number;
  /** It has arrived within this of the setpoint; 0.1 when left out. */
  readonly tolerance?: number;
  /** 0.001 when left out. */
  readonly resolution?: number;
  /** Wait this long after each move. */
  readonly settleMs?: number;
  /** The temperature when connected; 295 K, 21.85 degC, or the limit nearest to it. */
  readonly start?: number;
}

/**
 * A temperature that follows its setpoint slowly, as a first-order system, and holds where it is when it is stopped.
 *
 * @example
 * ```ts
 * import { fakeClock } from "../../../core/fake_clock.ts";
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * const clock = fakeClock();
 * await using rig = await connect({ oven: sim.temperature({ ratePerMinute: 1 }) }, { clock });
 * await rig.axes.get("oven")!.set(355, { signal: new AbortController().signal }); // an hour, in no time
 * console.assert(rig.axes.get("oven")!.setpoint === 355);
 * ```
 */
export function temperature(options: TemperatureOptions = {}): DeviceSpec<{ "": number }, None> {
  const driver = "sim.temperature", { unit = "K", tauMs = 60_000, ratePerMinute, resolution = 1e-3 } = options;
  const { tolerance = 0.1, limits } = options;
  const room = unit === "K" ? 295 : 21.85;
  const start = options.start ?? (limits ? Math.min(Math.max(room, limits[0]), limits[1]) : room);
  positive(driver, "tauMs", tauMs);
  positive(driver, "tolerance", tolerance);
  if (ratePerMinute !== undefined) positive(driver, "ratePerMinute", ratePerMinute);
  const rate = ratePerMinute && ratePerMinute / 60;
  return axisDevice({
    ...options,
    driver,
    unit,
    resolution,
    tolerance,
    start,
    role: () => "temperature",
    inWorld: (place) => unit === "K" ? place : place + 273.15,
    // Half of the tolerance is left to the noise of the sensor.
    travel: (from, to) => firstOrderTravel(from, to, tauMs, tolerance / 2, rate),
    settings: { tauMs, ratePerMinute: ratePerMinute ?? null, resolution },
  });
}
