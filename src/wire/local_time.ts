/**
 * A moment by the computer's clock, as file managers show it: `2026-11-22 20:27`; `?` where it is none.
 *
 * @param iso ISO 8601
 *
 * @example
 * ```ts
 * import { localTime } from "./local_time.ts";
 * console.assert(localTime("2026-11-22T20:27:31").startsWith("2026-11-22 20:27") && localTime("") === "?");
 * ```
 */
export function localTime(iso: string): string {
  const date = new Date(iso), two = (n: number) => String(n).padStart(2, "0");
  if (Number.isNaN(date.getTime())) return "?";
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
