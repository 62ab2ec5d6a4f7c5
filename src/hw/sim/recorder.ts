import type { Setpoint } from "../../core/point.ts";

/** One thing that a simulated device was asked to do. */
export interface SimEvent {
  /** The device's name in the rig. */
  readonly device: string;
  /** What it was asked. */
  readonly action: "set" | "trigger" | "read" | "stop" | "stage" | "unstage" | "close";
  /** The axis' full name, for what concerns one axis. */
  readonly axis?: string;
  /** What a `set` asked for. */
  readonly setpoint?: Setpoint;
  /** Milliseconds since 1970-01-01 UTC on the rig's clock. */
  readonly timeMs: number;
}

/**
 * A list that simulated devices add to: give the same one to several devices to see the order of what they did.
 *
 * @example
 * ```ts
 * import { connect } from "../connect.ts";
 * import { sim } from "./mod.ts";
 * const record = sim.recorder();
 * const rig = await connect({ x: sim.instant({ record }) });
 * rig.axes.get("x")!.set(1, { signal: new AbortController().signal });
 * await rig[Symbol.asyncDispose]();
 * console.assert(record.map((event) => event.action).join() === "set,stop,close");
 * ```
 */
export function recorder(): SimEvent[] {
  return [];
}
