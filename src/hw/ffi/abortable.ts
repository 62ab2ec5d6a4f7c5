/**
 * A promise that also ends when a signal says so: it then rejects with the signal's reason. The call behind it is not
 * undone; whoever made it still has to see to its end. No listener is left on the signal.
 *
 * @example
 * ```ts
 * import { abortable } from "./abortable.ts";
 * const answer = await abortable(Promise.resolve(42), new AbortController().signal);
 * console.assert(answer === 42);
 * ```
 */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const stop = () => reject(signal.reason);
  // The promise is listened to in any case, so that its own late rejection is never unhandled.
  promise.then(
    (answer) => {
      signal.removeEventListener("abort", stop);
      resolve(answer);
    },
    (thrown) => {
      signal.removeEventListener("abort", stop);
      reject(thrown);
    },
  );
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return result;
}
