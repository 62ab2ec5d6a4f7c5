import { atTerminal, type Interruptible, type Interruption, listenForInterrupts, onLines } from "../scan/interrupts.ts";
import type { BegunRun } from "../wire/begun_runs.ts";
import { Interrupted } from "./interruptible.ts";
import { notice } from "./output.ts";
import { inProgress } from "./queued_run.ts";

/**
 * Hears, in the process of a run, what should end its queue, until it is disposed. A run in progress does at Ctrl-C what it
 * always does; before and after it, and without a terminal, the first one ends the queue, and one more the process.
 */
export class QueueEnd implements Interruptible, Disposable {
  readonly #controller = new AbortController();
  readonly #stop: () => void;

  /** The runs that the entry in hand has begun so far. */
  inHand: () => readonly BegunRun[] = () => [];
  /** The script in hand, which nobody can interrupt while it has no run in progress. */
  script: string | undefined;

  /**
   * Hears from now on.
   *
   * @param heard called with the name of each signal, before anything is done about it
   */
  constructor(private readonly heard: (signal: string) => void = () => {}) {
    this.#stop = listenForInterrupts(this);
  }

  /** Aborted when the queue is to end: nothing more is begun, and what is being connected is let go. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ctrl-C, or the system ending the program. */
  interrupt({ signal, terminal }: Interruption): void {
    this.heard(signal);
    if (terminal && this.#inProgress()) return;
    // What does not let itself be ended in order is not waited for.
    if (this.signal.aborted && !this.#inProgress()) Deno.exit(130);
    if (this.script !== undefined && !this.#inProgress()) {
      notice(`the queue ends with ${this.script}; once more ends it at once`);
    }
    this.end();
  }

  /** Ends the queue. */
  end(): void {
    this.#controller.abort(new Interrupted("interrupted: the queue has ended"));
  }

  /**
   * Whether the queue goes on after a person has aborted a run: the person is asked where there is a terminal.
   *
   * @param next what is next
   * @param ask whether anybody may be asked
   */
  async goesOn(next: string, ask: boolean): Promise<boolean> {
    if (this.signal.aborted || !ask || !atTerminal()) return false;
    notice(`go on with ${next}? y: go on, n: end the queue; then Enter`);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stop = onLines((line) => {
      const word = line.trim().toLowerCase();
      if (word === "y" || word === "yes") resolve(true);
      else if (word === "n" || word === "no") resolve(false);
    }, () => resolve(false));
    const end = () => resolve(false);
    this.signal.addEventListener("abort", end);
    try {
      return await promise;
    } finally {
      stop();
      this.signal.removeEventListener("abort", end);
    }
  }

  #inProgress(): boolean {
    return this.inHand().some(inProgress);
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    this.#stop();
  }
}
