import type { Axis, DeviceSpec, Op } from "../../../core/device.ts";
import type { Setpoint } from "../../../core/point.ts";
import type { None } from "../../rig_types.ts";
import { Actor, type SimOptions } from "../actor.ts";
import { restingPlace } from "../axis_device.ts";
import { detectorDevice } from "../detector_device.ts";
import { lengthRatio } from "../world.ts";

/** A simulated axis that takes no time. */
export interface InstantOptions extends SimOptions {
  /** A pure number when left out. */
  readonly unit?: string;
  /** The setpoints allowed, ends included; any number when left out. */
  readonly limits?: readonly [number, number];
  /** Where it stands when connected; 0, or the limit nearest to it, when left out. */
  readonly start?: number;
}

/**
 * An axis that arrives at once and exactly, without promises: for benches, and for laws about scans.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ x: sim.instant({ limits: [0, 10] }) });
 * const moved = rig.axes.get("x")!.set(3, { signal: new AbortController().signal });
 * console.assert(moved === undefined && rig.axes.get("x")!.setpoint === 3);
 * ```
 */
export function instant(options: InstantOptions = {}): DeviceSpec<{ "": number }, None> {
  const driver = "sim.instant", { unit = "", limits, start = restingPlace(limits) } = options;
  return {
    driver,
    simulated: true,
    connect(context) {
      const actor = new Actor(context, { ...options, instant: true }),
        axis = new InstantAxis(actor, unit, limits, start);
      const ratio = lengthRatio(unit, "mm");
      actor.world.add(context.name, { place: () => axis.readback() * ratio });
      return {
        driver,
        axes: { "": axis },
        [Symbol.asyncDispose]() {
          actor.note("close");
          return Promise.resolve();
        },
      };
    },
  };
}

/** It has no clock, no encoder and no motion: what benches measure is then not this axis. */
class InstantAxis implements Axis {
  readonly tolerance = 0;
  #place: number;

  constructor(
    readonly actor: Actor,
    readonly unit: string,
    readonly limits: readonly [number, number] | undefined,
    start: number,
  ) {
    this.#place = start;
  }

  moveMs(): number {
    return 0;
  }

  set(setpoint: Setpoint, op: Op): void | Promise<void> {
    const { actor } = this, { faults } = actor;
    actor.note("set", actor.name, setpoint);
    actor.begin("set", op);
    if (faults.dead || faults.stuck) return actor.hang(op);
    this.#place = typeof faults.stuckAt === "number" ? faults.stuckAt : setpoint as number;
  }

  readback(): number {
    return this.#place;
  }

  stop(): void {
    this.actor.note("stop", this.actor.name);
    this.actor.interrupt(`stopped at ${this.#place}`);
  }
}

/** A detector that answers at once with 0, 1, 2, …: one more at each trigger. */
export function counter(options: SimOptions = {}): DeviceSpec<None, { "": number }> {
  return synchronous("sim.counter", options, () => {
    let count = -1;
    return () => ++count;
  });
}

/** A simulated detector that never changes its mind. */
export interface ConstantOptions extends SimOptions {
  /** What it reads; 1 when left out. */
  readonly reading?: number;
}

/** A detector that always answers at once with the same reading. */
export function constant(options: ConstantOptions = {}): DeviceSpec<None, { "": number }> {
  const { reading = 1 } = options;
  return synchronous("sim.constant", options, () => () => reading);
}

function synchronous(driver: string, options: SimOptions, begin: () => () => number): DeviceSpec<None, { "": number }> {
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, { ...options, instant: true }, () => ({
        channels: { "": { unit: "" } },
        dwellMs: () => 0,
        measure: begin(),
        settings: () => ({}),
      })),
  };
}
