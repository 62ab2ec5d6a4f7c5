import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { detectorDevice } from "../detector_device.ts";

/** A simulated lock-in amplifier. */
export interface LockinOptions extends SimOptions {
  /** Volts for the light of the brightest line on a bright grain; 1 when left out. */
  readonly gain?: number;
  /** Phase between the chopped light and the reference, degrees; 30 when left out. */
  readonly phaseDeg?: number;
  /** Its time constant; it settles for five of them at each trigger. 0.5 ms when left out. */
  readonly timeConstantMs?: number;
  /** Standard deviation of X and of Y, V; 0.0002 when left out. */
  readonly noise?: number;
}

/**
 * A lock-in amplifier on a photodiode: one trigger gives X (in phase) and Y (in quadrature), in volts.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ lockin: sim.lockin() });
 * console.assert([...rig.channels.keys()].join() === "lockin.X,lockin.Y");
 * ```
 */
export function lockin(options: LockinOptions = {}): DeviceSpec<None, { X: number; Y: number }> {
  const driver = "sim.lockin", { gain = 1, phaseDeg = 30, timeConstantMs = 0.5, noise = 2e-4 } = options;
  const phase = phaseDeg * Math.PI / 180;
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => ({
        channels: { X: { unit: "V", longName: "in phase" }, Y: { unit: "V", longName: "in quadrature" } },
        dwellMs: () => 5 * timeConstantMs,
        measure() {
          const volts = gain * actor.world.light(), error = () => noise * actor.noiseFactor * actor.random.normal();
          return { X: volts * Math.cos(phase) + error(), Y: volts * Math.sin(phase) + error() };
        },
        settings: () => ({ gain, phaseDeg, timeConstantMs, noise }),
      })),
  };
}
