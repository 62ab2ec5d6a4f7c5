import { z } from "zod";
import type { DeviceSpec } from "../core/device.ts";
import { InputError, type Issue, show } from "../core/errors.ts";
import { inputIssues } from "../core/input_issues.ts";
import { didYouMean } from "../core/nearest.ts";
import { schemaKeys } from "../core/schema_keys.ts";
import { type Configuration, configured } from "./configured.ts";
import { DRIVERS } from "./drivers.ts";
import { inputOfDevice } from "./input_of_device.ts";
import { FORBID_KEY, forbidFormIssues, withForbid } from "./rig_forbid.ts";
import { axisLimitsSchema, backlashSchema, settingsSchema, UNNAMED_DRIVERS } from "./rig_json_schema.ts";

/**
 * A device as a rig file describes it: its driver, the driver's options, and what any device may be told: `settings` of its
 * axes, and `limits` by the names of its axes. The one under `forbid` may be a list: of places where axes must never be.
 */
export type DeviceEntry = Readonly<Record<string, unknown>>;

/** What any device may be told, beside the options of its driver. */
const COMMON = ["driver", "limits", "settings", "backlash"];
const commonSchema = z.object({
  limits: axisLimitsSchema.optional(),
  settings: settingsSchema.optional(),
  backlash: backlashSchema.optional(),
});

/** What goes to the driver, and what is done by us: limits by the names of axes are ours, a pair is the driver's. */
function divide(whole: DeviceEntry): { options: DeviceEntry; common: DeviceEntry } {
  const { driver: _, settings, ...entry } = whole, ours = settings === undefined ? {} : { settings };
  // Axes that move others have limits and backlash of their own.
  if (UNNAMED_DRIVERS.includes(String(driverOf(whole)))) return { options: entry, common: ours };
  const { backlash, ...told } = entry, both = backlash === undefined ? ours : { ...ours, backlash };
  const { limits, ...rest } = told, byAxis = typeof limits === "object" && limits !== null && !Array.isArray(limits);
  return byAxis ? { options: rest, common: { limits, ...both } } : { options: told, common: both };
}

/** The driver of an entry; those of axes that move others say by that what they are. */
function driverOf(entry: DeviceEntry): unknown {
  if (entry.driver !== undefined) return entry.driver;
  return "moves" in entry ? "derived" : "matrix" in entry ? "derived.matrix" : undefined;
}

/** What is wrong with what a device is told, by a schema of it. */
function issuesIn(schema: z.ZodType, told: DeviceEntry, path: string): Issue[] {
  const result = schema.safeParse(told);
  return result.success ? [] : inputIssues(result.error, told, path, (_, at) => schemaKeys(schema, told, at));
}

function entryIssues(name: string, entry: DeviceEntry): Issue[] {
  const driverName = driverOf(entry), { options: told, common } = divide(entry), path = `rig.${name}`;
  const known = Object.keys(DRIVERS), driver = known.includes(driverName as string) && DRIVERS[driverName as string];
  if (!driver) {
    const problem = driverName === undefined ? "has no driver" : `${show(driverName)} is no driver`;
    const message = `${problem}; ${didYouMean(String(driverName ?? ""), known)}`;
    return [{ path: `${path}.driver`, message, received: driverName, allowed: known.join(", "), severity: "error" }];
  }
  const options = [...new Set([...COMMON, ...Object.keys(driver.options.shape)])];
  const misspelt = Object.keys(told).filter((key) => !options.includes(key)).map((key): Issue => {
    const message = `${show(driverName)} has no option "${key}"; ${didYouMean(key, options)}`;
    return { path: `${path}.${key}`, message, received: key, allowed: options.join(", "), severity: "error" };
  });
  const spelt = Object.fromEntries(Object.entries(told).filter(([key]) => options.includes(key)));
  return [...misspelt, ...issuesIn(driver.options, spelt, path), ...issuesIn(commonSchema, common, path)];
}

/**
 * Devices to connect from what a rig file says of them. What it forbids goes with them, and `connect` obeys.
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
  const forbid: unknown = rig[FORBID_KEY], forbids = forbid !== undefined && !isDevice(forbid);
  const devices = Object.entries(rig).filter(([name]) => !forbids || name !== FORBID_KEY);
  const issues = devices.flatMap(([name, entry]) => entryIssues(name, entry));
  if (forbids) issues.push(...forbidFormIssues(forbid));
  if (issues.length) throw new InputError(issues);
  const specs = Object.fromEntries(devices.map(([name, entry]) => [name, specOf(name, entry)]));
  return forbids ? withForbid(specs, forbid as readonly string[]) : specs;
}

/** A device may have that name, too. */
function isDevice(entry: unknown): boolean {
  return typeof entry === "object" && entry !== null && !Array.isArray(entry);
}

/** What only the driver can tell is wrong with its options names the device, too. */
function specOf(name: string, entry: DeviceEntry): DeviceSpec {
  const { options, common } = divide(entry);
  try {
    const spec = DRIVERS[driverOf(entry) as string].make(options);
    return Object.keys(common).length ? configured(spec, common as Configuration) : spec;
  } catch (thrown) {
    throw inputOfDevice(name, thrown);
  }
}
