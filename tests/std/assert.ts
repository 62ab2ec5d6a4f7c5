/**
 * What `@std/assert` means where JSR cannot be reached: the few of its functions that the tests use, on `node:assert`.
 * `deno.jsr.json` maps the same name to `jsr:@std/assert`.
 */
import nodeAssert from "node:assert";

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition {
  nodeAssert.ok(condition, message);
}

/** Deep, strict equality. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepStrictEqual(actual, expected, message);
}

/** The contrary of `assertEquals`. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless `actual` matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  nodeAssert.match(actual, expected, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  nodeAssert.ok(
    actual.includes(expected),
    message ?? `expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

/** Fails unless the two differ by at most `tolerance` (1e-7 when left out). */
export function assertAlmostEquals(actual: number, expected: number, tolerance = 1e-7, message?: string): void {
  nodeAssert.ok(
    Math.abs(actual - expected) <= tolerance,
    message ?? `expected ${actual} to be ${expected} ± ${tolerance}`,
  );
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function check<E extends Error>(thrown: unknown, type?: ErrorClass<E>, includes?: string): E {
  if (type) nodeAssert.ok(thrown instanceof type, `expected ${type.name}, got ${thrown}`);
  if (includes) assertStringIncludes((thrown as Error).message, includes);
  return thrown as E;
}

/** Fails unless `fn` throws (an instance of `type`, whose message includes `includes`); returns what it threw. */
export function assertThrows<E extends Error = Error>(fn: () => unknown, type?: ErrorClass<E>, includes?: string): E {
  try {
    fn();
  } catch (thrown) {
    return check(thrown, type, includes);
  }
  throw new nodeAssert.AssertionError({ message: "expected function to throw" });
}

/** As `assertThrows`, for a promise. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type?: ErrorClass<E>,
  includes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (thrown) {
    return check(thrown, type, includes);
  }
  throw new nodeAssert.AssertionError({ message: "expected function to reject" });
}
