import { type Interruptible, type Interruption, listenForInterrupts } from "../scan/interrupts.ts";
import { Interrupted } from "./interruptible.ts";
import type { QueueProcess } from "./queue_process.ts";

/**
 * Hears what should end a queue in the process that waits for its runs, until it is disposed. At a terminal Ctrl-C is the
 * business of the run in hand, which says what becomes of the queue; every other word to end is handed on to it, and
 * the queue ends with it. Between runs the first one ends the queue.
 */
export class QueueStop implements Interruptible, Disposable {
  readonly #controller = new AbortController();
  readonly #stop: () => void;
  /** The process that does something for the queue at this moment. */
  process: QueueProcess | undefined;

  /** Hears from now on. */
  constructor() {
    this.#stop = listenForInterrupts(this);
  }

  /** Aborted when the queue is to end: nothing more is begun. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ctrl-C, or the system ending the program. */
  interrupt({ signal, terminal }: Interruption): void {
    if (this.process) {
      this.process.interrupt(signal);
      if (terminal) return;
    } else if (this.signal.aborted) Deno.exit(130);
    this.end();
  }

  /** Ends the queue. */
  end(): void {
    this.#controller.abort(new Interrupted("interrupted: the queue has ended"));
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    this.#stop();
  }
}
