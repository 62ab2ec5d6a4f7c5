import { componentsOf } from "../core/dtype.ts";
import { type Issue, show } from "../core/errors.ts";
import type { Layout, LayoutGroup } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { RunRules, StreamOptions } from "../core/rules.ts";
import { readList } from "./read_list.ts";

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
  /** Detectors. */
  readonly channels: readonly RigChannel[];
  /** Names of axes. */
  readonly axes: readonly string[];
}

/** What a monitor's name stands for: a channel, all channels of a device, an axis; or an axis and a detector of one name. */
export function monitored(name: string, rig: Rig): Streamed {
  return { channels: readList(rig, [name]).channels, axes: rig.axes.has(name) ? [name] : [] };
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

/** Where points are stored, and beside them what is recorded on clocks of its own. */
export function withStreams({ groups }: Layout, { baseline, monitor = {} }: StreamOptions, rig: Rig): Layout {
  const group = (pass: string, dimension: string, axes: readonly string[], channels: readonly RigChannel[]) => {
    return { pass, path: pass, stream: true, dimensions: [{ name: dimension, coordinates: [] }], axes, channels };
  };
  const time = timeDimension(groups),
    monitors = Object.keys(monitor).map((name) => {
      const { axes, channels } = monitored(name, rig);
      return group(monitorPass(name), time, axes, channels);
    });
  const rigs = baseline ? [group(BASELINE, "when", [...rig.axes.keys()], scalarChannels(rig))] : [];
  return { groups: [...groups, ...rigs, ...monitors] };
}

/** What is wrong with what shall be recorded beside the points: names that the rig does not have, times that are none. */
export function streamIssues({ baseline, monitor = {} }: StreamOptions, rig: Rig): Issue[] {
  const issues: Issue[] = [], known = [...new Set([...rig.channels.keys(), ...rig.devices.keys(), ...rig.axes.keys()])];
  const error = (path: string, message: string, received: unknown, allowed?: string) =>
    issues.push({ path, message, received, allowed, severity: "error" });
  const refuseOwn = (path: string, { channels, axes }: Streamed) => {
    const taken = new Set([...OWN_ARRAYS, ...axes.flatMap((axis) => [`${axis}_setpoint`, `${axis}_readback`])]);
    for (const { name } of channels.filter(({ name }) => taken.has(name) || taken.has(name.toLowerCase()))) {
      error(path, `the detector ${show(name)} has the name of another array of the stream: rename it`, name);
    }
  };
  if (baseline) refuseOwn(BASELINE, { channels: scalarChannels(rig), axes: [...rig.axes.keys()] });
  for (const [name, { everyMs }] of Object.entries(monitor)) {
    const path = `monitor.${name}`, { channels, axes } = monitored(name, rig);
    if (!channels.length && !axes.length) {
      const message = `${show(name)} is neither a detector nor an axis of the rig; ${didYouMean(name, known)}`;
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
