import type { Linspace, Logspace, Spiral, Step } from "../core/plan.ts";

/** The setpoint at each index, as a function, so that a long line costs no memory. */
export type At = (i: number) => number;

/** `numpy.linspace(start, stop, num)`: start + i·(stop − start)/(num − 1), the last one exactly `stop`. */
export function linspaceAt({ start, stop, num }: Linspace): At {
  const by = (stop - start) / (num - 1);
  return (i) => num === 1 ? start : i === num - 1 ? stop : start + i * by;
}

/** start·(stop/start)^(i/(num − 1)), both ends exact. */
export function logspaceAt({ start, stop, num }: Logspace): At {
  const ratio = Math.log(stop / start);
  return (i) => i === 0 ? start : i === num - 1 ? stop : start * Math.exp(ratio * (i / (num - 1)));
}

/** How far from a whole number of steps `stop` may be and still count as met: a part of a step. */
const MEETS = 1e-9;

/** How many setpoints a `step` has; 0 when the step leads away from `stop` or is 0. */
export function stepCount({ start, stop, step, end }: Step): number {
  const steps = (stop - start) / step;
  if (!(steps >= 0) || step === 0) return steps === 0 && end === "included" ? 1 : 0;
  const whole = Math.round(steps), met = Math.abs(steps - whole) <= MEETS * Math.max(1, whole);
  return met ? (end === "included" ? whole + 1 : whole) : Math.floor(steps) + 1;
}

/** start + i·step; a last one that meets `stop` is exactly `stop`. */
export function stepAt(node: Step): At {
  const { start, stop, step, end } = node, num = stepCount(node);
  const met = end === "included" && Math.abs((stop - start) / step - (num - 1)) <= MEETS * Math.max(1, num - 1);
  return (i) => met && i === num - 1 ? stop : start + i * step;
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
