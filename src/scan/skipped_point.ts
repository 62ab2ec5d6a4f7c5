import type { MeasureRequest } from "../core/path.ts";
import type { Point, Setpoint } from "../core/point.ts";

/** What a path is sent for a point that is skipped: nobody went there, and nothing was read. */
export function skippedPoint({ pass = "pass_0", index = [], setpoint }: MeasureRequest): Point {
  const nowhere = (at: Setpoint) => typeof at === "string" ? "" : NaN;
  return {
    pass,
    index,
    setpoint,
    readback: Object.fromEntries(Object.entries(setpoint).map(([axis, at]) => [axis, nowhere(at)])),
    reading: {},
    timestampMs: NaN,
    seqNum: -1,
    quality: "skipped",
    failed: [],
  };
}
