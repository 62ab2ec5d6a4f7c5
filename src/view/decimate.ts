import type { Scale } from "./scale.ts";

/** Samples between two gaps, as places on the page. */
export interface Stroke {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * What can be seen of a curve: of neighbouring samples in one column of pixels, the first, the lowest, the highest and
 * the last, so that the picture is the same and no peak vanishes (the M4 aggregation of Jugel et al., VLDB 2014). The
 * order of the samples is kept, so curves that go back and forth stay themselves.
 * Samples that are not finite make gaps; those outside the x domain are left out but for one neighbour at either end.
 *
 * @param perColumn pixels to a column
 */
export function decimate(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  xScale: Scale,
  yScale: Scale,
  perColumn = 1,
): Stroke[] {
  return runsInView(x, y, xScale, yScale).map(([start, end]) => {
    const kept = keepExtremes(start, end, (i) => Math.floor(xScale(x[i]) / perColumn), (i) => y[i]);
    return { x: kept.map((i) => xScale(x[i])), y: kept.map((i) => yScale(y[i])) };
  });
}

/**
 * The samples of a curve to keep, about `most` of them: the extremes of each stretch of neighbours. Samples around gaps
 * are kept, and so are the gaps.
 */
export function thinIndices(y: ArrayLike<number>, most: number): number[] {
  const length = y.length, stretch = Math.max(1, 4 * length / most), kept: number[] = [];
  for (let start = 0; start < length;) {
    let end = start;
    while (end < length && Number.isFinite(y[end])) end++;
    for (const i of keepExtremes(start, end, (i) => Math.floor(i / stretch), (i) => y[i])) kept.push(i);
    // One sample stands for a gap of any length.
    if (end < length && end > start) kept.push(end);
    start = end + 1;
  }
  return kept;
}

/** Runs `[start, end)` of samples that can be drawn and touch the x domain. */
function runsInView(x: ArrayLike<number>, y: ArrayLike<number>, xScale: Scale, yScale: Scale): [number, number][] {
  const low = Math.min(...xScale.range), high = Math.max(...xScale.range), length = Math.min(x.length, y.length);
  const side = (i: number) => {
    const at = xScale(x[i]);
    return at < low ? -1 : at > high ? 1 : 0;
  };
  const drawable = (i: number) => i < length && Number.isFinite(xScale(x[i])) && Number.isFinite(yScale(y[i]));
  const runs: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= length; i++) {
    const here = drawable(i);
    const inView = here && (side(i) === 0 ||
      (i > 0 && drawable(i - 1) && side(i - 1) !== side(i)) || (drawable(i + 1) && side(i + 1) !== side(i)));
    if (inView && start < 0) start = i;
    if (!inView && start >= 0) {
      runs.push([start, i]);
      start = -1;
    }
  }
  return runs;
}

/** Indices to keep of `[start, end)`, ascending. */
function keepExtremes(
  start: number,
  end: number,
  columnOf: (i: number) => number,
  heightOf: (i: number) => number,
): number[] {
  const kept: number[] = [];
  for (let first = start; first < end;) {
    const column = columnOf(first);
    let last = first, lowest = first, highest = first;
    for (let i = first + 1; i < end && columnOf(i) === column; i++) {
      last = i;
      if (heightOf(i) < heightOf(lowest)) lowest = i;
      if (heightOf(i) > heightOf(highest)) highest = i;
    }
    kept.push(...[...new Set([first, lowest, highest, last])].sort((a, b) => a - b));
    first = last + 1;
  }
  return kept;
}
