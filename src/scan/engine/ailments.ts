import type { LogEntry } from "../../core/sink.ts";
import type { Acquired } from "./reader.ts";

/** Detectors and axes that give nothing: logged when that begins and when it ends, not at each of ten thousand points. */
export class Ailments {
  /** Why, by name. */
  readonly #ailing = new Map<string, string>();

  /** Nothing ails yet. */
  constructor(
    readonly log: (kind: LogEntry["kind"], text: string, data: Readonly<Record<string, unknown>>) => Promise<void>,
  ) {}

  /** Whether anything ails. */
  get any(): boolean {
    return this.#ailing.size > 0;
  }

  /** Logs what is new, at the point of this number. */
  async report(acquired: Acquired, seqNum: number): Promise<void> {
    for (const [name, reason] of acquired.reasons) {
      if (this.#ailing.get(name) === reason) continue;
      this.#ailing.set(name, reason);
      const outcome = acquired.failed.length ? "failed" : "read again";
      await this.log("warning", reason, { name, outcome, seqNum });
    }
    for (const name of [...this.#ailing.keys()]) {
      if (acquired.reasons.has(name) || !isAsked(acquired, name)) continue;
      this.#ailing.delete(name);
      await this.log("transition", `${name}: answers again`, { name });
    }
  }
}

/** Whether a detector, one of its readings, or an axis was read: of others nothing is known. */
function isAsked({ reading, readback }: Acquired, name: string): boolean {
  return name in readback || Object.keys(reading).some((given) => given === name || given.startsWith(`${name}.`));
}
