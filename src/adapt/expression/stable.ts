import type { Environment, SignalType } from "./environment.ts";
import type { Gatherer, Gathering } from "./gatherers.ts";

/** The time of a look, in ms, as a signal beside the others; no name of a signal can contain a space. */
export const LOOK_TIME = "time of the look";

/** The looks of the latest `ms`, and the last one before: they say whether anything has changed in that time. */
class Steadiness implements Gathering {
  /** Oldest first; those before the first are of no interest any more. */
  #looks: (readonly [value: number, ms: number])[] = [];

  constructor(readonly tolerance: number, readonly ms: number) {}

  add([value, atMs]: readonly number[]): void {
    // A signal that could not be read may have been anywhere.
    if (Number.isNaN(value)) {
      this.#looks = [];
      return;
    }
    this.#looks.push([value, atMs]);
    const fromMs = atMs - this.ms;
    let past = 0;
    while (past + 1 < this.#looks.length && this.#looks[past + 1][1] <= fromMs) past++;
    if (past) this.#looks.splice(0, past);
  }

  value(): number {
    const looks = this.#looks;
    if (!looks.length || looks[looks.length - 1][1] - looks[0][1] < this.ms) return 0;
    let least = Infinity, most = -Infinity;
    for (const [value] of looks) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least <= this.tolerance ? 1 : 0;
  }
}

/** `stable(signal, tolerance, ms)`: whether all looks of the latest `ms` are within `tolerance` of each other. */
export const STABLE: Gatherer = {
  usage: "stable(signal, tolerance, ms)",
  signals: 1,
  constants: [2, 2],
  refuses([tolerance, ms]) {
    if (!(tolerance >= 0)) return `a tolerance is at least 0, not ${tolerance}`;
    return ms > 0 && ms < Infinity ? undefined : `a time in ms is above 0, not ${ms}`;
  },
  alongAxis: LOOK_TIME,
  start: ([tolerance, ms]) => new Steadiness(tolerance, ms),
};

/**
 * Where what a run watches stands (`hold`, `settle`, `abort`): the signals at the latest look, and `stable` over looks.
 * Whoever evaluates gives the time of the look by the name `LOOK_TIME`.
 *
 * @example
 * ```ts
 * import { compileNumber } from "./compile_expression.ts";
 * import { LOOK_TIME, lookEnvironment } from "./stable.ts";
 * const settled = compileNumber("stable(T, 0.1, 2000)", lookEnvironment(new Map([["T", {}]]))).start();
 * const T = [4, 4.2, 4.25, 4.28];
 * const said = T.map((t, k) => {
 *   settled.add((name) => name === LOOK_TIME ? 1000 * k : t);
 *   return settled.value();
 * });
 * console.assert(said.join() === "0,0,0,1");
 * ```
 */
export function lookEnvironment(signals: ReadonlyMap<string, SignalType>): Environment {
  return { signals, gatherers: { stable: STABLE } };
}
