import { Frame, type Point } from "../core/point.ts";

/**
 * What a point says of a signal: NaN where the point failed or was skipped, and where the reading is no finite number.
 * Adaptive paths decide on good points only.
 *
 * @param on a signal of numbers
 */
export function goodReading(point: Point, on: string): number {
  if (point.quality !== "good" && point.quality !== "retried") return NaN;
  const reading = point.reading[on];
  if (reading instanceof Frame || point.failed.includes(on)) return NaN;
  return Number.isFinite(reading) ? reading : NaN;
}
