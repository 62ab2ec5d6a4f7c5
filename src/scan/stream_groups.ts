import { derive } from "../adapt/derive.ts";
import type { DerivedReader } from "../adapt/derive/derived_reader.ts";
import { type DerivedSite, planDerived } from "../adapt/derive/plan_derived.ts";
import type { ChannelInfo } from "../core/device.ts";
import { componentsOf } from "../core/dtype.ts";
import { type Issue, show } from "../core/errors.ts";
import type { Layout, LayoutGroup } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { RunRules, StreamOptions } from "../core/rules.ts";
import { derivedSources } from "./derived_sources.ts";
import { readList } from "./read_list.ts";
import { passesAsked, type SignalOptions } from "./run_signals.ts";

/** The stream of the whole rig, at the start and at the end. */
export const BASELINE = "baseline";

/** Arrays that every stream has beside what it records. */
const OWN_ARRAYS = ["time", "when", "timestamp", "seq_num", "quality", "failed"];

/** The stream of one signal. */
export function monitorPass(name: string): string {
  return `monitor_${name}`;
}

/** The channels of the rig that give one number, whatever the scan reads. */
export function scalarChannels(rig: Rig): RigChannel[] {
  return [...rig.channels.values()].filter(({ shape, dtype }) => !shape?.length && componentsOf(dtype) === 1);
}

/** What a stream records. */
export interface Streamed {
  /** What is recorded: detectors, or a signal that is derived. */
  readonly channels: readonly RigChannel[];
  /** The detectors that are read for it. */
  readonly sources: readonly RigChannel[];
  /** Names of axes. */
  readonly axes: readonly string[];
  /** Where it is a derived signal. */
  readonly derived?: DerivedStream;
}

/** A derived signal that is recorded beside the scan. */
export interface DerivedStream {
  /** Its name. */
  readonly name: string;
  /** Computes it, with a memory of its own; told when a function throws, whose reading is then missing. */
  reader(onFault: NonNullable<DerivedSite["onFault"]>): DerivedReader;
}

/**
 * What a monitor's name stands for: a channel, all channels of a device, an axis; an axis and a detector of one name; or a
 * signal that is derived from what detectors read.
 */
export function monitored(name: string, rig: Rig, options: MonitorSignals = {}): Streamed {
  const { channels } = readList(rig, [name]),
    axes = rig.axes.has(name) ? [name] : [],
    { derive: all, read = [] } = options;
  if (channels.length || axes.length || !all || !Object.hasOwn(all.signals, name)) {
    return { channels, sources: channels, axes };
  }
  const { names, signals } = derivedSources(name, all, read, (one) => rig.channels.has(one) || rig.devices.has(one));
  const { channels: sources } = readList(rig, names), passes = passesAsked(all);
  const own = derive(Object.fromEntries(signals.map((one) => [one, all.signals[one]])));
  const elsewhere = new Map<string, ChannelInfo>([
    ...rig.channels,
    ...planDerived(all, rig.channels, { passes }).channels,
  ]);
  const there = new Map(sources.map((one) => [one.name, one]));
  const planned = (onFault?: DerivedSite["onFault"]) => planDerived(own, there, { passes, elsewhere, onFault });
  const info = planned().channels.get(name);
  return {
    channels: info ? [{ ...info, name, device: "", channel: "" }] : [],
    sources,
    axes,
    derived: { name, reader: (onFault) => planned(onFault).reader() },
  };
}

/** The groups of what is recorded beside the points, by name. */
export function streamNames({ baseline, monitor = {} }: StreamOptions): string[] {
  return [...baseline ? [BASELINE] : [], ...Object.keys(monitor).map(monitorPass)];
}

/** The dimension of a monitor: its times, unless the plan itself has a dimension of that name, which xarray would hand down. */
function timeDimension(plan: readonly LayoutGroup[]): string {
  const taken = plan.some(({ path, dimensions }) => path === "" && dimensions.some(({ name }) => name === "time"));
  return taken ? "monitor_time" : "time";
}

/** What a monitor may name beside what the rig has. */
type MonitorSignals = Pick<SignalOptions, "derive" | "read">;

/** Where points are stored, and beside them what is recorded on clocks of its own. */
export function withStreamGroups({ groups }: Layout, options: StreamOptions & MonitorSignals, rig: Rig): Layout {
  const { baseline, monitor = {} } = options;
  const group = (pass: string, dimension: string, axes: readonly string[], channels: readonly RigChannel[]) => {
    return { pass, path: pass, stream: true, dimensions: [{ name: dimension, coordinates: [] }], axes, channels };
  };
  const time = timeDimension(groups),
    monitors = Object.keys(monitor).map((name) => {
      const { axes, channels } = monitored(name, rig, options);
      return group(monitorPass(name), time, axes, channels);
    });
  const rigs = baseline ? [group(BASELINE, "when", [...rig.axes.keys()], scalarChannels(rig))] : [];
  return { groups: [...groups, ...rigs, ...monitors] };
}

/** What is wrong with what shall be recorded beside the points: names that the rig does not have, times that are none. */
export function streamIssues(options: StreamOptions & MonitorSignals, rig: Rig): Issue[] {
  const { baseline, monitor = {}, derive: derived } = options, issues: Issue[] = [];
  const names = [...rig.channels.keys(), ...rig.devices.keys(), ...rig.axes.keys()];
  const known = [...new Set([...names, ...Object.keys(derived?.signals ?? {})])];
  const error = (path: string, message: string, received: unknown, allowed?: string) =>
    issues.push({ path, message, received, allowed, severity: "error" });
  const refuseOwn = (path: string, { channels, axes }: Pick<Streamed, "channels" | "axes">) => {
    const taken = new Set([...OWN_ARRAYS, ...axes.flatMap((axis) => [`${axis}_setpoint`, `${axis}_readback`])]);
    for (const { name } of channels.filter(({ name }) => taken.has(name) || taken.has(name.toLowerCase()))) {
      error(path, `the detector ${show(name)} has the name of another array of the stream: rename it`, name);
    }
  };
  if (baseline) refuseOwn(BASELINE, { channels: scalarChannels(rig), axes: [...rig.axes.keys()] });
  for (const [name, { everyMs }] of Object.entries(monitor)) {
    const path = `monitor.${name}`, { channels, sources, axes, derived: computed } = monitored(name, rig, options);
    if (computed && channels.length && !sources.length) {
      error(path, `${show(name)} is computed from nothing that a detector reads`, name);
    }
    // What is wrong with how it is derived is said there.
    if (!channels.length && !axes.length && !computed) {
      const message = `${show(name)} is neither a detector nor an axis of the rig${derived ? ", nor derived" : ""}; ${
        didYouMean(name, known)
      }`;
      error(path, message, name, known.join(", "));
    }
    if (everyMs !== undefined && !(Number.isFinite(everyMs) && everyMs > 0)) {
      error(`${path}.everyMs`, `is ${show(everyMs)}; allowed: a positive number of milliseconds`, everyMs);
    }
    refuseOwn(path, { channels, axes });
  }
  return issues;
}

/** How many readings streams will have in a run that takes so long, by group: those on a clock; of others, none. */
export function expectedSamples({ baseline, monitor = {} }: StreamOptions, timeMs = 0): Record<string, number> {
  const clocked = Object.entries(monitor).map(([name, { everyMs }]): [string, number] => {
    return [monitorPass(name), everyMs ? Math.ceil(timeMs / everyMs) : 0];
  });
  return { ...(baseline ? { [BASELINE]: 2 } : {}), ...Object.fromEntries(clocked) };
}

/** How often conditions are looked at where a run does not say. */
const WATCH_MS = 1000;

/**
 * The most readings that streams will have in a run of so many points that takes so long, by group: what is recorded when it
 * changes may change at each point, and at each look.
 */
export function mostSamples(
  { baseline, monitor = {}, watchMs = WATCH_MS }: StreamOptions & Pick<RunRules, "watchMs">,
  points: number,
  timeMs: number,
): Record<string, number> {
  const monitors = Object.entries(monitor).map(([name, { everyMs }]): [string, number] => {
    return [monitorPass(name), 1 + (everyMs ? Math.ceil(timeMs / everyMs) : points + Math.ceil(timeMs / watchMs))];
  });
  return { ...(baseline ? { [BASELINE]: 2 } : {}), ...Object.fromEntries(monitors) };
}
