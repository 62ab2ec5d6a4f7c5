import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { steadyDevice } from "../steady_device.ts";

/** A simulated voltage source. */
export interface GateOptions extends SimOptions {
  /** `mV` (the default) or `V`; any other unit counts as mV. */
  readonly unit?: string;
  /** The voltages allowed, ends included; any when left out. */
  readonly limits?: readonly [number, number];
  /** Units per second; 100 000 when left out. */
  readonly speed?: number;
  /** Before each change; 0.2 ms when left out. */
  readonly overheadMs?: number;
  /** Wait this long after each change. */
  readonly settleMs?: number;
  /** One step of its converter; 0.01 units when left out. */
  readonly resolution?: number;
  /** How far a readback may be from the setpoint; two steps when left out. */
  readonly tolerance?: number;
  /** The voltage when connected; 0, or the limit nearest to it, when left out. */
  readonly start?: number;
}

/** What a gate is in the world, by its name in the rig. */
export const gateRole = (name: string): string => `gate ${name}`;

/**
 * A voltage source on a gate of a nanostructure, known there by its name in the rig: `sim.doubleDot` names two of them.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ P1: sim.gate({ limits: [-50, 200] }) });
 * await rig.axes.get("P1")!.set(120, { signal: new AbortController().signal });
 * console.assert(rig.axes.get("P1")!.setpoint === 120 && rig.axes.get("P1")!.unit === "mV");
 * ```
 */
export function gate(options: GateOptions = {}): DeviceSpec<{ "": number }, None> {
  return steadyDevice(options, {
    driver: "sim.gate",
    left: { unit: "mV", speed: 1e5, overheadMs: 0.2, resolution: 0.01 },
    role: gateRole,
    inWorld: (place) => options.unit === "V" ? place * 1000 : place,
  });
}
