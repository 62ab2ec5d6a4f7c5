import { compileNumber } from "../adapt/expression/compile_expression.ts";
import { InputError } from "../core/errors.ts";
import { laidCore, type LaidFold } from "./lay_out.ts";

/** How far an axis goes by an expression; from ∞ to −∞ where that is not known. */
export interface GoReach {
  readonly axis: string;
  readonly least: number;
  readonly most: number;
}

/** Places of each axis that an expression is tried at: both ends, and between them. */
const SAMPLES = 5;

/**
 * How far a fold's expressions lead, for places anywhere within the reach of the plan inside. Where that keeps to the
 * limits by itself, or is not known yet, or the expression looks at more than places, nothing is said.
 *
 * @param isKnown whether it is known from where offsets of an axis count
 */
export function goReach(
  { plan: { go = {} }, path, inner, finds }: LaidFold,
  isKnown: (axis: string) => boolean,
): GoReach[] {
  if (Array.isArray(go)) return [];
  const places = new Map<string, readonly number[]>(), core = laidCore(inner);
  for (const { axis, least, most, clipped } of core.kind === "sampler" ? core.shape.reach : []) {
    const step = (most - least) / (SAMPLES - 1);
    if (!clipped && isKnown(axis)) places.set(axis, Array.from({ length: SAMPLES }, (_, k) => least + k * step));
  }
  const signals = new Map(finds.map(({ name }) => [name, {}]));
  return Object.entries(go as Readonly<Record<string, string>>).map(([axis, text]) => {
    let least = Infinity, most = -Infinity;
    try {
      const compiled = compileNumber(text, { signals }, `${path}.go.${axis}`);
      for (const found of combinations(places, compiled.signals)) {
        const to = compiled.evaluate((name) => found.get(name) ?? NaN);
        if (Number.isFinite(to)) [least, most] = [Math.min(least, to), Math.max(most, to)];
      }
    } catch (thrown) {
      // What is wrong with an expression is said where signals are looked at.
      if (!(thrown instanceof InputError)) throw thrown;
    }
    return { axis, least, most };
  });
}

/** Every combination of places; none where one of the names has no places. */
function combinations(
  places: ReadonlyMap<string, readonly number[]>,
  names: readonly string[],
): ReadonlyMap<string, number>[] {
  let all: ReadonlyMap<string, number>[] = [new Map()];
  for (const name of names) {
    all = all.flatMap((some) => (places.get(name) ?? []).map((at) => new Map([...some, [name, at]])));
  }
  return all;
}
