import { type Clock, systemClock } from "../core/clock.ts";
import type { ConnectContext, Device, DeviceSpec } from "../core/device.ts";
import { DeviceError, InputError, LimitError, messageOf } from "../core/errors.ts";
import { haltSignal } from "../core/halt.ts";
import type { Rig } from "../core/rig.ts";
import { measureWaits } from "../core/wait_time.ts";
import { abortable } from "./ffi/abortable.ts";
import { inputOfDevice } from "./input_of_device.ts";
import { checkDeviceNames } from "./names.ts";
import { closeDevices, ConnectedRig, guardedAxes } from "./connected_rig.ts";
import { checkForbid, rigForbid } from "./rig_forbid.ts";
import { rigTwin } from "./rig_twin.ts";
import type { DeviceSpecs, RigAxesOf, RigReadingsOf } from "./rig_types.ts";

/** How a rig is connected. */
export interface ConnectOptions {
  /** The rig's time; the computer's clock when left out. */
  readonly clock?: Clock;
  /** All randomness of simulated devices comes from it; 0 when left out, so that a scan can be repeated. */
  readonly seed?: number;
  /** Breaks off connecting; what was connected by then is closed. */
  readonly signal?: AbortSignal;
  /** How long closing may wait for one device before it goes on to the next; 10 000 ms when left out. */
  readonly closeTimeoutMs?: number;
  /**
   * Places where axes must never be, as in `"objective < 0.2 and abs(x) > 3"`, beside those of a rig file: every run on the rig
   * keeps out of them, and so does `sonde move`.
   */
  readonly forbid?: readonly string[];
}

/**
 * Connects devices in the order in which they are declared. When one fails, those already connected are closed in
 * reverse order. Closing the rig stops every device, then closes them in reverse order.
 *
 * @param specs devices by name: a letter, then letters, digits, `_` or `-`
 * @throws InputError for names that cannot be used, for axes that cannot move those that they are to move, and for places that
 *   cannot be judged
 * @throws DeviceError naming the device that did not connect; the signal's reason when aborted
 *
 * @example
 * ```ts
 * import { connect } from "./connect.ts";
 * import { sim } from "./sim/mod.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * console.assert([...rig.axes.keys()].join() === "x");
 * ```
 */
export async function connect<S extends DeviceSpecs>(
  specs: S,
  options: ConnectOptions = {},
): Promise<Rig<RigAxesOf<S>, RigReadingsOf<S>>> {
  checkDeviceNames(Object.keys(specs));
  const forbid = rigForbid(specs, options.forbid);
  const { clock = systemClock, seed = 0, closeTimeoutMs = 10_000 } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, haltSignal()]) : haltSignal();
  // Estimates count how long waits really take.
  const measuring = measureWaits(clock);
  if (measuring) await measuring;
  const shared = new Map<string, unknown>(), connectedMs = clock.nowMs();
  const devices = new Map<string, Device>();
  const share = <T>(key: string, make: () => T): T => {
    if (!shared.has(key)) shared.set(key, make());
    return shared.get(key) as T;
  };
  for (const [name, spec] of Object.entries(specs)) {
    try {
      devices.set(name, await connectOne(spec, { name, clock, seed, signal, share }));
    } catch (thrown) {
      const failures = await closeDevices(devices, closeTimeoutMs);
      if (signal.aborted && thrown === signal.reason) throw thrown;
      const cause = failures.length ? new AggregateError([thrown, ...failures], "closing failed too") : thrown;
      const input = inputOfDevice(name, thrown, cause);
      if (input instanceof InputError || input instanceof LimitError) throw input;
      if (thrown instanceof DeviceError && thrown.device === name && !failures.length) throw thrown;
      throw new DeviceError(name, "connect", messageOf(thrown), { cause });
    }
  }
  try {
    const axes = guardedAxes(devices), twin = rigTwin(specs, { clock, seed, connectedMs });
    checkForbid(forbid, axes);
    return new ConnectedRig(devices, axes, { clock, seed, closeTimeoutMs, forbid, twin });
  } catch (thrown) {
    await closeDevices(devices, closeTimeoutMs);
    throw thrown;
  }
}

/** A driver that ignores the signal is not waited for; the device it gives in the end is closed at once. */
async function connectOne(spec: DeviceSpec<unknown, unknown>, context: ConnectContext): Promise<Device> {
  context.signal.throwIfAborted();
  let abandoned = false;
  const connecting = Promise.resolve(spec.connect(context)).then(async (device) => {
    if (abandoned) await closeDevices(new Map([[context.name, device]]), 10_000);
    return device;
  });
  try {
    return await abortable(connecting, context.signal);
  } catch (thrown) {
    abandoned = true;
    throw thrown;
  }
}
