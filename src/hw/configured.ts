import type { Axis, ConnectContext, Device, DeviceSpec } from "../core/device.ts";
import { DeviceError, InputError, type Issue, LimitError, messageOf, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Setpoint } from "../core/point.ts";
import { guard } from "./guard.ts";

/** What a rig file may say of any device, beside what its driver is told. */
export interface Configuration {
  /** Narrower limits of its axes, by their names within the device; `""` is the device itself. */
  readonly limits?: Readonly<Record<string, readonly [number, number]>>;
  /**
   * From which side and how far off its axes are approached, by their names within the device; a number for the device itself.
   */
  readonly backlash?: number | Readonly<Record<string, number>>;
  /** Where its axes are set once it is connected, in this order, by their names within the device. */
  readonly settings?: Readonly<Record<string, Setpoint>>;
}

/**
 * A device to be, with narrower limits, and set as it shall be once it is connected.
 *
 * @throws by `connect`: InputError for axes that the device does not have, limits beyond its own and settings that it does
 *   not allow; DeviceError for settings that it does not take. The device is closed then
 *
 * @example
 * ```ts
 * import { configured } from "./configured.ts";
 * import { connect } from "./connect.ts";
 * import { sim } from "./sim/mod.ts";
 * const camera = configured(sim.camera(), { limits: { exposure: [1, 50] }, settings: { exposure: 20 } });
 * await using rig = await connect({ camera });
 * console.assert(rig.axes.get("camera.exposure")?.limits?.[1] === 50);
 * ```
 */
// deno-lint-ignore no-explicit-any
export function configured<S extends DeviceSpec<any, any>>(
  spec: S,
  { limits = {}, settings = {}, backlash = {} }: Configuration,
): S {
  const approach = typeof backlash === "number" ? { "": backlash } : backlash;
  const made: DeviceSpec = {
    driver: spec.driver,
    simulated: spec.simulated,
    connect(context) {
      const asked = { limits, settings, backlash: approach };
      return context.rehearsal ? configureTwin(spec, context, asked) : connectConfigured(spec, context, asked);
    },
  };
  return made as S;
}

/** A configuration with nothing left out. */
interface Asked extends Required<Configuration> {
  readonly backlash: Readonly<Record<string, number>>;
}

async function connectConfigured(spec: DeviceSpec, context: ConnectContext, asked: Asked): Promise<Device> {
  const device = await spec.connect(context);
  try {
    return await configure(device, context, asked);
  } catch (thrown) {
    await device[Symbol.asyncDispose]?.();
    throw thrown;
  }
}

/** The twin of a device that has been configured already: what it was told is right, and it is told at once. */
function configureTwin(spec: DeviceSpec, context: ConnectContext, { settings, ...asked }: Asked): Device {
  const twin = spec.connect(context) as Device, axes = narrowedAxes(twin.axes ?? {}, asked);
  for (const [part, setpoint] of Object.entries(settings)) void axes[part].set(setpoint, context);
  return withAxes(twin, axes);
}

function narrowedAxes(
  own: Readonly<Record<string, Axis>>,
  { limits, backlash }: Pick<Asked, "limits" | "backlash">,
): Record<string, Axis> {
  return Object.fromEntries(
    Object.entries(own).map(([part, axis]) => [
      part,
      limits[part] || backlash[part] ? narrowed(axis, limits[part] ?? axis.limits, backlash[part]) : axis,
    ]),
  );
}

async function configure(
  device: Device,
  context: ConnectContext,
  { limits, settings, backlash }: Asked,
): Promise<Device> {
  const own = device.axes ?? {},
    issues = [
      ...Object.entries(limits).flatMap(([part, pair]) => limitIssues(context.name, own, part, pair)),
      ...Object.keys(backlash).flatMap((part) => backlashIssues(context.name, own, part)),
      ...Object.keys(settings).flatMap((part) => unknownAxis(context.name, own, `settings.${part}`, part)),
    ];
  // Typed, so that `connect` lets it through as a mistake in the file and not of the device.
  if (issues.length) throw new InputError(issues);
  const axes = narrowedAxes(own, { limits, backlash });
  for (const [part, setpoint] of Object.entries(settings)) {
    const name = part ? `${context.name}.${part}` : context.name;
    try {
      await guard(name, axes[part]).set(setpoint, context);
    } catch (thrown) {
      if (context.signal.aborted) throw context.signal.reason;
      if (thrown instanceof LimitError) throw settingIssue(context.name, part, thrown);
      throw new DeviceError(context.name, "configure", messageOf(thrown), { cause: thrown });
    }
  }
  return Object.keys(limits).length || Object.keys(backlash).length ? withAxes(device, axes) : device;
}

/** At the place in the rig file where the setting stands. */
function settingIssue(device: string, part: string, { received, allowed }: LimitError): InputError {
  const path = part ? `rig.${device}.settings.${part}` : `rig.${device}.settings`;
  return InputError.at(path, `${show(received)} is not allowed; allowed: ${allowed}`, received, allowed);
}

function backlashIssues(device: string, axes: Readonly<Record<string, Axis>>, part: string): Issue[] {
  const path = part ? `backlash.${part}` : "backlash", unknown = unknownAxis(device, axes, path, part);
  if (unknown.length || !axes[part].labels) return unknown;
  return [{
    path: `rig.${device}.${path}`,
    message: "is for axes with numbers; this one has labels",
    received: part,
    severity: "error",
  }];
}

function unknownAxis(device: string, axes: Readonly<Record<string, Axis>>, path: string, part: string): Issue[] {
  if (part in axes) return [];
  const message = `"${part}" is nothing that ${device} can be set to; ${didYouMean(part, Object.keys(axes))}`;
  return [{ path: `rig.${device}.${path}`, message, received: part, severity: "error" }];
}

function limitIssues(
  device: string,
  axes: Readonly<Record<string, Axis>>,
  part: string,
  [low, high]: readonly [number, number],
): Issue[] {
  const path = `limits.${part}`, unknown = unknownAxis(device, axes, path, part);
  if (unknown.length) return unknown;
  const { limits: [least, most] = [-Infinity, Infinity], labels } = axes[part], received = [low, high];
  const issue = (message: string, allowed: string): Issue[] => {
    return [{ path: `rig.${device}.${path}`, message, received, allowed, severity: "error" }];
  };
  if (labels) return issue(`has labels and no limits; allowed: ${labels.join(", ")}`, labels.join(", "));
  if (low < least || high > most) {
    return issue(
      `[${low}, ${high}] goes beyond what the device allows; allowed: ${least} … ${most}`,
      `${least} … ${most}`,
    );
  }
  return [];
}

/** The same axis with other limits, and approached otherwise. Its methods keep their object, which may have private fields. */
function narrowed(axis: Axis, limits: Axis["limits"], backlash: number | undefined = axis.backlash): Axis {
  const { unit, longName, tolerance, settleMs, timeoutMs } = axis;
  return {
    ...{ unit, limits, longName, tolerance, settleMs, timeoutMs, backlash },
    set: (setpoint, op) => axis.set(setpoint, op),
    readback: (op) => axis.readback(op),
    ...axis.stop && { stop: (why) => axis.stop!(why) },
    ...axis.moveMs && { moveMs: (from, to) => axis.moveMs!(from, to) },
  };
}

/** The same device with other axes. */
function withAxes(device: Device, axes: Device["axes"]): Device {
  const { driver, detector, derives } = device;
  return {
    ...{ driver, detector, axes, derives },
    ...device.stage && { stage: (op) => device.stage!(op) },
    ...device.stop && { stop: (why) => device.stop!(why) },
    ...device.settings && { settings: () => device.settings!() },
    ...device.safeState && { safeState: () => device.safeState!() },
    ...device[Symbol.asyncDispose] && { [Symbol.asyncDispose]: () => device[Symbol.asyncDispose]!() },
  };
}
