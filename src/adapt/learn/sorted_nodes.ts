import { hash32 } from "../../core/random.ts";

/** Levels of the skip list: enough for 2²⁰ numbers. */
const LEVELS = 20;
/** No node. */
const NONE = -1;

/**
 * Numbers in ascending order, each with a node that keeps its number for good: a skip list (W. Pugh, 1990), so that finding
 * and inserting take a time that grows with the logarithm of how many there are, in whatever order they come. Its coins
 * are hashes of the nodes, so that the same insertions give the same list.
 *
 * @example
 * ```ts
 * import { SortedNodes } from "./sorted_nodes.ts";
 * const nodes = new SortedNodes(), half = nodes.insert(0.5), none = nodes.insert(0);
 * console.assert(nodes.next(none) === half && nodes.find(0.7) === half && nodes.find(-1) === -1);
 * ```
 */
export class SortedNodes {
  /** The number of each node. */
  readonly keys: number[] = [];
  readonly #previous: number[] = [];
  /** By node, plus 1: the next node on each level that it reaches; the head, which reaches all, comes first. */
  readonly #links: number[][] = [new Array(LEVELS).fill(NONE)];
  /** The last node before the place looked for, by level; a link's index. */
  readonly #path = new Int32Array(LEVELS);
  /** Levels that hold a node; above them the head is all there is. */
  #height = 0;

  /** How many nodes there are; they are numbered from 0 in the order of insertion. */
  get size(): number {
    return this.keys.length;
  }

  /** The node of the least number, −1 where there is none. */
  get first(): number {
    return this.#links[0][0];
  }

  /** The node after one, −1 after the last; the first after −1. */
  next(node: number): number {
    return this.#links[node + 1][0];
  }

  /** The node before one, −1 before the first. */
  previous(node: number): number {
    return node < 0 ? NONE : this.#previous[node];
  }

  /** The node of the greatest number that is not above `key`, −1 where there is none. */
  find(key: number): number {
    const { keys } = this;
    let at = 0;
    for (let level = this.#height - 1; level >= 0; level--) {
      for (let node = this.#links[at][level]; node !== NONE && keys[node] <= key; node = this.#links[at][level]) {
        at = node + 1;
      }
      this.#path[level] = at;
    }
    return at - 1;
  }

  /** Inserts a number and gives its new node; the caller sees to it that it is not there. */
  insert(key: number): number {
    const node = this.keys.length, before = this.find(key), after = this.next(before), links: number[] = [];
    this.keys.push(key);
    this.#links.push(links);
    this.#previous.push(before);
    if (after !== NONE) this.#previous[after] = node;
    for (let level = 0, coins = hash32(node); level < LEVELS; level++, coins >>>= 1) {
      if (level >= this.#height) this.#path[this.#height++] = 0;
      const from = this.#links[this.#path[level]];
      links.push(from[level]);
      from[level] = node;
      if ((coins & 1) === 0) break;
    }
    return node;
  }
}
