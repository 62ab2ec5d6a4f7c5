import { ARITHMETIC, CONSTANTS, ELEMENTWISE } from "../../adapt/expression/elementwise.ts";
import type { ArithmeticOperator, CompareOperator, Expression } from "../../adapt/expression/expression.ts";
import {
  ANYTHING,
  atCorners,
  hull,
  inDomain,
  type Interval,
  interval,
  isEmpty,
  isPoint,
  ofTruth,
  type Truth,
  truthOf,
} from "./interval.ts";

/** What is known of a name: a range of numbers, or the labels that it may have. */
export type Ranges = (name: string) => Interval | ReadonlySet<string>;

/**
 * All that an expression may come to when each of its names may be anything in its range: interval arithmetic (R. E. Moore,
 * Interval Analysis, 1966). It is never too narrow; it is too wide where a name stands several times.
 *
 * @example
 * ```ts
 * import { parseExpression } from "../../adapt/expression/parse_expression.ts";
 * import { interval } from "./interval.ts";
 * import { intervalOf } from "./interval_of.ts";
 * const { low, high } = intervalOf(parseExpression("abs(x) + 1"), () => interval(-2, 1));
 * console.assert(low === 1 && high === 3);
 * ```
 */
export function intervalOf(node: Expression, ranges: Ranges): Interval {
  const of = (inner: Expression) => intervalOf(inner, ranges);
  switch (node.kind) {
    case "number":
      return interval(node.value);
    case "name": {
      const range = ranges(node.name);
      return isLabels(range) ? ANYTHING : range;
    }
    case "unary": {
      const inner = of(node.operand);
      if (node.operator === "+") return inner;
      if (node.operator === "-") return { low: -inner.high, high: -inner.low, nan: inner.nan };
      const { yes, no } = truthOf(inner);
      return ofTruth({ yes: no, no: yes });
    }
    case "binary":
      return arithmetic(node.operator, of(node.left), of(node.right));
    case "compare": {
      const operands = node.operands.map(of);
      return ofTruth(all(node.operators.map((operator, k) => compared(operator, operands[k], operands[k + 1]))));
    }
    case "among":
      return ofTruth(among(node, ranges));
    case "logic": {
      const truths = node.operands.map((operand) => truthOf(of(operand)));
      return ofTruth(node.operator === "and" ? all(truths) : not(all(truths.map(not))));
    }
    case "choice":
      return chosen(of(node.condition), of(node.then), of(node.otherwise));
    case "call":
      return called(node.name, node.args.map(of));
    // Parts of arrays, and what is asked of labels: no condition of numbers has them.
    default:
      return ANYTHING;
  }
}

function isLabels(range: Interval | ReadonlySet<string>): range is ReadonlySet<string> {
  return range instanceof Set;
}

/** Whether one of the labels that a name may have is asked for, and whether one is not. */
function among({ of, labels, negated }: Extract<Expression, { kind: "among" }>, ranges: Ranges): Truth {
  const range = of.kind === "name" ? ranges(of.name) : ANYTHING;
  if (!isLabels(range)) return { yes: true, no: true };
  const hits = [...range].filter((one) => labels.some(({ label }) => label === one)).length;
  const truth = { yes: hits > 0, no: hits < range.size || range.size === 0 };
  return negated ? not(truth) : truth;
}

/** A constant of the language, where nothing else has its name. */
export function constantOf(name: string): Interval | undefined {
  return Object.hasOwn(CONSTANTS, name) ? interval(CONSTANTS[name]) : undefined;
}

function not({ yes, no }: Truth): Truth {
  return { yes: no, no: yes };
}

function all(truths: readonly Truth[]): Truth {
  return { yes: truths.every(({ yes }) => yes), no: truths.some(({ no }) => no) };
}

function chosen(condition: Interval, then: Interval, otherwise: Interval): Interval {
  const { yes, no } = truthOf(condition);
  return hull([...yes ? [then] : [], ...no ? [otherwise] : []]);
}

function compared(operator: CompareOperator, a: Interval, b: Interval): Truth {
  const nan = a.nan || b.nan;
  if (isEmpty(a) || isEmpty(b)) return { yes: operator === "!=", no: operator !== "!=" };
  switch (operator) {
    case "<":
      return { yes: a.low < b.high, no: nan || a.high >= b.low };
    case "<=":
      return { yes: a.low <= b.high, no: nan || a.high > b.low };
    case ">":
      return { yes: a.high > b.low, no: nan || a.low <= b.high };
    case ">=":
      return { yes: a.high >= b.low, no: nan || a.low < b.high };
    case "==":
      return { yes: a.low <= b.high && b.low <= a.high, no: nan || !(isPoint(a) && isPoint(b) && a.low === b.low) };
    case "!=":
      return not(compared("==", a, b));
  }
}

function arithmetic(operator: ArithmeticOperator, a: Interval, b: Interval): Interval {
  const of = ARITHMETIC[operator];
  if (isPoint(a) && isPoint(b) || operator === "+" || operator === "-" || operator === "*") {
    return atCorners(of, [a, b]);
  }
  if (operator === "**") return power(a, b);
  if (b.low <= 0 && b.high >= 0) return ANYTHING;
  if (operator !== "%") return atCorners(of, [a, b], operator === "//");
  if (isEmpty(a) || isEmpty(b)) return ANYTHING;
  const floors = atCorners(ARITHMETIC["//"], [a, b]);
  // Within one period the remainder rises with the dividend.
  if (isPoint(b) && isPoint(floors)) return atCorners(of, [a, b]);
  return {
    low: Math.min(0, b.low),
    high: Math.max(0, b.high),
    nan: a.nan || b.nan || !Number.isFinite(a.high - a.low),
  };
}

function power(base: Interval, exponent: Interval): Interval {
  const of = ARITHMETIC["**"], { low: n } = exponent;
  if (isEmpty(base) || isEmpty(exponent)) return ANYTHING;
  if (isPoint(exponent) && Number.isInteger(n) && n >= 0) {
    const ends = atCorners(of, [base, exponent]);
    return n % 2 === 0 && n > 0 && base.low < 0 && base.high > 0 ? { ...ends, low: 0 } : ends;
  }
  const positive = base.low > 0 || base.low === 0 && exponent.low >= 0;
  const whole = isPoint(exponent) && Number.isInteger(n) && (base.low > 0 || base.high < 0);
  return positive || whole ? atCorners(of, [base, exponent], true) : ANYTHING;
}

/** Functions that only rise or only fall with each argument where they are defined, and whether they are rough. */
const STEADY: Readonly<Record<string, { readonly rough?: boolean; readonly domain?: readonly [number, number] }>> = {
  sqrt: { domain: [0, Infinity] },
  exp: { rough: true },
  log: { rough: true, domain: [0, Infinity] },
  log10: { rough: true, domain: [0, Infinity] },
  log2: { rough: true, domain: [0, Infinity] },
  asin: { rough: true, domain: [-1, 1] },
  acos: { rough: true, domain: [-1, 1] },
  atan: { rough: true },
  round: {},
  floor: {},
  ceil: {},
  sign: {},
  degrees: {},
  radians: {},
};

function called(name: string, args: readonly Interval[]): Interval {
  if (name === "isnan") return ofTruth({ yes: args[0].nan, no: !isEmpty(args[0]) });
  if (name === "where") return chosen(args[0], args[1], args[2]);
  if (!Object.hasOwn(ELEMENTWISE, name)) return ANYTHING;
  const { of } = ELEMENTWISE[name];
  if (args.every(isPoint)) return interval(of(...args.map(({ low }) => low)));
  if (Object.hasOwn(STEADY, name)) {
    const { rough, domain } = STEADY[name];
    return atCorners(of, domain ? [inDomain(args[0], ...domain)] : args, rough);
  }
  if (args.some(isEmpty)) return ANYTHING;
  switch (name) {
    case "min":
    case "max":
    case "clip": {
      const [low, high] = [of(...args.map((arg) => arg.low)), of(...args.map((arg) => arg.high))];
      return interval(low, high, args.some(({ nan }) => nan));
    }
    case "abs":
      return size(args[0]);
    case "hypot":
      return atCorners(of, args.map(size));
    case "sin":
      return wave(Math.sin, args[0], Math.PI / 2);
    case "cos":
      return wave(Math.cos, args[0], 0);
    case "tan":
      return crosses(args[0], Math.PI / 2, Math.PI) ? { ...ANYTHING, nan: args[0].nan } : atCorners(of, args, true);
    case "atan2":
      return args[1].low > 0
        ? atCorners(of, args, true)
        : { low: -Math.PI, high: Math.PI, nan: args.some(({ nan }) => nan) };
    default:
      return ANYTHING;
  }
}

function size({ low, high, nan }: Interval): Interval {
  const most = Math.max(Math.abs(low), Math.abs(high));
  return { low: low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high)), high: most, nan };
}

/** Whether an interval may hold `first` + k · `period` for a whole k; a little wider, for what rounding does to both. */
function crosses({ low, high }: Interval, first: number, period: number): boolean {
  if (!Number.isFinite(high - low)) return true;
  const slack = 1e-9 + 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  return Math.floor((high + slack - first) / period) >= Math.ceil((low - slack - first) / period);
}

/** Sine or cosine: its greatest value is at `top` + 2πk, its least half a turn later. */
function wave(of: (x: number) => number, x: Interval, top: number): Interval {
  if (!Number.isFinite(x.high - x.low)) return { low: -1, high: 1, nan: true };
  const ends = atCorners(of, [x], true), turn = 2 * Math.PI;
  return {
    low: crosses(x, top + Math.PI, turn) ? -1 : Math.max(-1, ends.low),
    high: crosses(x, top, turn) ? 1 : Math.min(1, ends.high),
    nan: x.nan,
  };
}
