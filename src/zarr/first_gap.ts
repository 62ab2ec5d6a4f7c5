import { groupPoints, type LayoutGroup } from "../core/layout.ts";
import { QUALITY_CODE } from "../core/point.ts";
import type { RunData } from "./open_run.ts";
import { NOT_A_TIME } from "./point_arrays.ts";

/** What becomes of a place of a group when its run is taken up. */
export const PLACE = {
  /** No point was stored there. */
  empty: 0,
  /** Its point stays. */
  kept: 1,
  /** Its point stays until another comes for the place. */
  again: 2,
  /** Its point is given up, and the place is as if none had been stored. */
  given: 3,
} as const;

/** What a store says of the points of a group, in C order. */
export interface GroupPlaces {
  /** Extents of the scan dimensions; of a group that grows, as many points as it has. */
  readonly shape: readonly number[];
  /** Whether the number of its points is not known. */
  readonly grows: boolean;
  /** Quality codes. */
  readonly codes: Uint8Array;
  /** −1 where none was measured. */
  readonly seqNums: BigInt64Array;
  /** Nanoseconds, or not a time. */
  readonly timestamps: BigInt64Array;
}

/** What a store says of a point. */
const STATUS = ["quality", "seq_num", "timestamp"] as const;

/** Reads what a store says of the points of a group: none are there where a run was killed before it had its arrays. */
export async function groupPlaces(run: RunData, group: LayoutGroup): Promise<GroupPlaces> {
  const prefix = group.path ? `${group.path}/` : "";
  if (STATUS.some((name) => !run.arrays.has(prefix + name))) return noPlaces(group);
  const { shape } = run.array(`${prefix}quality`);
  const [codes, seqNums, timestamps] = await Promise.all(
    // Of arrays that grow, the status is published last: the others may have more points by then.
    STATUS.map(async (name) => (await run.array(prefix + name).read(within(shape))).data),
  );
  return {
    shape,
    grows: groupPoints(group) === undefined,
    codes: codes as Uint8Array,
    seqNums: seqNums as BigInt64Array,
    timestamps: timestamps as BigInt64Array,
  };
}

function noPlaces(group: LayoutGroup): GroupPlaces {
  const points = groupPoints(group), size = points ?? 0;
  return {
    shape: points === undefined ? [0] : group.dimensions.map((dimension) => dimension.size!),
    grows: points === undefined,
    codes: new Uint8Array(size),
    seqNums: new BigInt64Array(size).fill(-1n),
    timestamps: new BigInt64Array(size).fill(NOT_A_TIME),
  };
}

function within(shape: readonly number[]): [number, number][] {
  return shape.map((extent) => [0, extent]);
}

/**
 * The first number that no point of a run has, over all its groups: the points before it are all there. A run that was
 * killed has lost different amounts in different groups, because frames wait longer for their shard than numbers do.
 */
export function firstGap(groups: readonly GroupPlaces[]): number {
  const most = groups.reduce((sum, { codes }) => sum + codes.length, 0), there = new Uint8Array(most + 1);
  for (const { grows, codes, seqNums } of groups) {
    for (let place = 0; place < codes.length; place++) {
      if (codes[place] === 0 && grows) break;
      const number = Number(seqNums[place]);
      if (codes[place] && number >= 0 && number < most) there[number] = 1;
    }
  }
  return there.indexOf(0);
}

/**
 * What becomes of each place of a group (`PLACE`) when the run goes on at point number `upTo`.
 *
 * Points measured from there on are given up, in a group that grows with all that stands behind the first of them. Skipped
 * points have no number. In a grid they stay, but for those in whose innermost line a point is given up: it may have been
 * the failure of that point that had them skipped. In a group that grows they stay where they stand before the cut.
 * What was published of a point whose status was not, is given up too.
 */
export function placesUpTo(group: GroupPlaces, upTo: number): Uint8Array {
  const { shape, grows, codes, seqNums, timestamps } = group;
  const late = (place: number) => seqNums[place] >= upTo;
  if (grows) {
    const end = codes.findIndex((code, place) => code === 0 || late(place));
    return new Uint8Array(codes.length).fill(PLACE.kept).fill(PLACE.given, end < 0 ? codes.length : end);
  }
  const line = Math.max(1, shape.at(-1) ?? 1), cutLines = new Set<number>();
  const places = codes.map((code, place) => {
    if (code === 0) return timestamps[place] === NOT_A_TIME ? PLACE.empty : PLACE.given;
    if (!late(place)) return PLACE.kept;
    cutLines.add(Math.floor(place / line));
    return PLACE.given;
  });
  codes.forEach((code, place) => {
    if (code === QUALITY_CODE.skipped && cutLines.has(Math.floor(place / line))) places[place] = PLACE.given;
  });
  return places;
}
