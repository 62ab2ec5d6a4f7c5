import { InvalidArgumentError } from "commander";
import { SINCE_ALLOWED, sinceMs } from "../wire/since.ts";

/**
 * A moment in the words of `sinceMs`.
 *
 * @param now milliseconds since 1970, from which is counted
 * @returns milliseconds since 1970
 * @throws InvalidArgumentError for anything else
 */
export function parseSince(text: string, now: number = Date.now()): number {
  const moment = sinceMs(text, now);
  if (moment === undefined) throw new InvalidArgumentError(`received "${text}"; allowed: ${SINCE_ALLOWED}`);
  return moment;
}
