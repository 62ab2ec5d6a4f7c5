import { join } from "@std/path";
import { keepTerminal } from "./keep_terminal.ts";
import { notice } from "./output.ts";
import { ownCommand } from "./own_command.ts";
import {
  QUEUE_JOB_ARGUMENT,
  type QueueJob,
  type QueueReportLine,
  readQueueReport,
  writeQueueJob,
} from "./queue_job.ts";

/** How the process of a job has ended. */
export interface QueueProcessEnd {
  /** All that it said. */
  readonly lines: readonly QueueReportLine[];
  /** How its process ended, in words, as in `was ended by SIGSEGV`. */
  readonly how: string;
  /** Whether it was Ctrl-C, or another word to end, that ended it. */
  readonly interrupted: boolean;
}

/** A terminal tells all of its processes of Ctrl-C, and systems tell all of a service: so long they may take to. */
const TELLING_MS = 500;
/** Who has heard nothing for so long is hung: the next interrupt kills. */
const HUNG_MS = 10_000;
const ENDING: readonly (string | null)[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"];

/**
 * This `sonde` once more, in a process that does one job for a queue: what crashes, leaks or hangs there is gone with it. It
 * shares the terminal.
 */
export class QueueProcess {
  #child: Deno.ChildProcess | undefined;
  #report = "";
  /** Interrupts that were sent to the queue, and since when none of them was heard there. */
  #sent = 0;
  #heard = 0;
  #deafMs: number | undefined;

  /**
   * Does the job. The process is waited for, and leaves nothing behind.
   *
   * @throws Error when it cannot be started
   */
  async run(job: Omit<QueueJob, "report" | "parent">): Promise<QueueProcessEnd> {
    const folder = await makeFolder(), restore = keepTerminal();
    try {
      this.#report = join(folder, "report");
      const path = join(folder, "job"), { program, args } = ownCommand([QUEUE_JOB_ARGUMENT, path]);
      await writeQueueJob(path, { ...job, report: this.#report, parent: Deno.pid });
      const inherit = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
      this.#child = new Deno.Command(program, { args: [...args], ...inherit }).spawn();
      const { success, code, signal } = await this.#child.status;
      this.#child = undefined;
      if (!success) restore();
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      return { lines: readQueueReport(this.#report), how, interrupted: code === 130 || ENDING.includes(signal) };
    } finally {
      this.#child = undefined;
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  }

  /** Sees to it that an interrupt is heard there, once, whether the system has told both processes or only this one. */
  interrupt(signal: string): void {
    const child = this.#child, nowMs = performance.now();
    if (!child) return;
    const heard = readQueueReport(this.#report).filter((line) => line.heard).length;
    if (heard > this.#heard) this.#deafMs = undefined;
    [this.#heard, this.#sent] = [heard, this.#sent + 1];
    this.#deafMs ??= nowMs;
    if (nowMs - this.#deafMs > HUNG_MS) {
      notice(`process ${child.pid} does not hear: it is killed`);
      return kill(child, "SIGKILL");
    }
    if (this.#sent - heard > 1) {
      notice(`process ${child.pid} does not hear; one more interrupt, a while later, kills it`);
    }
    setTimeout(() => {
      const told = () => readQueueReport(this.#report).filter((line) => line.heard).length >= this.#sent;
      if (this.#child === child && !told()) kill(child, signal as Deno.Signal);
    }, TELLING_MS);
  }
}

/** Where there is no folder for such things, it stands for a while where the user is. */
async function makeFolder(): Promise<string> {
  const prefix = "sonde-queue-";
  return await Deno.makeTempDir({ prefix }).catch(() => Deno.makeTempDir({ dir: Deno.cwd(), prefix: `.${prefix}` }));
}

/** One that has ended meanwhile needs no signal. */
function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch { /* it has ended, or the system has no such signal */ }
}
