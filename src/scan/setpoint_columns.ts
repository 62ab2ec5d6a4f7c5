import type { Linspace, Logspace, Spiral, Step } from "../core/plan.ts";

/** The setpoint at each index, as a function, so that a long line costs no memory. */
export type At = (i: number) => number;

/**
 * `numpy.linspace(start, stop, num)`: start + i·(stop − start)/(num − 1), the last one exactly `stop`. Where the step is
 * too small to be a number, numpy multiplies first, and so does this.
 */
export function linspaceAt({ start, stop, num }: Linspace): At {
  const span = stop - start, by = span / (num - 1);
  const along = by === 0 ? (i: number) => i / (num - 1) * span : (i: number) => i * by;
  return (i) => num === 1 ? start : i === num - 1 ? stop : start + along(i);
}

/** start·(stop/start)^(i/(num − 1)), both ends exact and nothing beyond them. */
export function logspaceAt({ start, stop, num }: Logspace): At {
  const ratio = Math.log(Math.abs(stop)) - Math.log(Math.abs(start));
  const least = Math.min(start, stop), most = Math.max(start, stop);
  return (i) => {
    if (i === 0) return start;
    if (i === num - 1) return stop;
    const root = Math.exp(ratio * (i / (num - 1)) / 2); // In two steps: the whole factor may be more than a number can say.
    return Math.min(most, Math.max(least, start * root * root));
  };
}

/** How many steps lead from `start` to `stop`, and whether they meet it. */
interface Steps {
  /** Not negative, whole when `stop` is met; NaN when the steps lead away. */
  readonly steps: number;
  readonly met: boolean;
}

/**
 * Decimal steps such as 0.1 are not exact, so `stop` counts as met within what the rounding of `start`, `stop` and `step`
 * can come to, and within a billionth of a step.
 */
function stepsOf({ start, stop, step }: Step): Steps {
  const steps = (stop - start) / step;
  if (step === 0 || !(steps >= 0)) return { steps: NaN, met: false };
  const rounding = 2 * Number.EPSILON * (Math.max(Math.abs(start), Math.abs(stop)) / Math.abs(step) + steps);
  const whole = Math.round(steps), met = Math.abs(steps - whole) <= Math.min(0.4, 1e-9 + rounding);
  return { steps: met ? whole : steps, met };
}

/** How many setpoints a `step` has; 0 when the steps lead away from `stop`, or are 0, or when `stop` alone is excluded. */
export function stepCount(node: Step): number {
  const { steps, met } = stepsOf(node);
  if (Number.isNaN(steps)) return 0;
  return met && node.end === "excluded" ? steps : Math.floor(steps) + 1;
}

/** start + i·step; a last one that meets `stop` is exactly `stop`. */
export function stepAt(node: Step): At {
  const { start, stop, step, end } = node,
    { steps, met } = stepsOf(node),
    last = met && end === "included" ? steps : NaN;
  return (i) => i === last ? stop : start + i * step;
}

/** The golden angle, π(3 − √5), which makes Fermat's spiral even (Vogel, Math. Biosci. 44, 179, 1979). */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * The two columns of a spiral. Fermat: r = √((i + ½)/(n − ½)), θ = i·golden angle. Archimedean: r ∝ θ with equal steps
 * along the arm, t = √(i/(n − 1)), r = t, θ = 2π·turns·t; √((n − 1)/π) turns put the arms as far apart as the points.
 */
export function spiralAt({ center, radius, num, shape = "fermat", turns }: Spiral): [At, At] {
  const radii = typeof radius === "number" ? [radius, radius] : radius;
  const windings = turns ?? Math.max(1, Math.sqrt((num - 1) / Math.PI));
  const polar = (i: number): [number, number] => {
    if (shape === "fermat") return [num === 1 ? 0 : Math.sqrt((i + 0.5) / (num - 0.5)), i * GOLDEN_ANGLE];
    const t = num === 1 ? 0 : Math.sqrt(i / (num - 1));
    return [t, 2 * Math.PI * windings * t];
  };
  return [
    (i) => center[0] + radii[0] * polar(i)[0] * Math.cos(polar(i)[1]),
    (i) => center[1] + radii[1] * polar(i)[0] * Math.sin(polar(i)[1]),
  ];
}
