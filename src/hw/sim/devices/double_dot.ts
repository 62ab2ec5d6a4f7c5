import type { DeviceSpec } from "../../../core/device.ts";
import { InputError, show } from "../../../core/errors.ts";
import type { None } from "../../rig_types.ts";
import type { Actor, SimOptions } from "../actor.ts";
import { detectorDevice } from "../detector_device.ts";
import { meanElectrons } from "../mean_electrons.ts";
import { gateRole } from "./gate.ts";

/** A simulated double quantum dot with a charge sensor. */
export interface DoubleDotOptions extends SimOptions {
  /** The gates of the first and of the second dot, by their names in the rig; `P1` and `P2` when left out. One that is not there is at 0. */
  readonly gates?: readonly [string, string];
  /** Voltage at a gate for one more electron on its dot, mV; 60 when left out. */
  readonly periodMv?: number;
  /** How much of that a gate does to the other dot; 0.2 when left out. */
  readonly crosstalk?: number;
  /** A gate that is farther than this from 0 begins to leak, mV; 250 when left out. */
  readonly breakdownMv?: number;
  /** Standard deviation of the sensor's current, nA; 0.005 when left out. */
  readonly noise?: number;
  /** How long a reading takes; 1 ms when left out. */
  readonly dwellMs?: number;
}

/** Current of the sensor without electrons on the dots, and what one on the first or the second dot takes from it, nA. */
const SENSOR_NA = 2, STEPS_NA = [0.25, 0.4] as const;

/** Charging and coupling of the dots and their temperature (about 600 mK), meV. */
const CHARGING_MEV = 2, MUTUAL_MEV = 0.4, THERMAL_MEV = 0.05;

/** A gate's leakage below breakdown, how fast it grows beyond, and where its source ends it: pA, mV, pA. */
const LEAK_PA = 0.1, LEAK_MV = 10, LEAK_MOST_PA = 1e6;

/**
 * Two quantum dots under two gates, in the constant-interaction model. One trigger gives `current`, the nA of a charge sensor
 * beside them: it falls by a step with every electron, so that two gates span the honeycomb of a stability diagram; and
 * `leakage`, the pA that flow into the gates: none to speak of until one breaks down.
 *
 * @throws InputError for gates that are not two names
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ P1: sim.gate(), P2: sim.gate(), dot: sim.doubleDot({ noise: 0 }) });
 * const op = { signal: new AbortController().signal }, { detector } = rig.devices.get("dot")!;
 * const sensor = async () => (await detector!.read(op) as Record<string, number>).current;
 * const empty = await sensor();
 * await rig.axes.get("P1")!.set(60, op); // one electron
 * console.assert(await sensor() < empty - 0.2);
 * ```
 */
export function doubleDot(options: DoubleDotOptions = {}): DeviceSpec<None, { current: number; leakage: number }> {
  const driver = "sim.doubleDot", { gates = ["P1", "P2"], periodMv = 60, crosstalk = 0.2 } = options;
  const { breakdownMv = 250, noise = 0.005, dwellMs = 1 } = options;
  if (gates.length !== 2) {
    throw InputError.at("gates", `${driver}: gates must be two names; received ${show(gates)}`, gates);
  }
  const dots = {
    charging: CHARGING_MEV,
    mutual: MUTUAL_MEV,
    period: periodMv,
    crosstalk,
    thermal: THERMAL_MEV,
  };
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => ({
        channels: { current: { unit: "nA", longName: "sensor current" }, leakage: { unit: "pA" } },
        dwellMs: () => dwellMs,
        measure() {
          const voltages = gates.map((name) => actor.world.numberOf(gateRole(name)) ?? 0) as [number, number];
          return {
            current: sensed(meanElectrons(voltages, dots), noise, actor),
            leakage: leaks(voltages, breakdownMv),
          };
        },
        settings: () => ({ gates, periodMv, crosstalk, breakdownMv, noise, dwellMs }),
      })),
  };
}

function sensed(electrons: readonly [number, number], noise: number, actor: Actor): number {
  const steps = STEPS_NA.reduce((sum, step, k) => sum + step * electrons[k], 0);
  return SENSOR_NA - steps + noise * actor.noiseFactor * actor.random.normal();
}

function leaks(voltages: readonly number[], breakdownMv: number): number {
  const leak = (mv: number) => LEAK_PA * Math.exp(Math.max(0, Math.abs(mv) - breakdownMv) / LEAK_MV);
  return Math.min(LEAK_MOST_PA, voltages.reduce((sum, mv) => sum + leak(mv), 0));
}
