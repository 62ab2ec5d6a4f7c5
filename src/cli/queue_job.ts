import { deserialize, serialize } from "node:v8";
import { derive, type DerivedSpec } from "../adapt/derive.ts";
import { type Issue, messageOf } from "../core/errors.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import type { ApprovalFlags } from "./approval_fronts.ts";
import type { QueueForecast } from "./check_queue.ts";
import { notice, type OutputOptions } from "./output.ts";
import type { QueuedRun } from "./queued_run.ts";

/** The argument that makes a program the process of a job, with the job's file behind it. */
export const QUEUE_JOB_ARGUMENT = "queue-job";

/** An entry of a queue as another process is told of it: as it was read when the queue began, whatever its file says now. */
export interface QueueJobEntry {
  /** As it was named. */
  readonly from: string;
  /** What it is; undefined for a script. */
  readonly file?: ScanFile;
  /** Whether it names a run, whose plan is run again. */
  readonly again?: boolean;
}

/** What a process of its own does for a queue. */
export interface QueueJob {
  /** Whether all entries are looked at, or the only one is run. */
  readonly kind: "check" | "run";
  /** In their order. */
  readonly entries: readonly QueueJobEntry[];
  /** How a run is shown, and who answers what it asks. */
  readonly options: OutputOptions & ApprovalFlags;
  /** What comes after it in the queue. */
  readonly next?: string;
  /** Where the process says what it does. */
  readonly report: string;
  /** The process of the queue. */
  readonly parent: number;
}

/** What has become of a run's turn. */
export interface QueueTurn {
  /** As the summary has it. */
  readonly run: QueuedRun;
  /** Whether a person ended it, and was asked how the queue goes on. */
  readonly byPerson: boolean;
  /** Whether the queue is to end. */
  readonly ended: boolean;
}

/** Why a check could not be made, or what it found wrong. */
export interface QueueRefusal {
  /** For people. */
  readonly message: string;
  /** As of the error. */
  readonly exitCode: number;
  /** All that is wrong; undefined when it is no matter of input. */
  readonly issues?: readonly Issue[];
}

/** A line of a process's report. They are written as things happen, so that a crash leaves all but the end. */
export interface QueueReportLine {
  /** The entry that is looked at from now on. */
  readonly examines?: string;
  /** Where a run that has begun stores. */
  readonly began?: string;
  /** An interrupt that was heard. */
  readonly heard?: string;
  /** The result of a check. */
  readonly forecast?: QueueForecast;
  /** The other result of a check. */
  readonly refusal?: QueueRefusal;
  /** The result of a run. */
  readonly turn?: QueueTurn;
}

/** Keeps a job in a file. Unlike JSON, this tells infinities from null. */
export async function writeQueueJob(path: string, job: QueueJob): Promise<void> {
  const entries = job.entries.map(({ file, ...entry }) => ({
    ...entry,
    file: file && { ...file, derive: file.derive?.toJSON() },
  }));
  await Deno.writeFile(path, new Uint8Array(serialize({ ...job, entries })));
}

/** A job that was kept in a file. */
export async function readQueueJob(path: string): Promise<QueueJob> {
  const job = deserialize(await Deno.readFile(path)) as QueueJob;
  const entries = job.entries.map(({ file, ...entry }) => ({ ...entry, file: file && withDerived(file) }));
  return { ...job, entries };
}

/** Derived signals hold more than data; all else in a scan file is data. */
function withDerived({ derive: kept, ...file }: ScanFile): ScanFile {
  return kept ? { ...file, derive: derive(kept as unknown as Readonly<Record<string, DerivedSpec>>) } : file;
}

/** Adds a line to a report, at once: the process may be gone with the next instruction. */
export function tellQueue({ report }: Pick<QueueJob, "report">, line: QueueReportLine): void {
  try {
    Deno.writeTextFileSync(report, JSON.stringify(line) + "\n", { append: true });
  } catch (thrown) {
    // The run matters more than what is told of it.
    notice(`warning: the queue is not told of its run: ${messageOf(thrown)}`);
  }
}

/** All that a report says so far; a line that was not finished is none. */
export function readQueueReport(path: string): QueueReportLine[] {
  const lines = readText(path).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (thrown) {
    // Who has said nothing yet, or could not.
    if (thrown instanceof Deno.errors.NotFound) return "";
    throw thrown;
  }
}
