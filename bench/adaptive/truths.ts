import { random } from "../../src/core/random.ts";

/** A known function of [−1, 1] or of its square: a name that both sides know, and numbers that the seed decides. */
export interface Truth {
  readonly name: string;
  readonly parameters: readonly number[];
}

type Line = (x: number, parameters: readonly number[]) => number;
type Plane = (x: number, y: number, parameters: readonly number[]) => number;

/** Functions of one axis; `bench/peers/adaptive_learn.py` has the same ones. */
export const LINES: Readonly<Record<string, Line>> = {
  gaussian: (x, [at, width, slope]) => Math.exp(-4 * Math.LN2 * ((x - at) / width) ** 2) + slope * x,
  lorentzian: (x, [at, width, slope]) => 1 / (1 + (2 * (x - at) / width) ** 2) + slope * x,
  step: (x, [at, width]) => Math.tanh((x - at) / width),
  chirp: (x, [at, far]) => Math.sin(1 / (Math.abs(x - at) + far)),
  ramp: (x, [first, second, up, down]) =>
    x < first ? up * (x + 1) : x < second ? up * (first + 1) : up * (first + 1) - down * (x - second),
  lines: (x, [a, b, c, width]) => {
    const each = (at: number, height: number) => height / (1 + (2 * (x - at) / width) ** 2);
    return each(a, 1) + each(b, 0.3) + each(c, 0.1);
  },
};

/** Functions of two axes. */
export const PLANES: Readonly<Record<string, Plane>> = {
  ring: (x, y, [atX, atY, radius, width]) => {
    const off = (x - atX) ** 2 + (y - atY) ** 2 - radius ** 2;
    return x / 2 + Math.exp(-(off ** 2) / width ** 4);
  },
  spot: (x, y, [atX, atY, width]) => Math.exp(-4 * Math.LN2 * ((x - atX) ** 2 + (y - atY) ** 2) / width ** 2),
  edge: (x, y, [angle, offset, width]) => Math.tanh((x * Math.cos(angle) + y * Math.sin(angle) - offset) / width),
  waves: (x, y, [along, across, phase]) => Math.sin(along * x + phase) * Math.cos(across * y) + x * y / 2,
};

/** The functions of one axis of a seed. */
export function lineTruths(seed: number): Truth[] {
  const { uniform } = random(seed, "lines"), between = (low: number, high: number) => low + (high - low) * uniform();
  return [
    { name: "gaussian", parameters: [between(-0.8, 0.8), 0.02, between(-0.2, 0.2)] },
    { name: "gaussian", parameters: [between(-0.8, 0.8), 0.2, between(-0.2, 0.2)] },
    { name: "lorentzian", parameters: [between(-0.8, 0.8), 0.02, between(-0.2, 0.2)] },
    { name: "lorentzian", parameters: [between(-0.8, 0.8), 0.2, between(-0.2, 0.2)] },
    { name: "step", parameters: [between(-0.8, 0.8), between(0.005, 0.05)] },
    { name: "chirp", parameters: [between(-0.3, 0.3), between(0.03, 0.06)] },
    { name: "ramp", parameters: [between(-0.6, 0), between(0.1, 0.6), between(0.5, 2), between(0.5, 2)] },
    { name: "lines", parameters: [between(-0.9, -0.4), between(-0.3, 0.2), between(0.3, 0.9), between(0.03, 0.1)] },
  ];
}

/** The functions of two axes of a seed. */
export function planeTruths(seed: number): Truth[] {
  const { uniform } = random(seed, "planes"), between = (low: number, high: number) => low + (high - low) * uniform();
  return [
    { name: "ring", parameters: [between(-0.2, 0.2), between(-0.2, 0.2), between(0.5, 0.75), between(0.2, 0.3)] },
    { name: "spot", parameters: [between(-0.6, 0.6), between(-0.6, 0.6), between(0.2, 0.4)] },
    { name: "edge", parameters: [between(0, Math.PI), between(-0.3, 0.3), between(0.05, 0.15)] },
    { name: "waves", parameters: [between(3, 6), between(3, 6), between(0, Math.PI)] },
  ];
}
