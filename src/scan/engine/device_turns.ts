/** Somebody who is at a device, or waits there. */
interface Turn {
  /** Whether what comes of it belongs to a point of the scan. */
  readonly scan: boolean;
  /** Begins it; left out for who found the device free. */
  readonly begin?: () => void;
}

/**
 * One at a time at each device: what looks at a detector beside the scan never triggers it while the scan reads it, nor
 * the other way round. Everybody waits for their turn, in the order of asking.
 *
 * @example
 * ```ts
 * import { DeviceTurns } from "./device_turns.ts";
 * const turns = new DeviceTurns(), others = turns.beside();
 * console.assert(turns.enter("diode") === undefined); // free: no waiting
 * console.assert(others.isScanned("diode") && others.enter("camera") === undefined);
 * console.assert(!others.isScanned("camera"));
 * const next = others.enter("diode");
 * turns.leave("diode");
 * await next;
 * ```
 */
export class DeviceTurns {
  /** By device: who is there, and then who waits. */
  readonly #turns: Map<string, Turn[]>;
  readonly #scan: boolean;

  /** Those of the scan; given others, the same ones for somebody beside it. */
  constructor(of?: DeviceTurns) {
    this.#turns = of ? of.#turns : new Map();
    this.#scan = of === undefined;
  }

  /** The same turns, for those who read beside the scan. */
  beside(): DeviceTurns {
    return new DeviceTurns(this);
  }

  /** Takes the turn at a device; undefined when it is free, else a promise of it, in the order of asking. */
  enter(device: string): Promise<void> | undefined {
    const turns = this.#turns.get(device), scan = this.#scan;
    if (turns) return new Promise((begin) => void turns.push({ scan, begin }));
    this.#turns.set(device, [{ scan }]);
    return undefined;
  }

  /** Whether the scan is at a device, or waits there: soon there is a reading of its own. */
  isScanned(device: string): boolean {
    return this.#turns.get(device)?.some(({ scan }) => scan) ?? false;
  }

  /** Lets the next one have its turn. To be called once for each turn, also for one that is no longer waited for. */
  leave(device: string): void {
    const turns = this.#turns.get(device);
    turns?.shift();
    if (turns?.length) turns[0].begin?.();
    else this.#turns.delete(device);
  }
}
