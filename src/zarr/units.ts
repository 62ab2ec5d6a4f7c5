/** Units that xarray would turn into time spans, and warn about, and the symbols that it leaves alone. */
const SYMBOL_OF: Readonly<Record<string, string>> = {
  days: "d",
  hours: "h",
  minutes: "min",
  seconds: "s",
  milliseconds: "ms",
  microseconds: "us",
  nanoseconds: "ns",
};

/**
 * The `units` attribute for a unit: `1` for pure numbers, and a symbol where the word has a meaning of its own in xarray.
 *
 * @example
 * ```ts
 * import { unitsAttribute } from "./units.ts";
 * console.assert(unitsAttribute("seconds") === "s" && unitsAttribute("") === "1" && unitsAttribute("nm") === "nm");
 * ```
 */
export function unitsAttribute(unit: string): string {
  const trimmed = unit.trim();
  // "since" makes xarray read numbers as dates, and fail when they are none.
  return (SYMBOL_OF[trimmed.toLowerCase()] ?? trimmed.replaceAll("since", "after")) || "1";
}
