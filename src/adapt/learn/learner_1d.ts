import type { LearnLoss } from "../../core/adaptive_plan.ts";
import { errorAsLength, intervalLoss } from "./interval_loss.ts";
import type { Grid, Learner, LearnerOptions } from "./learner.ts";
import { LossHeap } from "./loss_heap.ts";
import { RunningMean } from "./running_mean.ts";
import { SortedNodes } from "./sorted_nodes.ts";

/** When the spread of readings has grown by more than this, all losses are reckoned anew, as in python-adaptive. */
const RESCALE = 2;
/** Differences of losses below this decide nothing. */
const DIGITS = 1e12;
/** A coordinate is measured so often at the most: its error is then an eighth of one reading's. */
const REPEATS = 64;
/** So many of the largest losses are weighed against the way there. */
const NEAREST = 255;
/** What the error of a point counts against the same error in the middle of an interval: new points show more than old ones. */
const AGAIN = 0.7;
/** The least step where none is given, as a part of the range: a jump would be halved down to the last digit without it. */
const FINEST = 2 ** -24;
/** Parts of a step that are rounding. */
const ROUNDING = 1e-9;

type Quad = [number, number, number, number];

/** What a learner of one axis may be told beside what all are. */
export interface Learner1DOptions extends LearnerOptions {
  /**
   * For `resolution`: intervals shorter than the first are not looked into, and those longer than the second come first,
   * as parts of the range. `minStep`, or 0.001 where there is none, and 1 when left out.
   */
  readonly lengths?: readonly [number, number];
}

/**
 * Learns a function of one axis: each question halves the interval with the largest loss. With noise, a point whose mean is
 * more uncertain than the intervals are unknown is measured again.
 *
 * Asking and telling take a time that grows with the logarithm of the number of points; all losses are reckoned anew
 * when the spread of the readings has doubled, which happens seldom.
 *
 * @example
 * ```ts
 * import { Learner1D } from "./learner_1d.ts";
 * const learner = new Learner1D({ ranges: [[-1, 1]], minStep: [0.01] });
 * for (let at = learner.ask(); at && learner.loss() > 0.05; at = learner.ask()) learner.tell(at, Math.tanh(20 * at[0]));
 * console.assert(learner.points < 100);
 * ```
 */
export class Learner1D implements Learner {
  readonly #nodes = new SortedNodes();
  readonly #means: RunningMean[] = [];
  /** What stands for each node: its mean, or what its neighbours say where it is bad. */
  readonly #readings: number[] = [];
  readonly #intervals = new LossHeap((node) => this.#nodes.keys[node]);
  readonly #repeats = new LossHeap((node) => this.#nodes.keys[node]);
  readonly #low: number;
  readonly #high: number;
  readonly #minStep: number;
  /** Coordinates nearer than this are the same one, reckoned in another way. */
  readonly #same: number;
  /** Nothing nearer to a point than this is asked. */
  readonly #apart: number;
  readonly #range: number;
  /** The interval that is looked at, one after the other. */
  readonly #view: { x: Quad; y: Quad; variance: Quad; lengths: readonly [number, number] };
  readonly #kind: LearnLoss;
  readonly #noise: number;
  #least = Infinity;
  #most = -Infinity;
  /** The spread of readings when all losses were reckoned last. */
  #reckoned = 0;
  readonly #outside = new Set<number>();
  /** Nodes where a reading was bad: they are not measured again. */
  readonly #bad = new Set<number>();
  #here = NaN;
  #hasEnds = false;

  /** Of `options`, the first entry of each array counts. */
  constructor(readonly options: Learner1DOptions) {
    const [[low, high]] = options.ranges, grid = options.grid?.[0];
    this.#low = grid ? this.#onGrid(grid, Math.ceil((low - grid.origin) / grid.step - ROUNDING)) : low;
    this.#high = grid ? this.#onGrid(grid, Math.floor((high - grid.origin) / grid.step + ROUNDING)) : high;
    this.#same = 2 * Math.max(Math.abs(low), Math.abs(high)) * Number.EPSILON;
    this.#apart = grid ? grid.step / 2 : this.#same;
    this.#minStep = Math.max((options.minStep?.[0] || FINEST * (high - low)) * (1 - ROUNDING), this.#apart);
    this.#range = high - low;
    const lengths = options.lengths ?? [options.minStep?.[0] ? options.minStep[0] / this.#range : 0.001, 1] as const;
    this.#view = { x: [0, 0, 0, 0], y: [0, 0, 0, 0], variance: [0, 0, 0, 0], lengths };
    this.#kind = options.loss ?? "curvature";
    this.#noise = options.noise ?? 0;
  }

  /** How many different coordinates have been told, bad ones and those outside the range included. */
  get points(): number {
    return this.#nodes.size + this.#outside.size;
  }

  /** The ends of the range first; then where the largest loss is. Undefined when nothing is left. */
  ask(): readonly number[] | undefined {
    const missing = this.#missingEnd();
    if (missing !== undefined) return [missing];
    const interval = this.#choose(), again = this.#repeats.top;
    const asks = interval >= 0 && this.#intervals.loss(interval) > 0;
    if (again >= 0 && this.#repeats.loss(again) > (asks ? this.#intervals.loss(interval) : 0)) {
      return [this.#nodes.keys[again]];
    }
    return asks ? [this.#between(interval, this.#nodes.next(interval))] : undefined;
  }

  /** What was read at a coordinate, NaN for a bad point; outside the range it is counted and no more. */
  tell([x]: readonly number[], y: number): void {
    this.#here = x;
    if (!(x >= Math.min(this.#low, this.options.ranges[0][0]) && x <= this.options.ranges[0][1])) {
      this.#outside.add(x);
      return;
    }
    const node = this.#nodeAt(x);
    if (Number.isFinite(y)) this.#means[node].add(y);
    else this.#bad.add(node);
    const filled = this.#read(node);
    if (this.#spread() > RESCALE * this.#reckoned) this.#reckonAll();
    else this.#reckonAround(node, filled);
  }

  /** The largest loss that can still be lessened, of intervals and of uncertain points; 0 when nothing is left to ask. */
  loss(): number {
    if (this.#nodes.size < 2 || this.#missingEnd() !== undefined) return Infinity;
    const repeat = this.#repeats.top;
    return Math.max(this.#intervals.loss(this.#intervals.top), repeat < 0 ? 0 : this.#repeats.loss(repeat));
  }

  /** An end of the range that was not measured yet; the lower one first. */
  #missingEnd(): number | undefined {
    if (this.#hasEnds) return undefined;
    const { size, first, keys } = this.#nodes;
    if (size === 0 || keys[first] - this.#low > this.#apart) return this.#low;
    if (this.#high - keys[this.#nodes.find(Infinity)] > this.#apart) return this.#high;
    this.#hasEnds = true;
    return undefined;
  }

  /** The node of a coordinate, a new one where it was not told before. */
  #nodeAt(x: number): number {
    const found = this.#nodes.find(x), next = this.#nodes.next(found), { keys } = this.#nodes;
    if (found >= 0 && x - keys[found] < this.#same) return found;
    if (next >= 0 && keys[next] - x < this.#same) return next;
    const node = this.#nodes.insert(x);
    this.#means.push(new RunningMean());
    this.#readings.push(NaN);
    return node;
  }

  /** Takes in what a node says now, and what bad neighbours say therefore; how many nodes away that goes. */
  #read(node: number): number {
    const { mean, num } = this.#means[node];
    this.#readings[node] = num ? mean : this.#fill(node);
    if (num) {
      this.#least = Math.min(this.#least, mean);
      this.#most = Math.max(this.#most, mean);
    }
    return Math.max(
      this.#refill(node, (at) => this.#nodes.previous(at)),
      this.#refill(node, (at) => this.#nodes.next(at)),
    );
  }

  /** Bad neighbours in one direction: the next one, and all that could not be filled before. */
  #refill(node: number, step: (node: number) => number): number {
    let away = 0;
    for (let at = step(node); at >= 0 && this.#means[at].num === 0; at = step(at)) {
      const before = this.#readings[at];
      this.#readings[at] = this.#fill(at);
      away++;
      if (!Number.isNaN(before)) break;
    }
    return away;
  }

  /** What the neighbours of a bad node say of it: the line between them, or the only one. */
  #fill(node: number): number {
    const before = this.#nodes.previous(node), behind = this.#nodes.next(node), { keys } = this.#nodes;
    const left = before < 0 ? NaN : this.#readings[before], right = behind < 0 ? NaN : this.#readings[behind];
    if (Number.isNaN(left)) return right;
    if (Number.isNaN(right)) return left;
    return left + (right - left) * (keys[node] - keys[before]) / (keys[behind] - keys[before]);
  }

  #spread(): number {
    return Math.max(0, this.#most - this.#least);
  }

  #reckonAll(): void {
    this.#reckoned = this.#spread();
    for (let node = this.#nodes.first; node >= 0; node = this.#nodes.next(node)) this.#reckon(node);
  }

  /** An interval looks at its neighbours, so what changes at a node changes two intervals on either side. */
  #reckonAround(node: number, filled: number): void {
    let from = node, to = node;
    for (let k = 0; k < 2 + filled && this.#nodes.previous(from) >= 0; k++) from = this.#nodes.previous(from);
    for (let k = 0; k < 1 + filled && this.#nodes.next(to) >= 0; k++) to = this.#nodes.next(to);
    for (let at = from; at !== to; at = this.#nodes.next(at)) this.#reckon(at);
    this.#reckon(to);
  }

  /** The losses of a node, and of the interval that begins there. */
  #reckon(node: number): void {
    const next = this.#nodes.next(node);
    if (next >= 0) this.#intervals.set(node, this.#intervalLoss(node, next));
    if (this.#noise > 0) this.#repeats.set(node, this.#repeatLoss(node));
  }

  #intervalLoss(node: number, next: number): number {
    if (Number.isNaN(this.#between(node, next))) return 0;
    const scale = this.#spread() || 1;
    this.#look(0, this.#nodes.previous(node), scale);
    this.#look(1, node, scale);
    this.#look(2, next, scale);
    this.#look(3, this.#nodes.next(next), scale);
    const loss = intervalLoss(this.#kind, this.#view);
    return loss > 0 ? Math.round(loss * DIGITS) / DIGITS : 0; // NaN where the spread of readings is beyond all numbers
  }

  /** Puts a node into the view of an interval, scaled; NaN where there is none. */
  #look(k: number, node: number, scale: number): void {
    const { x, y, variance } = this.#view;
    if (node < 0) {
      x[k] = y[k] = variance[k] = NaN;
      return;
    }
    const reading = this.#readings[node];
    x[k] = this.#nodes.keys[node] / this.#range;
    // Without what all readings have in common, no digits of them are lost.
    y[k] = Number.isNaN(reading) ? 0 : (reading - this.#least) / scale;
    variance[k] = this.#noise === 0 ? 0 : (this.#sem(node) / scale) ** 2;
  }

  #sem(node: number): number {
    return this.#means[node].num ? this.#means[node].sem(this.#noise) : this.#noise;
  }

  /** How much is to be gained by measuring a node again, in the measure of the intervals' losses. */
  #repeatLoss(node: number): number {
    const { num } = this.#means[node];
    if (this.#bad.has(node) || num >= REPEATS || this.#kind === "uniform") return 0;
    const error = this.#sem(node) / (this.#spread() || 1);
    if (this.#kind !== "curvature") return error;
    const { keys } = this.#nodes, before = this.#nodes.previous(node), behind = this.#nodes.next(node);
    const length = (behind < 0 ? keys[node] : keys[behind]) - (before < 0 ? keys[node] : keys[before]);
    return AGAIN * errorAsLength(error, length / this.#range / 2);
  }

  /** Where an interval would be divided; NaN where it cannot be. */
  #between(node: number, next: number): number {
    const a = this.#nodes.keys[node], b = this.#nodes.keys[next], grid = this.options.grid?.[0];
    let middle = a + (b - a) / 2;
    if (grid) middle = this.#onGrid(grid, Math.round((middle - grid.origin) / grid.step));
    return middle - a >= this.#minStep && b - middle >= this.#minStep && middle > a && middle < b ? middle : NaN;
  }

  /** The interval with the largest loss; with a travel cost, the best of the largest ones by the way there. */
  #choose(): number {
    const cost = this.options.travelCost ?? 0, top = this.#intervals.top;
    if (!(cost > 0) || top < 0 || Number.isNaN(this.#here)) return top;
    const most = this.#intervals.loss(top);
    let best = top, highest = -Infinity;
    for (let place = 0; place < Math.min(NEAREST, this.#intervals.size); place++) {
      const node = this.#intervals.entry(place), loss = this.#intervals.loss(node);
      if (!(loss > 0)) continue;
      const way = Math.abs(this.#between(node, this.#nodes.next(node)) - this.#here) / this.#range;
      const worth = loss - cost * most * way;
      if (worth > highest) [best, highest] = [node, worth];
    }
    return best;
  }

  /** The coordinate of a step of the grid; rounding must not carry it out of the range. */
  #onGrid({ origin, step }: Grid, k: number): number {
    const [low, high] = this.options.ranges[0];
    return Math.min(Math.max(origin + k * step, low), high);
  }
}
