import { duration } from "../../scan/duration.ts";
import type { RunStatus } from "../../scan/engine/run.ts";
import type { LiveStatus } from "../../view/notebook/live_page.ts";

/** A reading or setpoint as it stands in a line: six digits, and its unit. */
function shown(name: string, entry: number | string, unit: string): string {
  const text = typeof entry === "number" ? String(Number(entry.toPrecision(6))) : entry;
  return unit && unit !== "1" ? `${name} ${text} ${unit}` : `${name} ${text}`;
}

/**
 * What stands above a live figure: how far the run is, how long it still takes, where the time goes, where the axes stand
 * and what is read.
 *
 * @param report the run's line about its time
 * @param units of axes and detectors, by name
 */
export function liveStatus(status: RunStatus, report: string, units: ReadonlyMap<string, string>): LiveStatus {
  const { points, total, expected, skipped, state, reason, question, remainingMs, elapsedMs } = status;
  const goal = total ?? expected, of = (count: number) => count.toLocaleString("en");
  const count = total !== undefined
    ? `${of(points)} of ${of(total)} points`
    : `${of(points)} points${expected === undefined ? "" : `, about ${of(expected)} expected`}`;
  const how = state === "paused"
    ? `paused: ${reason}`
    : state === "holding"
    ? `holding: ${reason}`
    : state === "waiting"
    ? `waiting for an answer: ${question?.next}?`
    : state;
  const time = [
    `${duration(elapsedMs)} so far`,
    ...(remainingMs === undefined ? [] : [`${duration(remainingMs)} left`]),
  ];
  const entries = [...Object.entries(status.setpoint), ...Object.entries(status.reading)];
  return {
    part: goal ? Math.min(1, (points + (total === undefined ? 0 : skipped)) / goal) : undefined,
    state,
    lines: [
      [count, how, ...time].join(" · "),
      report,
      entries.map(([name, entry]) => shown(name, entry, units.get(name) ?? "")).join(" · "),
    ],
  };
}

/** The units of all that a point may name. */
export function unitsOf(
  axes: Iterable<readonly [string, { readonly unit: string }]>,
  channels: Iterable<{ readonly name: string; readonly unit: string }>,
): ReadonlyMap<string, string> {
  return new Map([
    ...Array.from(axes, ([name, { unit }]) => [name, unit] as const),
    ...Array.from(channels, ({ name, unit }) => [name, unit] as const),
  ]);
}
