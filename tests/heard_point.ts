import type { MeasureRequest } from "../src/core/path.ts";
import type { Point, Quality } from "../src/core/point.ts";

/** What a made-up sample answers at a place: what a diode reads, and how the point came out. */
export interface Heard {
  readonly reading: number;
  readonly quality?: Quality;
}

/** The point that a path is sent for it. */
export function heardPoint({ setpoint, pass = "", index = [] }: MeasureRequest, heard: Heard, seqNum: number): Point {
  const { reading, quality = "good" } = heard, failed = quality === "failed" ? ["diode"] : [];
  return {
    pass,
    index,
    setpoint,
    readback: setpoint,
    reading: { diode: reading },
    timestampMs: seqNum,
    seqNum,
    quality,
    failed,
  };
}
