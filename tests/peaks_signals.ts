import type { Random } from "../src/core/random.ts";

const lengthOf = (r: Random) => 4 + Math.floor(r.uniform() * 120);

/** `length` samples, each by its own draw. */
const draw = (length: number, sample: (k: number) => number) => Float64Array.from({ length }, (_, k) => sample(k));

/** Samples, of which about one in ten is replaced. */
function holed(r: Random, signal: Float64Array, by: readonly number[]): Float64Array {
  return signal.map((sample) => r.uniform() < 0.1 ? by[Math.floor(r.uniform() * by.length)] : sample);
}

const noise = (r: Random) => draw(lengthOf(r), () => r.uniform() * 4 - 2);
const steps = (r: Random) => draw(lengthOf(r), () => Math.floor(r.uniform() * 4) - 2);

/** Seeded signals of all the kinds that peaks are sought in. */
export const SIGNALS: Readonly<Record<string, (r: Random) => Float64Array>> = {
  noise,
  walk(r) {
    let height = 0;
    return draw(lengthOf(r), () => height += r.normal() / 2);
  },
  plateaus: steps,
  twoLevels: (r) => draw(lengthOf(r), () => Number(r.uniform() < 0.7)),
  longPlateaus(r) {
    let height = 0;
    return draw(lengthOf(r), () => r.uniform() < 0.6 ? height : height = Math.floor(r.uniform() * 5) - 2);
  },
  constant(r) {
    const height = r.normal();
    return draw(lengthOf(r), () => height);
  },
  tiny: (r) => draw(Math.floor(r.uniform() * 5), () => Math.floor(r.uniform() * 3)),
  ringing(r) {
    const decay = 0.9 + r.uniform() * 0.1;
    return draw(lengthOf(r), (k) => 2 * decay ** k * Math.cos(k * 1.3));
  },
  withNaN: (r) => holed(r, r.uniform() < 0.5 ? noise(r) : steps(r), [NaN]),
  withInfinity: (r) => holed(r, r.uniform() < 0.5 ? noise(r) : steps(r), [Infinity, -Infinity]),
  withAll: (r) => holed(r, steps(r), [NaN, Infinity, -Infinity, -0, 5e-324, 1e308]),
};
