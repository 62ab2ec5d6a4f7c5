import { drawable, extent } from "./scale.ts";
import type { ColourRange } from "./figure_data.ts";

/** Readings looked at for percentiles; more are sampled evenly. */
const SAMPLED = 200_000;

/**
 * The readings at both ends of the palette, undefined when none is finite.
 * `robust` takes the 0.5th and 99.5th percentile, or all where those are equal, so that one hot pixel does not blacken
 * a frame.
 */
export function colourRange(readings: ArrayLike<number>, range: ColourRange): [number, number] | undefined {
  const full = extent(readings);
  if (!full) return undefined;
  if (range === "full") return full;
  if (range !== "robust") return drawable(range[0]) && drawable(range[1]) ? [range[0], range[1]] : full;
  const stride = Math.max(1, Math.floor(readings.length / SAMPLED)), sample: number[] = [];
  for (let i = 0; i < readings.length; i += stride) if (Number.isFinite(readings[i])) sample.push(readings[i]);
  if (!sample.length) return full;
  const sorted = Float64Array.from(sample).sort();
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))], high = sorted[Math.ceil(0.995 * (sorted.length - 1))];
  return low < high ? [low, high] : full;
}
