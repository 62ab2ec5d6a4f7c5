import type { DeviceSpec } from "../core/device.ts";
import { InputError, type Issue, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { DRIVERS } from "./drivers.ts";

/** A device as a rig file describes it: its driver and the driver's options. */
export type DeviceEntry = Readonly<Record<string, unknown>>;

function entryIssues(name: string, entry: DeviceEntry): Issue[] {
  const { driver: driverName, ...options } = entry, path = `rig.${name}`;
  const driver = typeof driverName === "string" ? DRIVERS[driverName] : undefined;
  if (!driver) {
    const known = Object.keys(DRIVERS),
      problem = driverName === undefined ? "has no driver" : `${show(driverName)} is no driver`;
    const message = `${problem}; ${didYouMean(String(driverName ?? ""), known)}`;
    return [{ path: `${path}.driver`, message, received: driverName, allowed: known.join(", "), severity: "error" }];
  }
  const result = driver.options.safeParse(options);
  if (result.success) return [];
  return result.error.issues.flatMap((issue): Issue[] => {
    const place = [path, ...issue.path.map(String)].join(".");
    const received = issue.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown>)?.[key],
      options,
    );
    if (issue.code === "unrecognized_keys") {
      const allowed = Object.keys(driver.options.shape);
      return issue.keys.map((key) => ({
        path: `${path}.${key}`,
        message: `${show(driverName)} has no option "${key}"; ${didYouMean(key, allowed)}`,
        received: key,
        allowed: allowed.join(", "),
        severity: "error",
      }));
    }
    return [{ path: place, message: `${issue.message}; received ${show(received)}`, received, severity: "error" }];
  });
}

/**
 * Devices to connect from what a rig file says of them.
 *
 * @param rig devices by name
 * @throws InputError with every issue: unknown drivers with the near match, unknown options, wrong options
 *
 * @example
 * ```ts
 * import { deviceSpecs } from "./device_specs.ts";
 * const specs = deviceSpecs({ x: { driver: "sim.stage", unit: "mm", limits: [-5, 5] } });
 * console.assert(specs.x.driver === "sim.stage");
 * ```
 */
export function deviceSpecs(rig: Readonly<Record<string, DeviceEntry>>): Record<string, DeviceSpec> {
  const issues = Object.entries(rig).flatMap(([name, entry]) => entryIssues(name, entry));
  if (issues.length) throw new InputError(issues);
  return Object.fromEntries(
    Object.entries(rig).map(([name, { driver, ...options }]) => [name, DRIVERS[driver as string].make(options)]),
  );
}
