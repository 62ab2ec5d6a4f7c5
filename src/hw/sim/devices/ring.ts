import type { DeviceSpec } from "../../../core/device.ts";
import { InputError, show } from "../../../core/errors.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { positive } from "../axis_device.ts";
import { detectorDevice } from "../detector_device.ts";

/** A simulated storage ring. */
export interface RingOptions extends SimOptions {
  /** The current after a fill, mA; 100 when left out. */
  readonly currentMa?: number;
  /** Time in which the current falls to 37 % when it is not filled, hours; 10 when left out. */
  readonly lifetimeHours?: number;
  /** When the beam is lost, and for how long: pairs of milliseconds, the first counted from when it was connected. None when left out. */
  readonly dumps?: readonly (readonly [atMs: number, forMs: number])[];
  /** Standard deviation of a reading, mA; 0.01 when left out. */
  readonly noise?: number;
  /** How long a reading takes; 1 ms when left out. */
  readonly dwellMs?: number;
}

/**
 * The current of a storage ring, in mA: it decays, is lost in a dump, and is filled again afterwards. All light of the rig
 * comes from it, so that detectors go dark with the beam.
 *
 * @throws InputError for dumps that are not two numbers of milliseconds
 *
 * @example
 * ```ts
 * import { fakeClock } from "../../../core/fake_clock.ts";
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * const clock = fakeClock(), dumps = [[60_000, 5_000]] as const; // after a minute, for five seconds
 * await using rig = await connect({ ring_current: sim.ring({ dumps }) }, { clock });
 * await clock.sleep(61_000);
 * const { detector } = rig.devices.get("ring_current")!;
 * console.assert(Number(await detector!.read({ signal: new AbortController().signal })) < 1);
 * ```
 */
export function ring(options: RingOptions = {}): DeviceSpec<None, { "": number }> {
  const driver = "sim.ring", { currentMa = 100, lifetimeHours = 10, dumps = [], noise = 0.01, dwellMs = 1 } = options;
  positive(driver, "currentMa", currentMa);
  positive(driver, "lifetimeHours", lifetimeHours);
  dumps.forEach(([atMs, forMs], k) => {
    if (atMs >= 0 && forMs >= 0) return;
    const message = `${driver}: a dump is [atMs, forMs], neither below 0; received ${show(dumps[k])}`;
    throw InputError.at(`dumps[${k}]`, message, dumps[k]);
  });
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => {
        const connectedMs = actor.nowMs();
        // A rehearsal knows nothing of holds: in the dark it would measure what a run waits not to measure.
        const lost = actor.rehearsal ? [] : dumps;
        const strength = () => ringStrength(actor.nowMs() - connectedMs, lifetimeHours * 3_600_000, lost);
        actor.world.addSource(strength);
        return {
          channels: { "": { unit: "mA", longName: "ring current" } },
          dwellMs: () => dwellMs,
          measure: () => Math.max(0, currentMa * strength() + noise * actor.noiseFactor * actor.random.normal()),
          settings: () => ({ currentMa, lifetimeHours, dumps, noise, dwellMs }),
        };
      }),
  };
}

/** The current as a part of a full fill: 1 after connecting and after each dump, 0 in a dump, decaying in between. */
export function ringStrength(
  elapsedMs: number,
  lifetimeMs: number,
  dumps: readonly (readonly [atMs: number, forMs: number])[],
): number {
  let filledMs = 0;
  for (const [atMs, forMs] of dumps) {
    if (elapsedMs >= atMs && elapsedMs < atMs + forMs) return 0;
    if (elapsedMs >= atMs + forMs) filledMs = Math.max(filledMs, atMs + forMs);
  }
  return Math.exp(-(elapsedMs - filledMs) / lifetimeMs);
}
