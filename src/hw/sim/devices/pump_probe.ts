import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { positive } from "../axis_device.ts";
import { detectorDevice } from "../detector_device.ts";
import { steadyDevice } from "../steady_device.ts";
import { transient } from "../transient.ts";
import type { StageOptions } from "./stage.ts";

/** A simulated delay line. */
export interface DelayOptions extends Omit<StageOptions, "unit" | "role"> {
  /** `ps` (the default), `fs` or `ns`; any other unit counts as ps. */
  readonly unit?: string;
}

const IN_PS: Readonly<Record<string, number>> = { fs: 1e-3, ps: 1, ns: 1e3 };

/**
 * A delay line between pump and probe, whatever its name; a negative delay probes before the pump. It moves by 1000 units
 * per second, with an overhead of 2 ms, unless `speed` and `overheadMs` say otherwise.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ delay: sim.delay({ limits: [-20, 200] }) });
 * await rig.axes.get("delay")!.set(12.5, { signal: new AbortController().signal });
 * console.assert(rig.axes.get("delay")!.unit === "ps");
 * ```
 */
export function delay(options: DelayOptions = {}): DeviceSpec<{ "": number }, None> {
  const unit = options.unit ?? "ps";
  return steadyDevice(options, {
    driver: "sim.delay",
    left: { unit, speed: 1000, overheadMs: 2, resolution: 1e-3 },
    role: () => "delay",
    inWorld: (place) => place * (IN_PS[unit] ?? 1),
  });
}

/** A simulated pump–probe detector. */
export interface PumpProbeOptions extends SimOptions {
  /** Decay time of what the pump does, ps; 8 when left out. */
  readonly tauPs?: number;
  /** Full width at half maximum of the pulses' cross-correlation, ps; 0.3 when left out. */
  readonly pulsePs?: number;
  /** The largest change of the transmission, as a fraction; 0.01 when left out. */
  readonly amplitude?: number;
  /** How much the energy of the laser's shots varies (standard deviation, as a fraction); 0.05 when left out. */
  readonly shotNoise?: number;
  /** Standard deviation of each detector, V, beside 1 V for a shot; 0.002 when left out. */
  readonly noise?: number;
  /** How long a shot takes; 1 ms when left out. */
  readonly dwellMs?: number;
}

/**
 * One shot of a pump–probe experiment, in volts: `signal` behind the sample and `reference` before it. The energy of the
 * shots varies by far more than the pump does, and equally in both, so only their ratio shows the decay.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ delay: sim.delay(), shot: sim.pumpProbe({ noise: 0, amplitude: 0.1 }) });
 * const op = { signal: new AbortController().signal };
 * await rig.axes.get("delay")!.set(1, op);
 * const { signal, reference } = await rig.devices.get("shot")!.detector!.read(op) as Record<string, number>;
 * console.assert(signal / reference > 1.08);
 * ```
 */
export function pumpProbe(options: PumpProbeOptions = {}): DeviceSpec<None, { signal: number; reference: number }> {
  const driver = "sim.pumpProbe", { tauPs = 8, pulsePs = 0.3, amplitude = 0.01 } = options;
  const { shotNoise = 0.05, noise = 0.002, dwellMs = 1 } = options;
  positive(driver, "tauPs", tauPs);
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => ({
        channels: { signal: { unit: "V" }, reference: { unit: "V" } },
        dwellMs: () => dwellMs,
        measure() {
          const { world, random, noiseFactor } = actor, delayPs = world.numberOf("delay");
          const change = delayPs === undefined ? 0 : amplitude * transient(delayPs, tauPs, pulsePs);
          const energy = world.opening() * Math.max(0, 1 + shotNoise * noiseFactor * random.normal());
          const error = () => noise * noiseFactor * random.normal();
          return { signal: energy * (1 + change) + error(), reference: energy + error() };
        },
        settings: () => ({ tauPs, pulsePs, amplitude, shotNoise, noise, dwellMs }),
      })),
  };
}
