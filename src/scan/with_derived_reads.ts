import type { Derived } from "../adapt/derive.ts";
import type { Plan } from "../core/plan.ts";
import type { Rig } from "../core/rig.ts";
import { derivedSources } from "./derived_sources.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The plan with what takes and folds read as the rig knows it: where they name a derived signal, what that is computed from
 * stands there. It is pure, keeps the place of every word in its list, and gives the plan itself where there is nothing to do.
 *
 * @param read what the scan reads
 *
 * @example
 * ```ts
 * import { around, connect, derive, linspace, sim, take } from "sonde";
 * import { withDerivedReads } from "./with_derived_reads.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [0, 1] }), lockin: sim.lockin() });
 * const plan = around(linspace("x", 0, 1, 3), { first: take("dark", ["R"]) });
 * const made = withDerivedReads(plan, rig as never, derive({ R: "hypot(lockin.X, lockin.Y)" }), []);
 * console.assert(JSON.stringify(made).includes('"read":["lockin.X","lockin.Y"]'));
 * ```
 */
export function withDerivedReads(plan: Plan, rig: Rig, derived: Derived | undefined, read: readonly string[]): Plan {
  if (!derived || !Object.keys(derived.signals).length) return plan;
  const isRead = (name: string) => rig.channels.has(name) || rig.devices.get(name)?.detector !== undefined;
  const sourcesOf = (word: unknown): readonly unknown[] => {
    if (typeof word !== "string" || isRead(word) || !Object.hasOwn(derived.signals, word)) return [word];
    const { names } = derivedSources(word, derived, read, isRead);
    return names.length ? names : [word];
  };
  return walked(plan, (words) => {
    const sources = words.map(sourcesOf), firsts = sources.map(([first]) => first);
    const more = sources.flatMap((some) => some.slice(1)).filter((name) => !firsts.includes(name));
    return sources.every(([first], k) => first === words[k]) ? words : [...firsts, ...new Set(more)];
  }) as Plan;
}

/** Any part of a plan: only the words of takes and folds are looked at. */
function walked(node: unknown, expand: (words: readonly unknown[]) => readonly unknown[]): unknown {
  if (Array.isArray(node)) {
    if (!node.some((part) => typeof part === "object")) return node;
    const made = node.map((part) => walked(part, expand));
    return made.every((part, k) => part === node[k]) ? node : made;
  }
  if (typeof node !== "object" || node === null) return node;
  const { kind } = node as Fields, entries = Object.entries(node);
  const made = entries.map(([key, part]) => {
    const words = key === "read" && (kind === "take" || kind === "fold") && Array.isArray(part);
    return [key, words ? expand(part) : walked(part, expand)] as const;
  });
  return made.every(([, part], k) => part === entries[k][1]) ? node : Object.fromEntries(made);
}
