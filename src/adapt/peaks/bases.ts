/** The lowest samples that can be reached from each peak without climbing above it; one entry per peak. */
export interface Bases {
  /** To the left of the peak, the nearest of equally low ones; the peak itself where nothing lower is reached. */
  readonly leftBases: Int32Array;
  /** To the right of the peak, likewise. */
  readonly rightBases: Int32Array;
}

/** The slopes on both sides of each node. */
interface Feet {
  /** The lowest sample down the left slope of node k, not beyond node k − 1; the nearest of equally low ones. */
  readonly left: Int32Array;
  /** The lowest sample down the right slope of node k, not beyond node k + 1; the nearest of equally low ones. */
  readonly right: Int32Array;
  /** 0 where NaN stands between the nodes k − 1 and k, which nothing passes. */
  readonly joined: Uint8Array;
}

/**
 * The bases of all nodes in time proportional to the length of the signal, however deep the nesting.
 *
 * Between two neighbouring local maxima the signal falls and then rises, so the lowest sample between them is at the
 * foot of both slopes, and only local maxima can stop a walk for good. It is therefore enough to look at the nodes: a
 * stack holds those that are still the highest seen from where we are, with the lowest sample between each and the one
 * below it on the stack; a node takes over the lowest samples of all that it looks over (the "previous greater element"
 * stack, with minima).
 *
 * @param nodes ascending, without repetition; they include every local maximum of `x`
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

/** Walks down both slopes of every node. */
function feet(x: Float64Array, nodes: Int32Array): Feet {
  const count = nodes.length, left = nodes.slice(), right = nodes.slice(), joined = new Uint8Array(count);
  let end = -1; // where the previous node's right slope ends, past all that is equally low
  for (let k = 0; k < count; k++) {
    const node = nodes[k], first = k ? nodes[k - 1] : 0, last = k + 1 < count ? nodes[k + 1] : x.length - 1;
    let foot = node, low = x[node];
    for (let i = node - 1; i >= first && x[i] <= low; i--) if (x[i] < low) low = x[foot = i];
    left[k] = foot;
    joined[k] = Number(foot === end);
    foot = end = node;
    low = x[node];
    for (let i = node + 1; i <= last && x[i] <= low; i++) {
      end = i;
      if (x[i] < low) low = x[foot = i];
    }
    right[k] = foot;
  }
  return { left, right, joined };
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
