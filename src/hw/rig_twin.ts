import type { Clock } from "../core/clock.ts";
import type { Device, DeviceSpec } from "../core/device.ts";
import type { Reading, Readings, Setpoint, Setpoints } from "../core/point.ts";
import type { RigAxis, RigTwin } from "../core/rig.ts";
import { guardedAxes } from "./connected_rig.ts";

/** What a twin has in common with its rig. */
export interface TwinOptions {
  /** The rig's time: a rehearsal begins when it is begun. */
  readonly clock: Clock;
  readonly seed: number;
  /** When the rig was connected: drifts count from then. */
  readonly connectedMs: number;
}

/** Never aborted: a twin does nothing that takes time. */
const OP = { signal: new AbortController().signal };

/**
 * How twins of a rig are made, from the specs that it was connected by: the same devices with the same seed in a world of
 * their own, which stand where the rig stands and answer at once. Undefined unless all of them are simulated.
 *
 * @example
 * ```ts
 * import { systemClock } from "../core/clock.ts";
 * import { rigTwin } from "./rig_twin.ts";
 * import { sim } from "./sim/mod.ts";
 * const specs = { x: sim.stage({ unit: "mm" }), diode: sim.photodiode() };
 * const make = rigTwin(specs, { clock: systemClock, seed: 0, connectedMs: systemClock.nowMs() })!;
 * const { diode } = make(new Map()).answer({ x: 0.3 }, 0, ["diode"]);
 * console.assert(Number.isFinite(diode));
 * ```
 */
export function rigTwin(
  // deno-lint-ignore no-explicit-any
  specs: Readonly<Record<string, DeviceSpec<any, any>>>,
  options: TwinOptions,
): ((axes: ReadonlyMap<string, RigAxis>) => RigTwin) | undefined {
  const all = Object.entries(specs);
  if (!all.length || !all.every(([, { simulated }]) => simulated)) return undefined;
  return (axes) => new Twin(new Map(all), options, axes);
}

class Twin implements RigTwin {
  readonly #devices = new Map<string, Device>();
  readonly #axes: ReadonlyMap<string, RigAxis>;
  readonly #beginMs: number;
  readonly #set = new Map<string, Setpoint>();
  #nowMs: number;

  constructor(
    specs: ReadonlyMap<string, DeviceSpec>,
    { clock, seed, connectedMs }: TwinOptions,
    rig: ReadonlyMap<string, RigAxis>,
  ) {
    const shared = new Map<string, unknown>();
    const share = <T>(key: string, make: () => T): T => {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key) as T;
    };
    this.#nowMs = connectedMs;
    const now: Clock = { nowMs: () => this.#nowMs, sleep: standing, timer: standing };
    for (const [name, spec] of specs) {
      const twin = spec.connect({ name, clock: now, seed, ...OP, share, rehearsal: true });
      this.#devices.set(name, atOnce(twin, name));
    }
    this.#axes = guardedAxes(this.#devices);
    this.#nowMs = this.#beginMs = clock.nowMs();
    for (const [name, { setpoint, derived }] of rig) {
      if (!derived && setpoint !== undefined) this.#go(name, setpoint);
    }
  }

  answer(setpoint: Setpoints, elapsedMs: number, devices: Iterable<string>): Readings {
    this.#nowMs = this.#beginMs + elapsedMs;
    for (const name in setpoint) this.#go(name, setpoint[name]);
    const readings: Record<string, Reading> = {};
    for (const name of devices) {
      const detector = this.#devices.get(name)?.detector;
      if (!detector) continue;
      const triggered = detector.trigger?.(OP);
      if (triggered) atOnce(triggered, name);
      const seen = atOnce(detector.read(OP), name);
      if ("" in detector.channels) readings[name] = seen as Reading;
      else for (const [channel, one] of Object.entries(seen)) readings[`${name}.${channel}`] = one;
    }
    return readings;
  }

  places(axes: Iterable<string>): Setpoints {
    const places: Record<string, Setpoint> = {};
    for (const name of axes) {
      const axis = this.#axes.get(name);
      if (axis) places[name] = atOnce(axis.readback(OP), name);
    }
    return places;
  }

  /** An axis that others have moved since is left there: only what is asked anew is gone to. */
  #go(name: string, setpoint: Setpoint): void {
    if (this.#set.get(name) === setpoint) return;
    this.#set.set(name, setpoint);
    const moving = this.#axes.get(name)?.set(setpoint, OP);
    if (moving) atOnce(moving, name);
  }
}

/** Its time does not go by while it is waited for. */
function standing(): never {
  throw new TypeError("nothing can be waited for in a rehearsal");
}

/** Whatever has to be waited for cannot be rehearsed. */
function atOnce<T>(answer: T | Promise<T>, name: string): T {
  if (!(answer instanceof Promise)) return answer;
  answer.catch(() => {});
  throw new TypeError(`${name} does not answer at once in a rehearsal`);
}
