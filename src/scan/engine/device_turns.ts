/**
 * One at a time at each device: what looks at a detector beside the scan never triggers it while the scan reads it, nor
 * the other way round. The scan waits for its turn; whoever only watches tries, and comes again later.
 *
 * @example
 * ```ts
 * import { DeviceTurns } from "./device_turns.ts";
 * const turns = new DeviceTurns();
 * console.assert(turns.enter("diode") === undefined); // free: no waiting
 * console.assert(!turns.tryEnter("diode") && turns.tryEnter("camera"));
 * const next = turns.enter("diode");
 * turns.leave("diode");
 * await next;
 * ```
 */
export class DeviceTurns {
  /** Devices that somebody is at, and who waits there. */
  readonly #waiting = new Map<string, (() => void)[] | undefined>();

  /** Takes the turn at a device; undefined when it is free, else a promise of it, in the order of asking. */
  enter(device: string): Promise<void> | undefined {
    const before = this.#waiting.get(device);
    if (!this.#waiting.has(device)) {
      this.#waiting.set(device, undefined);
      return undefined;
    }
    return new Promise((resolve) => {
      if (before) before.push(resolve);
      else this.#waiting.set(device, [resolve]);
    });
  }

  /** Takes the turn at a device where it is free; says whether it did. */
  tryEnter(device: string): boolean {
    return !this.#waiting.has(device) && this.enter(device) === undefined;
  }

  /** Lets the next one have its turn. To be called once for each turn, also for one that is no longer waited for. */
  leave(device: string): void {
    const next = this.#waiting.get(device)?.shift();
    if (next) next();
    else this.#waiting.delete(device);
  }
}
