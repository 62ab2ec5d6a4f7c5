import { InputError, type Issue, show } from "../../core/errors.ts";

/** The options that are plain numbers: what is allowed, in words and as a test that NaN fails. */
const NUMBERS = {
  distance: { allowed: "a number of at least 1", fits: (distance: number) => distance >= 1 },
  wlen: { allowed: "a finite number over 1", fits: (wlen: number) => wlen > 1 && Number.isFinite(wlen) },
  relHeight: { allowed: "a number of at least 0", fits: (relHeight: number) => relHeight >= 0 },
} as const;

/** The name of an option that is a plain number. */
export type NumberKey = keyof typeof NUMBERS;

/** All names of options that are plain numbers. */
export const NUMBER_KEYS = Object.keys(NUMBERS) as NumberKey[];

/** What is wrong with such an option, when it is given (not undefined and not null). */
export function numberIssues(key: NumberKey, received: unknown): Issue[] {
  const { allowed, fits } = NUMBERS[key];
  if (received === undefined || received === null || (typeof received === "number" && fits(received))) return [];
  return [{ path: key, message: `got ${show(received)}; allowed: ${allowed}`, received, allowed, severity: "error" }];
}

/** Throws an `InputError` when such an option is wrong. */
export function checkNumber(key: NumberKey, received: unknown): void {
  const issues = numberIssues(key, received);
  if (issues.length) throw new InputError(issues);
}
