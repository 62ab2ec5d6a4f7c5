import { median } from "../median.ts";
import type { StreamCase } from "./stream_case.ts";
import { cpuPerGigabyte, megabytesPerSecond, type StreamFigures } from "./stream_figures.ts";

/** How many times as fast as a peer Sonde is to be in memory. */
const TO_REACH: Readonly<Record<string, number>> = { "acquire-zarr": 1.5, tensorstore: 1.2 };
/** At this part of the disk's own speed a writer is as fast as the disk, as far as one can tell. */
const DISK_SPEED = 0.9;

/** The acquiring thread may wait this part of the time and still be what the others wait for. */
const HARDLY = 0.1;

/** Medians over the rounds of one contender on one case. */
export interface Medians {
  readonly name: string;
  readonly megabytesPerSecond: number;
  /** Of a core. */
  readonly secondsPerGigabyte: number;
  readonly peakMegabytes: number;
  readonly files: number;
  /** Stored by uncompressed bytes. */
  readonly ratio: number;
  /** Sonde's stages: seconds of a core for a gigabyte. */
  readonly stages: Readonly<Record<string, number>>;
}

/** The middle of what a contender showed in all rounds. */
export function mediansOf(name: string, runs: readonly StreamFigures[]): Medians {
  const middle = (figure: (run: StreamFigures) => number) => median(runs.map(figure));
  const stages = Object.keys(runs[0].stageMs ?? {}).map((stage) => {
    return [stage, middle(({ stageMs, bytes }) => (stageMs![stage] ?? 0) * 1e6 / bytes)] as const;
  });
  return {
    name,
    megabytesPerSecond: middle(megabytesPerSecond),
    secondsPerGigabyte: middle(cpuPerGigabyte),
    peakMegabytes: middle(({ peakBytes }) => peakBytes / 1e6),
    files: middle(({ files }) => files),
    ratio: middle(({ storedBytes, bytes }) => storedBytes / bytes),
    stages: Object.fromEntries(stages),
  };
}

/** What a case is, in words. */
export function titleOf(
  { target, side, class: { name, sonde, peers }, count, chunkFrames, shardFrames }: StreamCase,
): string {
  const gigabytes = (count * side * side * 2 / 1e9).toFixed(2), where = target.kind === "memory" ? "tmpfs" : "disk";
  const asked = peers === "none" ? "" : `; Sonde "${sonde}", peers blosc-${peers}-1`;
  return `${where}, ${side}² uint16, ${name} (${gigabytes} GB, chunks of ${chunkFrames}, shards of ${shardFrames} frames${asked})`;
}

const WIDTHS = [16, 8, 12, 14, 8, 8, 12];

/** A table of one case; Sonde's line is the first. */
export function tableOf(rows: readonly Medians[]): string {
  const head = ["", "MB/s", "CPU s/GB", "peak RSS MB", "files", "ratio", "Sonde is"];
  const lines = rows.map((row, k) => [
    row.name,
    row.megabytesPerSecond.toFixed(0),
    row.secondsPerGigabyte.toFixed(2),
    row.peakMegabytes.toFixed(0),
    String(row.files),
    row.ratio.toFixed(3),
    k === 0 ? "" : `${(rows[0].megabytesPerSecond / row.megabytesPerSecond).toFixed(2)} ×`,
  ]);
  return [head, ...lines].map((cells) => cells.map(padded).join("")).join("\n");
}

function padded(cell: string, k: number): string {
  return k === 0 ? cell.padEnd(WIDTHS[k]) : cell.padStart(WIDTHS[k]);
}

/**
 * What Sonde should reach on a case and does not, each in a line that says by how much, what a gigabyte costs, and which stage
 * takes longest.
 *
 * @param diskMegabytesPerSecond of the disk itself, when the case is on disk
 */
export function shortfallsOf(
  stream: StreamCase,
  [sonde, ...peers]: readonly Medians[],
  diskMegabytesPerSecond?: number,
): string[] {
  const shortfalls: string[] = [], speed = sonde.megabytesPerSecond;
  for (const { name, megabytesPerSecond, peakMegabytes } of peers) {
    const times = speed / megabytesPerSecond, goal = TO_REACH[name];
    if (goal === undefined) continue;
    if (stream.target.kind === "memory" && times < goal) {
      shortfalls.push(`${times.toFixed(2)} × ${name}, to reach ${goal} ×; ${limitOf(sonde)}`);
    }
    if (sonde.peakMegabytes > peakMegabytes) {
      shortfalls.push(`peak RSS ${sonde.peakMegabytes.toFixed(0)} MB, ${name} ${peakMegabytes.toFixed(0)} MB`);
    }
  }
  if (diskMegabytesPerSecond !== undefined) {
    // What is compressed reaches the disk in fewer bytes, so frames may come faster than the disk.
    const written = speed * sonde.ratio, fastestPeer = Math.max(...peers.map((peer) => peer.megabytesPerSecond));
    if (written < DISK_SPEED * diskMegabytesPerSecond && speed < fastestPeer) {
      const disk = diskMegabytesPerSecond.toFixed(0);
      shortfalls.push(`writes ${written.toFixed(0)} MB/s to a disk that takes ${disk}; ${limitOf(sonde)}`);
    }
  }
  return shortfalls;
}

/**
 * Where the time goes, as far as it is known. What takes longest limits, unless the acquiring thread hardly ever waits for the
 * others: then it is its own copy.
 */
export function limitOf({ secondsPerGigabyte, megabytesPerSecond, stages: { wait, ...stages } }: Medians): string {
  const cost = `CPU ${secondsPerGigabyte.toFixed(2)} s/GB`;
  const longest = Object.entries(stages).sort((a, b) => b[1] - a[1]);
  if (!longest.length) return cost;
  const wall = 1e3 / megabytesPerSecond, limit = wait < HARDLY * wall ? "copy" : longest[0][0];
  const all = [...longest, ["wait", wait] as const].map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)}`).join(
    ", ",
  );
  return `${cost}, wall ${wall.toFixed(2)}; of all threads: ${all}; ${limit} limits`;
}
