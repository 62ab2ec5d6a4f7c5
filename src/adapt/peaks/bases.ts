/** The lowest samples that can be reached from each peak without climbing above it; one entry per peak. */
export interface Bases {
  /** To the left of the peak, the nearest of equally low ones; the peak itself where nothing lower is reached. */
  readonly leftBases: Int32Array;
  /** To the right of the peak, likewise. */
  readonly rightBases: Int32Array;
}

/** The lowest samples beside each node. */
interface Feet {
  /** The lowest sample from node k back to node k − 1; the nearest of equally low ones. */
  readonly left: Int32Array;
  /** The lowest sample from node k on to node k + 1; the nearest of equally low ones. */
  readonly right: Int32Array;
  /** 0 where NaN stands between the nodes k − 1 and k, which nothing passes. */
  readonly joined: Uint8Array;
}

/**
 * The bases of all nodes in time proportional to the length of the signal, however deep the nesting.
 *
 * A walk away from a node ends at a higher sample, from which the signal only climbs to the next node (or the signal's
 * end, or NaN): nothing lower lies between, so it is enough to look from node to node. A stack holds the nodes that are
 * still the highest seen from where we are, each with the lowest sample between it and the one below it on the stack; a
 * node takes over the lowest samples of all that it looks over (the "previous greater element" stack, with minima).
 *
 * @param nodes ascending, without repetition; they include every local maximum of `x` that is higher than the lowest of
 * them
 */
export function sweepBases(x: Float64Array, nodes: Int32Array): Bases {
  const { left, right, joined } = feet(x, nodes);
  const count = nodes.length, leftBases = new Int32Array(count), rightBases = new Int32Array(count);
  const stack = new HighStack(count);
  for (let k = 0; k < count; k++) {
    if (!joined[k]) stack.clear();
    leftBases[k] = stack.take(x[nodes[k]], x[left[k]], left[k]);
  }
  stack.clear();
  for (let k = count - 1; k >= 0; k--) {
    rightBases[k] = stack.take(x[nodes[k]], x[right[k]], right[k]);
    if (!joined[k]) stack.clear();
  }
  return { leftBases, rightBases };
}

/**
 * The lowest samples between each two neighbouring nodes, and before the first and after the last one. Where a gap
 * holds NaN, both nodes look for themselves up to it. The loop avoids branches as `localMaxima` does.
 */
function feet(x: Float64Array, nodes: Int32Array): Feet {
  const count = nodes.length, left = nodes.slice(), right = nodes.slice(), joined = new Uint8Array(count);
  for (let k = 0; k <= count; k++) {
    const from = k > 0 ? nodes[k - 1] : 0, to = k < count ? nodes[k] : x.length - 1;
    let first = from, last = from, low = x[from], holes = Number(low !== low);
    for (let i = from + 1; i <= to; i++) {
      const sample = x[i];
      first = sample < low ? i : first;
      last = sample <= low ? i : last;
      low = sample < low ? sample : low;
      holes |= Number(sample !== sample);
    }
    if (k > 0) right[k - 1] = holes ? lowest(x, from, to, 1) : first;
    if (k < count) left[k] = holes ? lowest(x, to, from, -1) : last;
    if (k < count) joined[k] = 1 - holes;
  }
  return { left, right, joined };
}

/** The lowest sample from `from` in steps of 1 or −1 to `to` or the first NaN; the nearest of equally low ones. */
function lowest(x: Float64Array, from: number, to: number, step: 1 | -1): number {
  let foot = from;
  for (let i = from; i !== to + step && !Number.isNaN(x[i]); i += step) if (x[i] < x[foot]) foot = i;
  return foot;
}

/** Nodes in descending height, each with the lowest sample between it and the one under it. */
class HighStack {
  readonly #heights: Float64Array;
  readonly #lows: Float64Array;
  readonly #bases: Int32Array;
  #top = 0;

  constructor(capacity: number) {
    this.#heights = new Float64Array(capacity + 1);
    this.#heights[0] = NaN; // at the bottom: no height is at or above it
    this.#lows = new Float64Array(capacity + 1);
    this.#bases = new Int32Array(capacity + 1);
  }

  clear(): void {
    this.#top = 0;
  }

  /** Removes the nodes that are not higher than `height`, and puts this one on top; returns its base. */
  take(height: number, low: number, base: number): number {
    const heights = this.#heights, lows = this.#lows, bases = this.#bases;
    let top = this.#top;
    for (; heights[top] <= height; top--) {
      if (lows[top] < low) {
        low = lows[top];
        base = bases[top];
      }
    }
    this.#top = ++top;
    heights[top] = height;
    lows[top] = low;
    return bases[top] = base;
  }
}
