import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { Actor, SimOptions } from "../actor.ts";
import { detectorDevice } from "../detector_device.ts";

/** Electrons that the brightest light frees in a photodiode in a millisecond. */
const ELECTRONS_PER_MS = 1e6;

/** The converter's range. */
const RANGE_V = 5;

/** A simulated photodiode. */
export interface PhotodiodeOptions extends SimOptions {
  /** Volts for the light of the brightest line on a bright grain; 4 when left out. It saturates at 5 V. */
  readonly gain?: number;
  /** How long it looks; 1 ms when left out. */
  readonly dwellMs?: number;
  /** Standard deviation of its electronics, V; 0.0005 when left out. 0 is an ideal diode, without shot noise either. */
  readonly noise?: number;
  /** How much its sensitivity grows in an hour, as a fraction; 0 when left out. */
  readonly driftPerHour?: number;
  /** What it is meant to see: the lamp's light that the sample scatters, or the sample's own; `lamp` when left out. */
  readonly sees?: "lamp" | "luminescence";
}

/** Volts of a photodiode in this light: Poisson shot noise of its electrons, Gaussian noise of its electronics. */
export function diodeVolts(light: number, gain: number, dwellMs: number, noise: number, actor: Actor): number {
  if (noise === 0) return Math.min(RANGE_V, gain * light);
  const electrons = ELECTRONS_PER_MS * Math.max(dwellMs, 1e-3), mean = light * electrons;
  const shot = (actor.random.poisson(mean) - mean) / electrons * gain;
  const volts = gain * light + actor.noiseFactor * (shot + noise * actor.random.normal());
  return Math.min(RANGE_V, Math.max(-RANGE_V, volts));
}

/** How much more sensitive a detector has become since it was connected. */
export function sensitivity(actor: Actor, connectedMs: number, driftPerHour: number): number {
  return 1 + driftPerHour * (actor.nowMs() - connectedMs) / 3_600_000;
}

/**
 * A photodiode behind the sample, in volts: it sees the lamp through whatever the rig has of shutter, filter,
 * monochromator and sample stages, and gives a finite reading with any subset of them.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ diode: sim.photodiode() });
 * const op = { signal: new AbortController().signal }, { detector } = rig.devices.get("diode")!;
 * await detector!.trigger!(op);
 * console.assert(Number.isFinite(await detector!.read(op)));
 * ```
 */
export function photodiode(options: PhotodiodeOptions = {}): DeviceSpec<None, { "": number }> {
  const driver = "sim.photodiode", { gain = 4, dwellMs = 1, noise = 5e-4, driftPerHour = 0, sees = "lamp" } = options;
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => {
        const connectedMs = actor.nowMs();
        return {
          channels: { "": { unit: "V" } },
          dwellMs: () => dwellMs,
          measure() {
            const seen = sees === "lamp" ? actor.world.light() : actor.world.glow();
            const light = seen * (driftPerHour ? sensitivity(actor, connectedMs, driftPerHour) : 1);
            return diodeVolts(light, gain, dwellMs, noise, actor);
          },
          settings: () => ({ gain, dwellMs, noise, sees }),
        };
      }),
  };
}
