/** The curves that a peak is fitted with. */
export type PeakShape = "gaussian" | "lorentzian";

/** A peak of height 1 at 0 whose full width at half height is 1, and its slope. */
export interface PeakCurve {
  /** The height at a distance from the place, in widths. */
  readonly at: (u: number) => number;
  /** Its derivative. */
  readonly slope: (u: number) => number;
}

const BEND = 4 * Math.LN2;

/** Each shape as a function of the distance from its place, in full widths at half height. */
export const peakShapes: Readonly<Record<PeakShape, PeakCurve>> = {
  gaussian: { at: (u) => Math.exp(-BEND * u * u), slope: (u) => -2 * BEND * u * Math.exp(-BEND * u * u) },
  lorentzian: { at: (u) => 1 / (1 + 4 * u * u), slope: (u) => -8 * u / (1 + 4 * u * u) ** 2 },
};
