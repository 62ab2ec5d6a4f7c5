import type { ConnectContext, DeviceSpec } from "../../core/device.ts";
import { InputError, show } from "../../core/errors.ts";
import type { None } from "../rig_types.ts";
import { Actor, type SimOptions } from "./actor.ts";
import { MovingAxis, type MovingAxisOptions } from "./moving_axis.ts";
import { lengthRatio, type Role } from "./world.ts";

/** A simulated device that is one numeric axis. */
export interface AxisDeviceOptions extends SimOptions, MovingAxisOptions {
  readonly driver: string;
  /** What it does in the world, by the device's name in the rig. */
  role(name: string): Role;
  readonly bandwidthNm?: number;
  /** What the world makes of its place; millimetres of a length, nanometres of a wavelength when left out. */
  inWorld?(place: number): number;
  /** Its other settings, for the record. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Checks what would otherwise surprise in the middle of a scan, and makes the spec of a one-axis device. */
export function axisDevice(options: AxisDeviceOptions): DeviceSpec<{ "": number }, None> {
  const { driver, limits, start, settings } = options;
  if (limits && !(limits[0] <= limits[1])) {
    throw InputError.at("limits", `${driver}: limits must be [low, high]; received ${show(limits)}`, limits);
  }
  if (limits && (start < limits[0] || start > limits[1])) {
    throw InputError.at("start", `${driver}: start ${start} lies outside ${limits.join(" … ")}`, start);
  }
  return {
    driver,
    simulated: true,
    connect(context: ConnectContext) {
      const actor = new Actor(context, options), axis = new MovingAxis(actor, options);
      const role = options.role(context.name), ratio = lengthRatio(options.unit, role === "wavelength" ? "nm" : "mm");
      const { inWorld = (place: number) => place * ratio } = options;
      actor.world.add(role, { place: () => inWorld(axis.place()), bandwidthNm: options.bandwidthNm });
      return {
        driver,
        axes: { "": axis },
        settings: () => settings,
        [Symbol.asyncDispose]() {
          actor.note("close");
          return Promise.resolve();
        },
      };
    },
  };
}

/** The place in the limits that is nearest to 0: where a simulated axis stands when nothing else is said. */
export function restingPlace(limits: readonly [number, number] | undefined): number {
  return limits ? Math.min(Math.max(0, limits[0]), limits[1]) : 0;
}

/** The rate must be a positive number: a stage that never arrives is a fault, not an option. */
export function positive(driver: string, key: string, received: number): number {
  if (received > 0 && Number.isFinite(received)) return received;
  throw InputError.at(key, `${driver}: ${key} must be a positive number; received ${show(received)}`, received);
}
