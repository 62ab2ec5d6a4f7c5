import type { DerivedReader } from "../../adapt/derive/derived_reader.ts";
import { messageOf } from "../../core/errors.ts";
import { Frame, type Point, type Reading } from "../../core/point.ts";
import type { DerivedStream } from "../stream_groups.ts";

/** A reading beside the scan, before it has a number, and why parts of it are missing. */
interface Sampled {
  readonly point: Omit<Point, "seqNum">;
  readonly reasons: ReadonlyMap<string, string>;
}

/** Computes a derived signal beside the scan, of readings of its own: the scan's frames are not written over. */
export class StreamsDerived {
  readonly #reader: DerivedReader;
  readonly #faults = new Map<string, string>();

  /**
   * @param stream what is computed
   * @param before what the scan remembers of other passes, where it goes on
   */
  constructor(readonly stream: DerivedStream, before: DerivedReader | undefined) {
    this.#reader = stream.reader((signal, error) => void this.#faults.set(signal, `${signal}: ${messageOf(error)}`));
    for (const { pass, signal } of this.#reader.remembers) {
      const kept = before?.remembered(pass, signal);
      if (kept !== undefined) this.#reader.remember(pass, signal, kept);
    }
  }

  /** The scan has measured a point: it may be one of those that expressions remember. */
  hear({ pass, reading, failed, quality }: Point): void {
    if (quality === "skipped") return;
    for (const { pass: of, signal } of this.#reader.remembers) {
      const read = reading[signal];
      if (of === pass && read !== undefined && !failed.includes(signal)) this.#reader.remember(pass, signal, read);
    }
  }

  /** What is computed from what was read, in place of it; what lacks a reading is missing. */
  computed({ point, reasons }: Sampled): Sampled {
    const { name } = this.stream;
    this.#faults.clear();
    const read: Reading = this.#reader.readings(point.reading, "", point.failed)[name];
    const failed = this.#reader.isMissing(name) ? [name] : [];
    const reading = { [name]: read instanceof Frame ? read.slice() : read };
    return {
      point: { ...point, reading, failed, quality: failed.length ? "failed" : "good" },
      reasons: new Map([...reasons, ...this.#faults]),
    };
  }
}
