const UNIT_MS: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** What `sinceMs` understands, for messages. */
export const SINCE_ALLOWED = "a date as in 2026-11-22, today, yesterday, or 90min, 12h, 3d, 2w";

/**
 * A moment in words: a date or a time by the computer's clock (`2026-11-22`, `2026-11-22T14:30`), `today`, `yesterday`, or
 * so long ago (`90min`, `12h`, `3d`, `2w`).
 *
 * @param now milliseconds since 1970, from which is counted
 * @returns milliseconds since 1970; undefined for anything else
 *
 * @example
 * ```ts
 * import { sinceMs } from "./since.ts";
 * console.assert(sinceMs("12h", 43_200_000) === 0);
 * console.assert(sinceMs("2026-11-22T14:30Z") === Date.UTC(2026, 10, 22, 14, 30));
 * console.assert(sinceMs("soon") === undefined);
 * ```
 */
export function sinceMs(text: string, now: number = Date.now()): number | undefined {
  const word = text.trim().toLowerCase(), [, count, unit] = /^(\d+(?:\.\d+)?)\s*(min|h|d|w)$/.exec(word) ?? [];
  if (count !== undefined) return now - Number(count) * UNIT_MS[unit];
  if (word === "today" || word === "yesterday") {
    const day = new Date(now);
    // Days are counted by the calendar, because some have 23 or 25 hours.
    day.setDate(day.getDate() - (word === "today" ? 0 : 1));
    return day.setHours(0, 0, 0, 0);
  }
  // A bare date would be taken as UTC.
  const moment = /^\d{4}-\d\d-\d\d/.test(word)
    ? Date.parse(/^\d{4}-\d\d-\d\d$/.test(word) ? `${word}T00:00` : text)
    : NaN;
  return Number.isNaN(moment) ? undefined : moment;
}
