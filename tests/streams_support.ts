import { assertEquals } from "@std/assert";
import type { Point } from "../src/core/point.ts";
import type { StreamOptions } from "../src/core/rules.ts";
import { linspace, type Run, scan } from "../mod.ts";
import { type Bench, RecordingSink } from "./engine_support.ts";

/** A sink that keeps the streams too. */
export class StreamSink extends RecordingSink {
  readonly samples: Point[] = [];
  refuse = false;
  waitMs = 0;

  sample(point: Point): void | Promise<void> {
    assertEquals(this.outcomes.length, 0, "sampled after close");
    if (this.refuse) throw new Error("no room");
    this.samples.push(point);
    if (this.waitMs) return this.clock.sleep(this.waitMs);
  }

  of(pass: string): Point[] {
    return this.samples.filter((point) => point.pass === pass);
  }
}

/** A line of ten points, a millimetre each. */
export function lineWith(b: Bench, sink: StreamSink, streams: StreamOptions, more: Record<string, unknown> = {}): Run {
  const options = { rig: b.rig, read: ["diode"] as const, to: sink, quiet: true, ...streams, ...more };
  return scan(linspace("x", 0, 9, 10), options as never) as unknown as Run;
}
