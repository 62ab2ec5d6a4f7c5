import type { ArithmeticOperator, CompareOperator } from "./expression.ts";

/** A function of numbers that gives a number; of arrays, element by element, as numpy broadcasts them. */
export interface Elementwise {
  /** How many arguments it takes, at the least and at the most. */
  readonly arity: readonly [number, number];
  /** What it does with numbers; a condition is 1 or 0, and NaN is never true. */
  readonly of: (...numbers: number[]) => number;
}

/** Python's power in doubles: like C's `pow`, which unlike JavaScript's gives 1 for `1 ** nan` and `(-1) ** inf`. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

/** Python's remainder: it has the sign of the divisor. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return (rest < 0) !== (b < 0) ? rest + b : rest;
}

/** numpy's floor division: as exact as the remainder lets it be. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const whole = (a - remainder(a, b)) / b;
  const floor = Math.floor(whole);
  return whole - floor > 0.5 ? floor + 1 : floor;
}

/** numpy's rounding: halves go to the even neighbour. */
function roundEven(x: number): number {
  const floor = Math.floor(x), rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The length of a vector; the short way where its squares stay in range, as `Math.hypot` is slow. */
function hypotenuse(x: number, y: number): number {
  const squares = x * x + y * y;
  return squares > 1e-280 && squares < 1e280 ? Math.sqrt(squares) : Math.hypot(x, y);
}

/** Python's arithmetic. */
export const ARITHMETIC: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": floorDivide,
  "%": remainder,
  "**": power,
};

/** Comparisons: 1 or 0. */
export const COMPARE: Readonly<Record<CompareOperator, (a: number, b: number) => number>> = {
  "<": (a, b) => a < b ? 1 : 0,
  "<=": (a, b) => a <= b ? 1 : 0,
  ">": (a, b) => a > b ? 1 : 0,
  ">=": (a, b) => a >= b ? 1 : 0,
  "==": (a, b) => a === b ? 1 : 0,
  "!=": (a, b) => a !== b ? 1 : 0,
};

/** Whether a number counts as true: it is neither 0 nor NaN. */
export function isTrue(number: number): boolean {
  return number !== 0 && number === number;
}

const one = (of: (x: number) => number): Elementwise => ({ arity: [1, 1], of });
const two = (of: (a: number, b: number) => number): Elementwise => ({ arity: [2, 2], of });
const several = (of: (...numbers: number[]) => number): Elementwise => ({ arity: [2, 32], of });

/** The functions that work element by element; numpy's names and numpy's results. */
export const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  abs: one(Math.abs),
  sqrt: one(Math.sqrt),
  exp: one(Math.exp),
  log: one(Math.log),
  log10: one(Math.log10),
  log2: one(Math.log2),
  sin: one(Math.sin),
  cos: one(Math.cos),
  tan: one(Math.tan),
  asin: one(Math.asin),
  acos: one(Math.acos),
  atan: one(Math.atan),
  atan2: two(Math.atan2),
  hypot: two(hypotenuse),
  min: several(Math.min),
  max: several(Math.max),
  clip: { arity: [3, 3], of: (x, least, most) => Math.min(Math.max(x, least), most) },
  round: one(roundEven),
  floor: one(Math.floor),
  ceil: one(Math.ceil),
  sign: one(Math.sign),
  degrees: one((x) => x * (180 / Math.PI)),
  radians: one((x) => x * (Math.PI / 180)),
  isnan: one((x) => x === x ? 0 : 1),
  where: { arity: [3, 3], of: (condition, then, otherwise) => isTrue(condition) ? then : otherwise },
};

/** Names of numbers that are always there, unless a signal is called the same. */
export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, nan: NaN, inf: Infinity };
