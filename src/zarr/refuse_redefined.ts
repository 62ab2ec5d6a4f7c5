import { InputError } from "../core/errors.ts";
import type { GroupSpec } from "./group_spec.ts";

/**
 * Refuses a group that has a dimension of a group above it with another size or other coordinates: xarray's
 * `open_datatree` hands coordinates down, and opens no store where they differ.
 *
 * @throws {InputError} naming both groups and the dimension
 */
export function refuseRedefined(specs: readonly GroupSpec[]): void {
  for (const below of specs) {
    const sizes = sizesOf(below), { path } = below.group;
    for (const above of specs.filter((spec) => spec !== below && isAbove(spec.group.path, path))) {
      for (const [name, size] of sizesOf(above)) {
        const own = sizes.get(name);
        if (own === undefined || own === size && sameIndex(above, below, name)) continue;
        const what = own === size ? "other coordinates" : `${own} entries`;
        const message = `the dimension "${name}" has ${what} here, and ${size} in "${above.group.path}"`;
        throw InputError.at(`layout.${path}`, message, own, "the same in both, or another name");
      }
    }
  }
}

function isAbove(path: string, other: string): boolean {
  return path === "" ? other !== "" : other.startsWith(`${path}/`);
}

/** Extents by dimension, those of frames included. */
function sizesOf({ scanShape, arrays }: GroupSpec): Map<string, number> {
  return new Map(arrays.flatMap(({ dimensions, frameShape }) => {
    return [...scanShape, ...frameShape].map((size, d) => [dimensions[d], size] as const);
  }));
}

/** Whether the coordinates that label a dimension are equal, where both groups have some. */
function sameIndex(a: GroupSpec, b: GroupSpec, dimension: string): boolean {
  const labels = ({ coordinates }: GroupSpec) => coordinates.find(({ name }) => name === dimension)?.entries;
  const one = labels(a), other = labels(b);
  if (one === undefined || other === undefined) return true;
  const sameAt = (entry: number | bigint | string, k: number) => Object.is(entry, other[k]);
  return one.length === other.length && Array.from<number | bigint | string>(one as never).every(sameAt);
}
