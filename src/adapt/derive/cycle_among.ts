/**
 * The cycles that are met when one follows what each name uses, each once, from its first member back to it.
 *
 * @param uses what each name uses directly, all of them keys too
 * @example
 * ```ts
 * import { cycleAmong } from "./cycle_among.ts";
 * const cycles = cycleAmong(new Map([["a", ["b"]], ["b", ["a"]], ["c", ["a"]]]));
 * console.assert(cycles.length === 1 && cycles[0].join(" → ") === "a → b → a");
 * ```
 */
export function cycleAmong(uses: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>(), cycles: string[][] = [];
  function follow(name: string, trail: readonly string[]): void {
    const met = trail.indexOf(name);
    if (met >= 0) cycles.push([...trail.slice(met), name]);
    if (met >= 0 || done.has(name)) return;
    for (const used of uses.get(name) ?? []) follow(used, [...trail, name]);
    done.add(name);
  }
  for (const name of uses.keys()) follow(name, []);
  return cycles;
}
