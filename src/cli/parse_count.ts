import { InvalidArgumentError } from "commander";

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (text.trim() === "" || !Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError(`received "${text}"; allowed: a whole number of at least 1`);
  }
  return count;
}

/** A time in seconds of at least a tenth. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !(seconds >= 0.1 && seconds <= 86_400)) {
    throw new InvalidArgumentError(`received "${text}"; allowed: seconds from 0.1 to 86400`);
  }
  return seconds;
}
