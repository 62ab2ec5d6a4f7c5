import { InputError, show } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Derivation, RigAxis } from "../../core/rig.ts";

/** Where axes go that have motors of their own, for setpoints of any. */
export interface ResolvedMoves {
  /** By name. */
  readonly moves: ReadonlyMap<string, Setpoint>;
  /** What the derived axes among those asked for, and beside them, will then stand at. */
  readonly groups: ReadonlyMap<Derivation, readonly number[]>;
  /** Maps that need to know where others of their axes stand, and were not told; nothing is resolved then. */
  readonly missing: readonly Derivation[];
}

/** How far a map is from the motors: 1 when it moves nothing but axes that have one. */
function depthOf(derivation: Derivation, axisOf: (name: string) => RigAxis): number {
  return 1 + Math.max(
    0,
    ...derivation.moves.map((name) => {
      const { derived } = axisOf(name);
      return derived ? depthOf(derived, axisOf) : 0;
    }),
  );
}

/**
 * Finds where axes with motors go when derived ones are moved. Several axes of one map move together; those of it that are
 * not asked for stay where they stand.
 *
 * @param located where the axes of maps stand that do not know it by themselves
 * @throws InputError when one axis is to go to two places
 */
export function resolveMoves(
  asked: ReadonlyMap<string, Setpoint>,
  axisOf: (name: string) => RigAxis,
  located: ReadonlyMap<Derivation, readonly number[]> = new Map(),
): ResolvedMoves {
  const moves = new Map([...asked].map(([name, to]) => [name, { to, by: name }]));
  const groups = new Map<Derivation, readonly number[]>();
  for (;;) {
    const present = [...new Set([...moves.keys()].flatMap((name) => axisOf(name).derived ?? []))];
    if (!present.length) break;
    const depths = present.map((derivation) => depthOf(derivation, axisOf));
    const derivation = present[depths.indexOf(Math.max(...depths))];
    const beside = derivation.standing ?? located.get(derivation);
    const setpoints = derivation.axes.map((name, k) => moves.get(name)?.to ?? beside?.[k]);
    if (setpoints.includes(undefined)) return { moves: new Map(), groups, missing: [derivation] };
    groups.set(derivation, setpoints as number[]);
    const by = derivation.axes.filter((name) => moves.delete(name)).join(", ");
    for (const [k, to] of derivation.forward(setpoints as number[]).entries()) {
      const name = derivation.moves[k], other = moves.get(name);
      if (other && other.to !== to) throw twoPlaces(name, [by, to], [other.by, other.to]);
      moves.set(name, { to, by });
    }
  }
  return { moves: new Map([...moves].map(([name, { to }]) => [name, to])), groups, missing: [] };
}

function twoPlaces(name: string, a: readonly [string, Setpoint], b: readonly [string, Setpoint]): InputError {
  const [first, second] = [a, b].map(([by, to]) => `${by === name ? "its own setpoint" : by} wants ${show(to)}`);
  return InputError.at("setpoint", `${name} cannot be in two places at once: ${first}, ${second}`, [a[1], b[1]]);
}

/**
 * The axes that are moved by those of the names, near and far, without those of the names themselves.
 *
 * @param axes those of the rig; of names that it does not have nothing is known
 */
export function movedByOthers(
  names: readonly string[],
  axes: ReadonlyMap<string, { readonly derived?: Derivation }>,
): string[] {
  const found = new Set<string>(),
    follow = (name: string) => {
      for (const moved of axes.get(name)?.derived?.moves ?? []) {
        if (found.has(moved)) continue;
        found.add(moved);
        follow(moved);
      }
    };
  names.forEach(follow);
  return [...found].filter((name) => !names.includes(name));
}
