import type { Peak } from "./figure_data.ts";
import { drawable } from "./scale.ts";
import { formatQuantity, niceStep, resolutionOf } from "./ticks.ts";

/** What stands beside a peak: with its width, and without where room is short. */
export interface PeakText {
  readonly full: string;
  readonly short: string;
}

/**
 * `640.22 nm, 0.20 nm wide`: the width with two digits and the place at the same resolution; without a width, the place
 * to a thousandth of the axis.
 */
export function peakText(peak: Peak, unit: string, axisLength: number): PeakText {
  if (peak.label) return { full: peak.label, short: peak.label };
  const width = peak.width ?? (peak.left !== undefined && peak.right !== undefined ? peak.right - peak.left : NaN);
  const resolution = resolutionOf(width) || niceStep(axisLength, 1000);
  const short = formatQuantity(peak.at, unit, resolution);
  return {
    short,
    full: drawable(width) && width > 0 ? `${short}, ${formatQuantity(width, unit, resolution)} wide` : short,
  };
}

/** Peaks that can be drawn, the strongest first: by prominence where known, else by height. */
export function strongestFirst(peaks: readonly Peak[]): Peak[] {
  const strength = ({ prominence, height }: Peak) => drawable(prominence ?? NaN) ? prominence! : height;
  return peaks.filter((peak) => drawable(peak.at) && drawable(peak.height))
    .sort((a, b) => strength(b) - strength(a) || a.at - b.at);
}

/** Where the width of a peak is drawn: from, to, and how high. Undefined when its width is not known. */
export function widthBar(peak: Peak): { from: number; to: number; height: number } | undefined {
  const half = (peak.width ?? NaN) / 2, prominence = peak.prominence ?? NaN;
  const from = peak.left ?? peak.at - half, to = peak.right ?? peak.at + half;
  if (!Number.isFinite(from) || !Number.isFinite(to) || !drawable(prominence)) return undefined;
  return { from, to, height: peak.height - prominence / 2 };
}
