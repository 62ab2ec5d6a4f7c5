/**
 * Who may trigger a device, one after the other: the scan at its points, the looks of what a run watches, the clocks of
 * what it monitors. Whoever comes first goes first.
 *
 * @example
 * ```ts
 * import { DeviceTurns } from "./device_turns.ts";
 * const turns = new DeviceTurns();
 * console.assert(turns.take("diode") === undefined); // it is free, and taken now
 * const second = turns.take("diode"); // a promise
 * turns.release("diode");
 * await second;
 * turns.release("diode");
 * ```
 */
export class DeviceTurns {
  /** Those that wait, by the device that is taken. */
  readonly #taken = new Map<string, (() => void)[]>();

  /** Takes a device that is free, at once (then undefined), or when all who came before have released it. */
  take(device: string): Promise<void> | undefined {
    const waiting = this.#taken.get(device);
    if (waiting) return new Promise((resolve) => void waiting.push(resolve));
    this.#taken.set(device, []);
    return undefined;
  }

  /** Ends a turn: to be called once for each `take`, when it was given. */
  release(device: string): void {
    const next = this.#taken.get(device)?.shift();
    if (next) next();
    else this.#taken.delete(device);
  }
}
