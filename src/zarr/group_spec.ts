import { InputError } from "../core/errors.ts";
import type { LayoutGroup } from "../core/layout.ts";
import type { ArraySpec, CoordinateSpec } from "./array_spec.ts";
import { coordinateSpecs } from "./coordinate_spec.ts";
import { type AxisTable, channelsOf, type NamedChannel, pointArrays } from "./point_arrays.ts";

/** What is stored of one group, following the CF conventions as xarray reads them. */
export interface GroupSpec {
  readonly group: LayoutGroup;
  /** Extents of the scan dimensions; the first is Infinity when the group grows. */
  readonly scanShape: readonly number[];
  readonly coordinates: readonly CoordinateSpec[];
  readonly arrays: readonly ArraySpec[];
}

/**
 * Says which arrays a group has.
 *
 * @param channels what the run reads: its points hold that where the layout says nothing else of the group
 * @param axes what is known of the axes; where left out, units and labels come from the layout's coordinates
 * @throws {InputError} when two arrays would have the same name, or the layout cannot be stored
 */
export function groupSpec(
  group: LayoutGroup,
  channels: readonly NamedChannel[],
  axes: AxisTable = new Map(),
): GroupSpec {
  const scan = group.dimensions.map((dimension) => dimension.name);
  const grows = group.dimensions.some((dimension) => dimension.size === undefined);
  if (grows && group.dimensions.length !== 1) {
    throw InputError.at(`layout.${group.path}`, "only a group of one dimension can grow", scan);
  }
  const own = channelsOf(group, channels);
  const arrays = pointArrays({ group, scan, grows, axes }, own);
  const coordinates = coordinateSpecs(group, own);
  for (const array of arrays) refuseDimensions(group, array);
  refuseDuplicates(group, [...coordinates, ...arrays]);
  return { group, scanShape: group.dimensions.map(({ size }) => size ?? Infinity), coordinates, arrays };
}

/** Readers want as many dimensions as extents, each with a name of its own. */
function refuseDimensions(group: LayoutGroup, { name, dimensions, frameShape }: ArraySpec): void {
  const rank = group.dimensions.length + frameShape.length;
  if (dimensions.length === rank && new Set(dimensions).size === rank) return;
  const wrong = `has the dimensions ${dimensions.join(", ")}; allowed: ${rank} different names`;
  throw InputError.at(`layout.${group.path}`, `"${name}" ${wrong}`, dimensions);
}

function refuseDuplicates(group: LayoutGroup, arrays: readonly { readonly name: string }[]): void {
  const caseless = Deno.build.os === "windows" || Deno.build.os === "darwin";
  const seen = new Set<string>();
  for (const { name } of arrays) {
    const folder = caseless ? name.toLowerCase() : name;
    if (seen.has(folder)) {
      throw InputError.at(
        `layout.${group.path}`,
        `two arrays would be called "${name}": rename the axis or detector`,
        name,
      );
    }
    if (name === "" || name === "zarr.json" || name.includes("/") || /^\.*$/.test(name) || name.startsWith("__")) {
      throw InputError.at(`layout.${group.path}`, `"${name}" cannot be the name of an array`, name);
    }
    seen.add(folder);
  }
}
