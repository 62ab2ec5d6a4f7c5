import { groupPoints, type LayoutGroup } from "../core/layout.ts";
import type { Advice, Answer, Located } from "../core/path.ts";
import { type Point, QUALITY_CODE } from "../core/point.ts";
import { type GroupPlaces, groupPlaces, PLACE, placesUpTo } from "./first_gap.ts";
import { ravel } from "./grid.ts";
import { MergedPoints } from "./merged_points.ts";
import type { RunData } from "./open_run.ts";
import { channelsOf, type NamedChannel } from "./point_arrays.ts";
import { recordedLog } from "./recorded_log.ts";
import { StoredGrid } from "./stored_grid.ts";
import { storedPoints } from "./stored_points.ts";

/** What a run holds of what its path was sent. */
export interface RecordedReplies {
  /** The number of the next point: one more than the largest `seq_num`, or `upTo`. */
  readonly measured: number;
  /** Points that were skipped. */
  readonly skipped: number;
  /** The quality code of the point of a pass at a place of its grid; 0 where there is none. */
  quality(pass: string, index: readonly number[]): number;
  /**
   * The point of a pass at a place of its grid, skipped and failed ones too; undefined where there is none. It has the
   * numbers that were read, and the setpoints of axes that are not a coordinate along a dimension. The first call for a
   * group reads all numbers of it.
   *
   * @param frames the readings with dimensions that it is to have too
   */
  point(pass: string, index: readonly number[], frames?: readonly string[]): Promise<Point | undefined>;
  /**
   * The points of the groups that grow, in the order of measurement; none where no group does. Of several groups, `next`
   * gives the next point of the one that holds the pass which it is told.
   *
   * @param channels the readings that they are to have; all of their group's when left out
   */
  points(channels?: readonly string[]): MergedPoints;
  /** Replies to moves, in order. */
  readonly moves: readonly Located[];
  /** Answers, in order. */
  readonly answers: readonly Answer[];
  /** What programs elsewhere have advised, in order. */
  readonly advice: readonly Advice[];
  /** Texts of the notes of the path; those of people are not among them. */
  readonly notes: readonly string[];
  /** The number of the point that followed each of them. */
  readonly said: Readonly<Record<"moves" | "answers" | "advice" | "notes", readonly number[]>>;
}

/** What is taken of a run. */
export interface RecordedRepliesOptions {
  /**
   * The number of the point that the run goes on with (`ResumedSink.upTo`): later points, and what the log says after it,
   * are left out. All is taken when it is left out.
   */
  readonly upTo?: number;
  /** What the run reads, for groups whose layout does not say what they hold. */
  readonly channels?: readonly NamedChannel[];
}

/** A group, and what of it is taken. */
interface Part {
  readonly group: LayoutGroup;
  readonly found: GroupPlaces;
  /** As `PLACE` says. */
  readonly places: Uint8Array;
  readonly grid: StoredGrid;
}

/**
 * Reads what resuming a run needs to know of its points and its log; of streams beside the scan, nothing. Nothing of
 * frames is read before `point` or `points`.
 *
 * @param groups those of the run's layout
 * @throws {StoreError} when it cannot be read
 */
export async function recordedReplies(
  run: RunData,
  groups: readonly LayoutGroup[],
  { upTo, channels = [] }: RecordedRepliesOptions = {},
): Promise<RecordedReplies> {
  const own = groups.filter(({ stream }) => !stream);
  const parts = await Promise.all(own.map(async (group): Promise<Part> => {
    const found = await groupPlaces(run, group), grid = new StoredGrid(run, group, channelsOf(group, channels));
    return { group, found, grid, places: upTo === undefined ? found.codes : placesUpTo(found, upTo) };
  }));
  const taken = ({ places, found }: Part, place: number) => {
    return upTo === undefined || places[place] === PLACE.kept ? found.codes[place] ?? 0 : 0;
  };
  const partOf = (pass: string) => {
    return parts.find(({ group }) => group.pass === pass) ?? parts.find(({ group }) => group.pass === undefined);
  };
  const placeIn = ({ found: { shape } }: Part, index: readonly number[]) => shape.length ? ravel(index, shape) : 0;
  const log = await recordedLog(run, upTo), growing = parts.filter(({ found }) => found.grows);
  return {
    ...log,
    measured: upTo ?? measuredIn(parts),
    skipped: parts.reduce((sum, part) => sum + part.found.codes.filter((_, k) => taken(part, k) === SKIPPED).length, 0),
    quality(pass, index) {
      const part = partOf(pass);
      return part ? taken(part, placeIn(part, index)) : 0;
    },
    async point(pass, index, frames) {
      const part = partOf(pass);
      if (!part || groupPoints(part.group) === undefined || !taken(part, placeIn(part, index))) return undefined;
      return await part.grid.point(pass, index, frames);
    },
    points(names) {
      return new MergedPoints(growing.map((part) => {
        const { group, places } = part, wanted = names ?? channelsOf(group, channels).map(({ name }) => name);
        const end = upTo === undefined ? -1 : places.indexOf(PLACE.given), most = end < 0 ? undefined : end;
        const points = storedPoints(run, group, { channels: wanted, most });
        return { path: group.path, holds: (pass) => partOf(pass) === part, points };
      }));
    },
  };
}

const SKIPPED = QUALITY_CODE.skipped;

function measuredIn(parts: readonly Part[]): number {
  let measured = 0;
  for (const { found } of parts) {
    for (const seqNum of found.seqNums) if (seqNum >= measured) measured = Number(seqNum) + 1;
  }
  return measured;
}
