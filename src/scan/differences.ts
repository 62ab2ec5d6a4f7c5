import { type Issue, show } from "../core/errors.ts";

/** As JSON has it: what is undefined is not there. */
type Plain = Readonly<Record<string, unknown>>;

function isObject(entry: unknown): entry is Plain {
  return typeof entry === "object" && entry !== null;
}

/**
 * Where data that are given differ from data that are stored: an issue for each place.
 *
 * @example
 * ```ts
 * import { differences } from "./differences.ts";
 * const [issue] = differences({ num: 11 }, { num: 12 }, "plan");
 * console.assert(issue.path === "plan.num" && issue.message === "is 11 in the store; 12 was given");
 * ```
 */
export function differences(stored: unknown, given: unknown, path: string): Issue[] {
  if (isObject(stored) && isObject(given) && Array.isArray(stored) === Array.isArray(given)) {
    const inside = (key: string) => Array.isArray(stored) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    return [...new Set([...Object.keys(stored), ...Object.keys(given)])]
      .flatMap((key) => differences(stored[key], given[key], inside(key)));
  }
  if (Object.is(stored, given) || stored === given || stored === null && given === undefined) return [];
  const message = `is ${show(stored)} in the store; ${show(given)} was given`;
  return [{ path, message, received: given, allowed: show(stored), severity: "error" }];
}
