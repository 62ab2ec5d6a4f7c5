/**
 * A number in at most seven digits, without zeros at the end: what a person reads off.
 *
 * @example
 * ```ts
 * import { shortNumber } from "./short_number.ts";
 * console.assert(shortNumber(0.1 + 0.2) === "0.3" && shortNumber(640.22471234) === "640.2247");
 * ```
 */
export function shortNumber(number: number): string {
  return String(Number(number.toPrecision(7)));
}
