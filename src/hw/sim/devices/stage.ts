import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { steadyDevice } from "../steady_device.ts";
import type { Role } from "../world.ts";

/** A simulated stage. */
export interface StageOptions extends SimOptions {
  /** A length (`nm`, `um`, `mm`, `cm`, `m`) moves the sample by as much; any other unit counts as mm. */
  readonly unit: string;
  /** The setpoints allowed, ends included; any number when left out. */
  readonly limits?: readonly [number, number];
  /** Units per second; 100 when left out. */
  readonly speed?: number;
  /** Before each move; 2 ms when left out. */
  readonly overheadMs?: number;
  /** Wait this long after each move. */
  readonly settleMs?: number;
  /** One encoder count; 0.0001 units when left out. */
  readonly resolution?: number;
  /** How far a readback may be from the setpoint; two counts when left out. */
  readonly tolerance?: number;
  /** Where it stands when connected; 0, or the limit nearest to it, when left out. */
  readonly start?: number;
  /** What it moves: `x`, `y` or `z` of the sample; its name in the rig when left out. */
  readonly role?: Role;
  /** How the sample creeps while the encoder stands still, in units per hour; 0 when left out. */
  readonly driftPerHour?: number;
}

/**
 * A linear stage: an overhead, then constant speed. Named `x`, `y` or `z` it moves the sample of the rig's world.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }) });
 * const op = { signal: new AbortController().signal };
 * await rig.axes.get("x")!.set(0.25, op);
 * console.assert(rig.axes.get("x")!.setpoint === 0.25);
 * ```
 */
export function stage(options: StageOptions): DeviceSpec<{ "": number }, None> {
  return steadyDevice(options, {
    driver: "sim.stage",
    left: { unit: "mm", speed: 100, overheadMs: 2, resolution: 1e-4 },
    role: (name) => options.role ?? name,
  });
}
