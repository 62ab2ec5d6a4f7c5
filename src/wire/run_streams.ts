import { groupRole } from "../core/layout.ts";
import { QUALITY_CODE } from "../core/point.ts";
import type { RunData } from "../zarr/open_run.ts";

/** What was recorded beside the points of a run, under one name. */
export interface StoredStream {
  /** Its group: `baseline`, `monitor_ring_current`. */
  readonly stream: string;
  /** How often it was read. */
  readonly readings: number;
  /** In how many of them something is missing. */
  readonly failed: number;
}

/** The streams of a run, in the order of their names in the store. */
export async function runStreams(run: RunData): Promise<StoredStream[]> {
  const names = [...run.groups].filter(([, attributes]) => groupRole(attributes) === "stream").map(([name]) => name);
  return await Promise.all(names.map(async (stream) => {
    const codes = (await run.array(`${stream}/quality`).read()).data as Uint8Array;
    return { stream, readings: codes.length, failed: codes.filter((code) => code === QUALITY_CODE.failed).length };
  }));
}

/** Streams in a line: `baseline 2, monitor_lockin 340 (2 failed)`; undefined where there are none. */
export function streamsText(streams: readonly StoredStream[]): string | undefined {
  const texts = streams.map(({ stream, readings, failed }) => {
    return `${stream} ${readings.toLocaleString("en")}${failed ? ` (${failed.toLocaleString("en")} failed)` : ""}`;
  });
  return texts.length ? texts.join(", ") : undefined;
}
