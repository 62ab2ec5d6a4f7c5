/** What is wrong with the numbers of the points of a run. */
export interface OrderFaults {
  /** Numbers that two points or more have. */
  readonly twice: readonly number[];
  /** Numbers below the largest that no point has. */
  readonly absent: number;
  /** The first of these. */
  readonly firstAbsent: number | undefined;
}

/**
 * Looks whether the points of a run are numbered 0, 1, 2, … through all passes, each number once.
 *
 * @example
 * ```ts
 * import { verifyOrder } from "./verify_order.ts";
 * const { twice, absent, firstAbsent } = verifyOrder([Float64Array.of(0, 2, 2), Float64Array.of(4)]);
 * console.assert(twice.join() === "2" && absent === 2 && firstAbsent === 1);
 * ```
 */
export function verifyOrder(groups: readonly Float64Array[]): OrderFaults {
  const all = new Float64Array(groups.reduce((sum, group) => sum + group.length, 0));
  let at = 0;
  for (const group of groups) {
    all.set(group, at);
    at += group.length;
  }
  all.sort();
  const twice: number[] = [];
  let absent = 0, firstAbsent: number | undefined;
  for (let k = 0, expected = 0; k < all.length; k++) {
    if (k > 0 && all[k] === all[k - 1]) {
      if (twice.at(-1) !== all[k]) twice.push(all[k]);
      continue;
    }
    if (all[k] > expected) firstAbsent ??= expected;
    absent += all[k] - expected;
    expected = all[k] + 1;
  }
  return { twice, absent, firstAbsent };
}
