import { messageOf } from "../../core/errors.ts";
import type { Point } from "../../core/point.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../../core/sink.ts";

/**
 * The sinks that only look on at a run, behind those that store: they may come at any time, and their errors are said and
 * go no further.
 */
export class LiveWatchers implements Sink {
  readonly location = "";
  readonly bytesWritten = 0;
  readonly #sinks = new Set<Sink>();
  #header: RunHeader | undefined;

  /** Whether the run is over, so that there is nothing more to see. */
  over = false;

  /** Takes one more; of a run that has begun it sees what comes from now on. */
  async add(sink: Sink): Promise<void> {
    if (!this.#header) return void this.#sinks.add(sink);
    // It is told of points as soon as it is being opened, so that it misses none.
    this.#sinks.add(sink);
    await this.#tell(sink, () => sink.open(this.#header!));
  }

  /** Opens all that are there. */
  async open(header: RunHeader): Promise<void> {
    this.#header = header;
    for (const sink of this.#sinks) await this.#tell(sink, () => sink.open(header));
  }

  /** Tells all of a point; nobody waits for them. */
  write(point: Point): void {
    for (const sink of this.#sinks) void this.#tell(sink, () => sink.write(point));
  }

  /** Tells all of a line of the log. */
  log(entry: LogEntry): void {
    for (const sink of this.#sinks) void this.#tell(sink, () => sink.log(entry));
  }

  /** Closes all, and waits for them: what they show last must not be lost. */
  async close(outcome: Outcome): Promise<void> {
    this.over = true;
    for (const sink of this.#sinks) await this.#tell(sink, () => sink.close(outcome));
  }

  /** One that fails is not told of anything more. */
  #tell(sink: Sink, what: () => void | Promise<void>): Promise<void> | undefined {
    const failed = (thrown: unknown) => {
      this.#sinks.delete(sink);
      console.error(`the run goes on without one who looked on: ${messageOf(thrown)}`);
    };
    try {
      return what()?.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
