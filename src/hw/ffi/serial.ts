/** Runs calls one after the other, in the order in which they were asked for. */
export type Serial = <T>(call: () => T | PromiseLike<T>) => Promise<T>;

/**
 * A queue for one handle of a vendor library: nonblocking calls otherwise run at the same time on threads of a pool.
 * A call that fails does not stop those behind it.
 *
 * @example
 * ```ts
 * import { serial } from "./serial.ts";
 * const queue = serial(), order: number[] = [];
 * await Promise.all([
 *   queue(() => Promise.resolve().then(() => order.push(1))),
 *   queue(() => order.push(2)),
 * ]);
 * console.assert(order.join() === "1,2");
 * ```
 */
export function serial(): Serial {
  let tail: Promise<unknown> = Promise.resolve();
  return <T>(call: () => T | PromiseLike<T>): Promise<T> => {
    const turn = tail.then(call);
    tail = turn.catch(() => {});
    return turn;
  };
}
