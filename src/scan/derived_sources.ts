import type { Derived } from "../adapt/derive.ts";
import { type Expression, expressionParts } from "../adapt/expression/expression.ts";
import { parseExpression } from "../adapt/expression/parse_expression.ts";

/** What a derived signal is computed from. */
export interface DerivedSources {
  /** The derived signals on the way, itself first. */
  readonly signals: readonly string[];
  /** The names of what must be read, each once, in the order of the texts. */
  readonly names: readonly string[];
}

/** The names in an expression; what it remembers of other passes, as in `last(pass.signal)`, is not read for it. */
function namesIn(node: Expression): string[] {
  if (node.kind === "name") return [node.name];
  if (node.kind === "call" && node.name === "last" && node.args[0]?.kind === "name") {
    return node.args.slice(1).flatMap(namesIn);
  }
  return expressionParts(node).flatMap(namesIn);
}

/**
 * What has to be read for a derived signal, other derived signals followed to what they are computed from.
 *
 * @param read what the scan reads: a function may look at any of it
 * @param isRead whether the rig can read a name
 *
 * @example
 * ```ts
 * import { derive } from "sonde";
 * import { derivedSources } from "./derived_sources.ts";
 * const derived = derive({ R: "hypot(lockin.X, lockin.Y)", dB: "20 * log10(R / pi)", other: "diode" });
 * const { names, signals } = derivedSources("dB", derived, [], (name) => name !== "pi");
 * console.assert(names.join() === "lockin.X,lockin.Y" && signals.join() === "dB,R");
 * ```
 */
export function derivedSources(
  name: string,
  { signals }: Derived,
  read: readonly string[],
  isRead: (name: string) => boolean,
): DerivedSources {
  const followed = new Set<string>(), names = new Set<string>();
  const follow = (one: string): void => {
    if (!Object.hasOwn(signals, one)) {
      if (isRead(one)) names.add(one);
      return;
    }
    if (followed.has(one)) return;
    followed.add(one);
    const spec = signals[one];
    if ("expression" in spec) namesIn(parseExpression(spec.expression)).forEach(follow);
    else [...Object.keys(signals), ...read].forEach(follow);
  };
  follow(name);
  return { signals: [...followed], names: [...names] };
}
