import { dirname, resolve } from "@std/path";
import { InputError, type Issue, messageOf } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import { findHindrances } from "./before_run.ts";
import { examineScan } from "./examine_scan.ts";
import type { QueueEntry } from "./queue_entry.ts";
import { connectRig } from "./read_scan_file.ts";
import { personWaits } from "./person_waits.ts";
import { scriptIssues } from "./script_issues.ts";

/** What a queue is expected to take; scripts, of which it is only known that they can be loaded, are not in it. */
export interface QueueForecast {
  /** Of all scan files together. */
  readonly points: number;
  /** Of all scan files together. */
  readonly timeMs: number;
  /** Before compression, of all scan files together. */
  readonly bytes: number;
  /** What speaks against a run but does not forbid it, each with the file's name. */
  readonly doubts: readonly string[];
}

/** What is in the way of an entry, with its name before the path. */
export function issuesOf(from: string, thrown: unknown): readonly Issue[] {
  const named = (path: string) => path === from || !path ? from : `${from}: ${path}`;
  if (thrown instanceof InputError) return thrown.issues.map((issue) => ({ ...issue, path: named(issue.path) }));
  return [{ path: from, message: messageOf(thrown), severity: "error" }];
}

/**
 * Looks at every scan of a queue before the first one moves anything: at its plan on its rig, at what all of them
 * together take on the disk, and whether scripts can be loaded. Rigs are connected one after the other; one that serves
 * several scans in a row stays connected.
 *
 * @param signal breaks off connecting
 * @param examines told of each file before its rig is touched
 * @throws InputError with all issues of all files
 */
export async function checkQueue(
  entries: readonly Pick<QueueEntry, "from" | "file">[],
  signal: AbortSignal,
  examines: (from: string) => void = () => {},
): Promise<QueueForecast> {
  const issues: Issue[] = [], doubts: string[] = [], total = { points: 0, timeMs: 0, bytes: 0 };
  const taken = new Map<string, string>(), filled = new Map<string, number>();
  await using rigs = new LastRig(signal);
  for (const [k, { from, file }] of entries.entries()) {
    examines(from);
    if (!file) {
      issues.push(...await scriptIssues(from));
      continue;
    }
    try {
      const { points, timeMs, bytes } = await examined(file, await rigs.of(file, from));
      total.points += points;
      total.timeMs += timeMs;
      total.bytes += bytes;
      if (file.to !== undefined) refuseTwice(taken, file.to, from);
      const folder = dirname(resolve(file.to ?? "runs/run.zarr")), before = filled.get(folder) ?? 0;
      filled.set(folder, before + bytes);
      const found = await findHindrances(file.to, before + bytes);
      issues.push(...issuesOf(from, new InputError(found.issues)));
      // Without a terminal each run says so itself.
      const waits = Deno.stdin.isTerminal() && k < entries.length - 1 ? personWaits(file) : [];
      doubts.push(...[...found.doubts, ...waits].map((doubt) => `${from}: ${doubt}`));
    } catch (thrown) {
      signal.throwIfAborted();
      issues.push(...issuesOf(from, thrown));
    }
  }
  if (issues.length) throw new InputError(issues);
  return { ...total, doubts };
}

async function examined(file: ScanFile, rig: Rig): Promise<Pick<QueueForecast, "points" | "timeMs" | "bytes">> {
  const report = await examineScan(file, rig), { points = 0, timeMs = 0, bytes = 0 } = report;
  if (!report.ok) throw new InputError(report.issues);
  return { points, timeMs, bytes };
}

function refuseTwice(taken: Map<string, string>, to: string, from: string): void {
  const place = resolve(to), other = taken.get(place);
  if (other !== undefined) {
    const message = `${to} is where ${other} is stored too, and nothing is ever overwritten: choose another name`;
    throw InputError.at("to", message, to, "a name of its own");
  }
  taken.set(place, from);
}

/** The rig of the scan in hand: it is let go when another one is asked for, because both may have a device in common. */
class LastRig implements AsyncDisposable {
  #key = "";
  #rig: Rig & AsyncDisposable | undefined;

  constructor(private readonly signal: AbortSignal) {}

  async of(file: ScanFile, from: string): Promise<Rig> {
    const key = JSON.stringify([file.rig, file.seed]);
    if (this.#rig && key === this.#key) return this.#rig;
    await this[Symbol.asyncDispose]();
    this.#rig = await connectRig(file, from, this.signal) as Rig & AsyncDisposable;
    this.#key = key;
    return this.#rig;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const rig = this.#rig;
    this.#rig = undefined;
    await rig?.[Symbol.asyncDispose]();
  }
}
