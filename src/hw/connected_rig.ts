import type { Clock } from "../core/clock.ts";
import type { Device, Op, SafeAction, StopReason } from "../core/device.ts";
import { type DisplayBundle, displayOf } from "../core/display.ts";
import { DeviceError, messageOf, SondeError } from "../core/errors.ts";
import type { Rig, RigAxis, RigChannel, RigDevice, RigTwin } from "../core/rig.ts";
import { keepSafe } from "../core/keep_safe.ts";
import { forgetRig, rememberRig } from "../core/open_rigs.ts";
import { Timings } from "../core/timings.ts";
import { connectDerived } from "./derived_axis/connect_derived.ts";
import { guard } from "./guard.ts";

const fullName = (device: string, part: string) => part ? `${device}.${part}` : device;

/** What a rig is, beside its devices. */
export interface ConnectedRigOptions {
  /** The time that it lives by. */
  readonly clock: Clock;
  /** Decides simulators and shuffles. */
  readonly seed: number;
  /** How long closing may wait for one device. */
  readonly closeTimeoutMs: number;
  /** Where its axes must never be. */
  readonly forbid: readonly string[];
  /** Of a rig whose devices are all simulated: makes a twin that stands where these axes stand. */
  readonly twin?: (axes: ReadonlyMap<string, RigAxis>) => RigTwin;
}

/** Connected devices as the engine sees them: guarded axes, channels by full name, one closer. */
export class ConnectedRig<A, D> implements Rig<A, D> {
  readonly clock: Clock;
  readonly seed: number;
  readonly closeTimeoutMs: number;
  /** Where its axes must never be: part of their limits, for every run. */
  readonly forbid: readonly string[];
  readonly channels: ReadonlyMap<string, RigChannel>;
  readonly devices: ReadonlyMap<string, RigDevice>;
  readonly timings: Timings = new Timings();
  readonly twin?: () => RigTwin;
  #drivers: ReadonlyMap<string, Device>;
  #closing: Promise<void> | undefined;
  readonly #kept: Disposable;

  /**
   * Takes over the devices: closing the rig closes them.
   *
   * @param axes those of the devices, as `guardedAxes` makes them
   */
  constructor(
    drivers: ReadonlyMap<string, Device>,
    readonly axes: ReadonlyMap<string, RigAxis>,
    { clock, seed, closeTimeoutMs, forbid, twin }: ConnectedRigOptions,
  ) {
    const channels = new Map<string, RigChannel>(), devices = new Map<string, RigDevice>();
    for (const [name, driver] of drivers) {
      for (const [channel, info] of Object.entries(driver.detector?.channels ?? {})) {
        const whole = fullName(name, channel);
        channels.set(whole, { ...info, name: whole, device: name, channel });
      }
      devices.set(name, rigDevice(name, driver));
    }
    this.#drivers = drivers;
    this.#kept = keepSafe([...drivers].map(([device, driver]) => ({ device, actions: safeActions(device, driver) })));
    this.clock = clock;
    this.seed = seed;
    this.closeTimeoutMs = closeTimeoutMs;
    this.forbid = forbid;
    this.channels = channels;
    this.devices = devices;
    if (twin) this.twin = () => twin(axes);
    rememberRig(this);
  }

  /** Stops all, then closes all in reverse order; the second call waits for the first. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    forgetRig(this);
    const failures = await closeDevices(this.#drivers, this.closeTimeoutMs);
    // What did not let itself be closed is made safe when the program ends.
    if (!failures.length) this.#kept[Symbol.dispose]();
    else {
      throw new AggregateError(failures, `closing the rig: ${failures.map(messageOf).join("; ")}`);
    }
  }

  /** Its axes, readings and settings, as the last value of a cell. */
  [Symbol.for("Jupyter.display")](): Promise<DisplayBundle> {
    return displayOf("rig", this);
  }

  /** What `console.log` shows: one line a device. */
  [Symbol.for("Deno.customInspect")](): string {
    const line = ({ name, driver }: RigDevice) => {
      const axes = [...this.axes.values()].filter((axis) => axis.name.split(".")[0] === name);
      const channels = [...this.channels.values()].filter((channel) => channel.device === name);
      const parts = [
        ...axes.map((axis) => axisText(axis)),
        ...channels.map((c) => `reads ${c.name}${unitText(c.unit)}`),
      ];
      return `  ${name} (${driver}): ${parts.join(", ")}`;
    };
    const lines = [...[...this.devices.values()].map(line), ...this.forbid.map((text) => `  never: ${text}`)];
    return `Rig {\n${lines.join("\n")}\n}`;
  }
}

/**
 * The axes of devices as the engine sees them, by full name in declared order, those included that move others.
 *
 * @throws InputError for axes that cannot move those that they are to move
 */
export function guardedAxes(drivers: ReadonlyMap<string, Device>): ReadonlyMap<string, RigAxis> {
  const axes = new Map<string, RigAxis>();
  for (const [name, driver] of drivers) {
    for (const [part, axis] of Object.entries(driver.axes ?? {})) {
      // An axis that cannot stop by itself is stopped with its device.
      const stop = axis.stop?.bind(axis) ?? driver.stop?.bind(driver);
      const whole = fullName(name, part);
      axes.set(whole, guard(whole, stop && !axis.stop ? withStop(axis, stop) : axis));
    }
  }
  const derived = connectDerived(drivers, axes);
  return derived.size ? inDeclaredOrder(drivers, new Map([...axes, ...derived])) : axes;
}

function inDeclaredOrder(drivers: ReadonlyMap<string, Device>, axes: ReadonlyMap<string, RigAxis>) {
  const names = [...drivers].flatMap(([name, { axes = {}, derives }]) =>
    [...Object.keys(axes), ...Object.keys(derives?.axes ?? {})].map((part) => fullName(name, part))
  );
  return new Map(names.map((name) => [name, axes.get(name)!]));
}

const unitText = (unit: string) => unit && ` [${unit}]`;

function axisText({ name, unit, limits, labels }: RigAxis): string {
  return `axis ${name}${unitText(unit)}${limits ? ` ${limits.join(" … ")}` : labels ? ` ${labels.join("|")}` : ""}`;
}

function withStop(axis: NonNullable<Device["axes"]>[string], stop: (why: StopReason) => void | Promise<void>) {
  return Object.assign(Object.create(axis) as typeof axis, {
    set: axis.set.bind(axis),
    readback: axis.readback.bind(axis),
    stop,
  });
}

/** A driver that fails to say it is used all the same: it is only less safe. */
function safeActions(name: string, driver: Device): readonly SafeAction[] {
  try {
    return driver.safeState?.() ?? [];
  } catch (thrown) {
    console.error(`warning: ${name} does not say how it is made safe: ${messageOf(thrown)}`);
    return [];
  }
}

function rigDevice(name: string, driver: Device): RigDevice {
  return {
    name,
    driver: driver.driver,
    detector: driver.detector,
    ...(driver.stage && { stage: (op: Op) => driver.stage!(op) }),
    stop: (why) => driver.stop?.(why),
    settings: () => driver.settings?.() ?? {},
  };
}

/**
 * Stops every device at once, so that none moves on while another is slow to answer, then closes them one by one in
 * reverse order. Each is tried whatever happened to the others; what failed is returned.
 */
export async function closeDevices(devices: ReadonlyMap<string, Device>, timeoutMs: number): Promise<Error[]> {
  const failures: Error[] = [], reversed = [...devices].reverse();
  const attempt = async (name: string, action: string, call: () => unknown) => {
    try {
      await within(timeoutMs, call);
    } catch (thrown) {
      const typed = thrown instanceof SondeError && thrown.message.startsWith(`${name}: `);
      failures.push(typed ? thrown : new DeviceError(name, action, messageOf(thrown), { cause: thrown }));
    }
  };
  await Promise.all(reversed.flatMap(([name, device]) => [
    ...Object.values(device.axes ?? {}).map((axis) => attempt(name, "stop", () => axis.stop?.("done"))),
    attempt(name, "stop", () => device.stop?.("done")),
  ]));
  for (const [name, device] of reversed) await attempt(name, "close", () => device[Symbol.asyncDispose]?.());
  return failures;
}

/** Bounds a call by the computer's clock: a device that hangs must not keep the others open. */
async function within(timeoutMs: number, call: () => unknown): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([call(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
