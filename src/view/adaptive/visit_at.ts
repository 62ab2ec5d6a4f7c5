import { describeCut, dimensionsOf, indexAt } from "../figures/read_cut.ts";
import { sourceOfRun, type StoredRun } from "../source_of_run.ts";
import { placeOfPass } from "./read_pass.ts";
import type { FoundNode, SamplerNode } from "./sampler_of.ts";

/** Which visit of a node is meant. */
export interface VisitPlace {
  /** The index along each of the loops around, by dimension. */
  readonly at: ReadonlyMap<string, number>;
  /** The same in words; empty where there are no loops around. */
  readonly words: string;
}

/**
 * Which visit of a node is meant by setpoints of the loops around it: all of them, and nothing else.
 *
 * @returns undefined when not just one visit is meant
 * @throws {InputError} when a place is none of the labels, or no number where numbers are meant
 */
export async function visitAt(
  run: StoredRun,
  found: FoundNode<SamplerNode>,
  at: Readonly<Record<string, number | string>> = {},
): Promise<VisitPlace | undefined> {
  const place = placeOfPass(run, "pass_0", found.axes);
  if (place === undefined) return undefined;
  // Points that are counted have their loops in the root.
  const counted = place === "points/", group = counted ? "" : place.slice(0, -1);
  const own = counted ? 0 : found.node.kind === "learn" ? found.axes.length : 1;
  const around = run.arrays.get(counted ? "quality" : `${place}quality`)?.dimensions.slice(0, -own || undefined) ?? [];
  if (Object.keys(at).length !== around.length || !around.every((name) => name in at)) return undefined;
  if (!around.length) return { at: new Map(), words: "" };
  const source = await sourceOfRun(run, group), quality = source.arrays.find(({ name }) => name === "quality")!;
  const dimensions = dimensionsOf(source, quality).slice(0, around.length);
  const indices = dimensions.map((one) => indexAt(one, at[one.name]));
  return { at: new Map(around.map((name, k) => [name, indices[k]])), words: describeCut(dimensions, indices) };
}
