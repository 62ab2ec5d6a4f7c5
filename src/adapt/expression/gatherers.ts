/** What a gatherer has made of the points so far. */
export interface Gathering {
  /** One more point: the gatherer's arguments there, with that of `alongAxis` behind them. */
  add(values: readonly number[]): void;
  /** The number at this moment; NaN where the points do not give one. */
  value(): number;
}

/** A function over the points so far. What is NaN is left out. */
export interface Gatherer {
  /** How it is written, for errors: `mean(s) or mean(s, points)`. */
  readonly usage: string;
  /** How many signals (or expressions) come first. */
  readonly signals: number;
  /** Numbers known before the run that may follow: at the least, and at the most. */
  readonly constants?: readonly [number, number];
  /** What is wrong with the constants, if anything. */
  refuses?(constants: readonly number[]): string | undefined;
  /** A signal (an axis) whose number at each point is added behind the arguments. */
  readonly alongAxis?: string;
  /** Begins anew, with no points. */
  start(constants: readonly number[]): Gathering;
}

/** Follows whole numbers of points, at least one. */
function wholePoints([points]: readonly number[]): string | undefined {
  if (points === undefined || (Number.isSafeInteger(points) && points >= 1)) return undefined;
  return `a whole number of points, at least 1, is wanted, not ${points}`;
}

/** Moments of a growing series, by Welford's update (Technometrics 4 (1962) 419), which loses no digits to a large mean. */
class Moments implements Gathering {
  #n = 0;
  #mean = 0;
  #squares = 0;
  #total = 0;

  constructor(readonly of: (n: number, mean: number, squares: number, total: number) => number) {}

  add([value]: readonly number[]): void {
    if (Number.isNaN(value)) return;
    this.#n++;
    const off = value - this.#mean;
    this.#mean += off / this.#n;
    this.#squares += off * (value - this.#mean);
    this.#total += value;
  }

  value(): number {
    return this.of(this.#n, this.#mean, this.#squares, this.#total);
  }
}

/** The latest finite rows, at most `size` of them, oldest first. */
class Window implements Gathering {
  readonly #rows: number[][] = [];

  constructor(readonly size: number, readonly of: (rows: readonly (readonly number[])[]) => number) {}

  add(values: readonly number[]): void {
    if (values.some(Number.isNaN)) return;
    this.#rows.push([...values]);
    if (this.#rows.length > this.size) this.#rows.shift();
  }

  value(): number {
    return this.of(this.#rows);
  }
}

/** A state that each number without NaN replaces or leaves. */
class Kept implements Gathering {
  #kept: readonly number[] | undefined;

  constructor(readonly replaces: (values: readonly number[], kept: readonly number[]) => boolean) {}

  add(values: readonly number[]): void {
    if (values.some(Number.isNaN)) return;
    if (this.#kept === undefined || this.replaces(values, this.#kept)) this.#kept = [...values];
  }

  value(): number {
    return this.#kept?.[0] ?? NaN;
  }
}

type Statistic = (n: number, mean: number, squares: number, total: number) => number;

/** A statistic of moments, over all points or the latest few. */
function moments(name: string, of: Statistic): Gatherer {
  return {
    usage: `${name}(signal) or ${name}(signal, points)`,
    signals: 1,
    constants: [0, 1],
    refuses: wholePoints,
    start: ([points]) => points === undefined ? new Moments(of) : new Window(points, (rows) => ofRows(rows, of)),
  };
}

function ofRows(rows: readonly (readonly number[])[], of: Statistic): number {
  const all = new Moments(of);
  for (const row of rows) all.add(row);
  return all.value();
}

/** A gatherer of one or two signals that keeps the first of those of one point. */
function kept(usage: string, signals: number, replaces: Kept["replaces"]): Gatherer {
  return { usage, signals, start: () => new Kept(replaces) };
}

/** The middle of the numbers, or the mean of the two in the middle. */
export function medianOf(numbers: Float64Array): number {
  const sorted = numbers.sort(), n = sorted.length;
  if (n === 0) return NaN;
  return n % 2 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/** What `mean`, `std`, … make of the points so far. `std` is numpy's (divided by n), `sem` scipy's (by n − 1). */
export const GATHERERS: Readonly<Record<string, Gatherer>> = {
  n: moments("n", (n) => n),
  sum: moments("sum", (_n, _mean, _squares, total) => total),
  mean: moments("mean", (n, mean) => n ? mean : NaN),
  std: moments("std", (n, _mean, squares) => n ? Math.sqrt(squares / n) : NaN),
  var: moments("var", (n, _mean, squares) => n ? squares / n : NaN),
  sem: moments("sem", (n, _mean, squares) => n > 1 ? Math.sqrt(squares / (n - 1) / n) : NaN),
  median: {
    usage: "median(signal) or median(signal, points)",
    signals: 1,
    constants: [0, 1],
    refuses: wholePoints,
    start: ([points = Infinity]) => new Window(points, (rows) => medianOf(Float64Array.from(rows, ([value]) => value))),
  },
  min: kept("min(signal)", 1, ([value], [least]) => value < least),
  max: kept("max(signal)", 1, ([value], [most]) => value > most),
  first: kept("first(signal)", 1, () => false),
  last: kept("last(signal)", 1, () => true),
  at_max: kept("at_max(what, signal)", 2, ([, value], [, most]) => value > most),
  at_min: kept("at_min(what, signal)", 2, ([, value], [, least]) => value < least),
};

/** The slope of the straight line through points (y, x) by least squares. NaN for fewer than two places. */
function slopeOf(rows: readonly (readonly number[])[]): number {
  const n = rows.length;
  let meanX = 0, meanY = 0, above = 0, below = 0;
  for (const [y, x] of rows) {
    meanX += x / n;
    meanY += y / n;
  }
  for (const [y, x] of rows) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return below > 0 ? above / below : NaN;
}

/** `slope(signal)`: its rise per unit of `along` between the latest two points; `slope(signal, points)`: of the line through so many. */
export const SLOPE: Gatherer = {
  usage: "slope(signal) or slope(signal, points)",
  signals: 1,
  constants: [0, 1],
  refuses: ([points = 2]) => points >= 2 ? wholePoints([points]) : `at least 2 points make a slope, not ${points}`,
  start: ([points = 2]) => new Window(points, slopeOf),
};

/** `previous(signal)`: what it was at the point before this one. */
export const PREVIOUS: Gatherer = {
  usage: "previous(signal)",
  signals: 1,
  start: () => {
    let now = NaN, before = NaN;
    return {
      add: ([value]) => [before, now] = [now, value],
      value: () => before,
    };
  },
};
