import { derive, type Derived, type DerivedSpec } from "../adapt/derive.ts";
import { InputError } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import type { AtEnd, RunRules, StreamOptions } from "../core/rules.ts";
import type { RunHeader } from "../core/sink.ts";
import { differences } from "./differences.ts";
import { parsePlan } from "./parse_plan.ts";
import type { PathFunction } from "./path_tools.ts";
import type { OnReadError } from "./read_policy.ts";
import type { AnyRead } from "./rated_read.ts";
import { PATH_VERSION } from "./replay.ts";
import type { ScanOptions } from "./scan_options.ts";
import { generatorRecord, hasGenerators, storablePlan } from "./storable_plan.ts";

/** What is kept of the options of a run, so that it can be resumed from its store alone. */
export interface StoredSettings {
  readonly path_version: number;
  readonly read: AnyRead;
  readonly read_by?: readonly string[];
  readonly compression?: string;
  readonly durability?: string;
  readonly max_points?: number;
  readonly on_read_error?: OnReadError;
  readonly read_timeout_ms?: number;
  readonly rules?: RunRules;
  /** Where the axes of the rig must never be, whatever runs on it. */
  readonly rig_forbid?: readonly string[];
  readonly streams?: StreamOptions;
  readonly at_end?: AtEnd;
  /** Derived signals as data; functions by their source text. */
  readonly derive?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly keep?: readonly string[];
  /** The rig as a scan file describes it. */
  readonly devices?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type AnyOptions =
  & { readonly read: AnyRead }
  & Pick<
    ScanOptions<never, never, readonly never[]>,
    | "readBy"
    | "maxPoints"
    | "onReadError"
    | "readTimeoutMs"
    | "derive"
    | "keep"
    | "atEnd"
    | keyof RunRules
    | keyof StreamOptions
  >;

/** Of options, those that say what a run watches; undefined where there are none. */
export function rulesOf({ hold, settle, abort, forbid, watchMs }: RunRules): RunRules | undefined {
  return hold ?? settle ?? abort ?? forbid ? { hold, settle, abort, forbid, watchMs } : undefined;
}

/** Of options, those that say what is recorded beside the points; undefined where there are none. */
export function streamsOf({ baseline, monitor }: StreamOptions): StreamOptions | undefined {
  return baseline ?? monitor ? { baseline, monitor } : undefined;
}

/**
 * The settings of a run, as its store keeps them.
 *
 * @param rigForbid where the axes of its rig must never be
 */
export function settingsOf(
  options: AnyOptions & Pick<StoredSettings, "compression" | "durability" | "devices">,
  rigForbid: readonly string[] = [],
): StoredSettings {
  return {
    path_version: PATH_VERSION,
    read: options.read,
    read_by: options.readBy,
    derive: options.derive?.toJSON(),
    keep: options.keep,
    compression: options.compression,
    durability: options.durability,
    max_points: options.maxPoints,
    on_read_error: options.onReadError,
    read_timeout_ms: options.readTimeoutMs,
    rules: rulesOf(options),
    rig_forbid: rigForbid.length ? rigForbid : undefined,
    streams: streamsOf(options),
    at_end: options.atEnd,
    devices: options.devices,
  };
}

/**
 * The settings that the root attributes of a run hold.
 *
 * @throws InputError with each difference when the run is of another version
 */
export function storedSettings(attributes: Readonly<Record<string, unknown>>, formatVersion: number): StoredSettings {
  const settings = attributes.settings as StoredSettings | undefined;
  const issues = [
    ...differences(attributes.format_version, formatVersion, "format_version"),
    ...differences(settings?.path_version, PATH_VERSION, "path_version"),
  ];
  if (issues.length) throw new InputError(issues);
  if (!settings?.read) throw InputError.at("settings.read", "is missing: the run does not say what it read");
  return settings;
}

/**
 * The plan that goes on: the one that is stored, which the one that is given must equal.
 *
 * @throws InputError with each difference
 */
export function storedPlan(
  attributes: Readonly<Record<string, unknown>>,
  given: Plan | PathFunction | undefined,
): Plan | PathFunction {
  const stored = attributes.plan as { readonly kind: string };
  if (typeof given !== "function" && stored.kind === "generator") {
    throw InputError.at("plan", "the run is that of a generator function: give the function that it was begun with");
  }
  if (given === undefined) {
    if (!hasGenerators(stored)) return stored as Plan;
    throw InputError.at("plan", "actions of the run are generator functions: give the plan that it was begun with");
  }
  const record = typeof given === "function" ? generatorRecord(given) : storablePlan(parsePlan(given));
  const issues = differences(stored, record, "plan");
  if (issues.length) throw new InputError(issues);
  return given;
}

/**
 * The derived signals that go on: those that are stored, which those that are given must equal. Functions are stored as
 * text, and must be given.
 *
 * @throws InputError with each difference
 */
export function storedDerive({ derive: stored }: StoredSettings, given: Derived | undefined): Derived | undefined {
  if (given) {
    const issues = differences(stored, JSON.parse(JSON.stringify(given)), "derive");
    if (issues.length) throw new InputError(issues);
    return given;
  }
  const functions = Object.keys(stored ?? {}).filter((name) => "compute" in stored![name]);
  if (functions.length) {
    const message = `${functions.join(", ")}: computed by functions, which a store keeps as text only; give them again`;
    throw InputError.at("derive", message, undefined, "derive({ … }) as in the run");
  }
  return stored && derive(stored as unknown as Readonly<Record<string, DerivedSpec>>);
}

/** Whether a device moves others. */
function isDerived({ driver }: DeviceRecord): boolean {
  return driver === "derived" || driver === "derived.matrix";
}

/** What a snapshot of devices says of one of them. */
interface DeviceRecord {
  readonly driver: string;
  readonly settings: unknown;
  readonly axes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly readings: Readonly<Record<string, unknown>>;
}

/**
 * Refuses a rig whose axes or detectors, as far as the run uses them, are not what they were. Settings may have changed.
 *
 * @param stored the snapshot in the store
 * @param all whether any axis may be used, as a generator does
 * @throws InputError with each difference
 */
export function refuseOtherRig(stored: unknown, { devices, layout, channels }: RunHeader, all: boolean): void {
  const axes = new Set(layout.groups.flatMap((group) => [...group.axes, ...group.readbacks ?? []]));
  const readings = new Set(channels.map(({ name }) => name));
  const used = (snapshot: unknown) => {
    // As it stands in a store: what is undefined is not there.
    const records = Object.values(JSON.parse(JSON.stringify(snapshot)) as Record<string, DeviceRecord>);
    return Object.fromEntries(records.flatMap((device) => [
      ...Object.entries(device.axes).filter(([name]) => all || axes.has(name))
        .map(([name, { unit, limits, labels }]) => [name, { unit, limits, labels }] as const),
      ...Object.entries(device.readings).filter(([name]) => readings.has(name)),
      // By another map the points that are missing would not fit those that are there.
      ...isDerived(device)
        ? Object.keys(device.axes).filter((name) => all || axes.has(name)).map((
          name,
        ) => [`${name} by`, device.settings])
        : [],
    ]));
  };
  const issues = differences(used(stored), used(devices), "rig");
  if (issues.length) throw new InputError(issues);
}
