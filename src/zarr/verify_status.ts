import { groupRole } from "../core/layout.ts";
import { QUALITY_CODE } from "../core/point.ts";
import { ravel, unravel } from "./grid.ts";
import type { RunData } from "./open_run.ts";
import { NOT_A_TIME } from "./point_arrays.ts";
import type { ArrayFindings } from "./verify_array.ts";
import type { VerifyFinding } from "./verify_run.ts";

/** Codes of points that were measured. */
const MEASURED: ReadonlySet<number> = new Set([QUALITY_CODE.good, QUALITY_CODE.retried, QUALITY_CODE.failed]);
/** Arrays whose readings every point has, whatever is read. */
const ALWAYS = ["timestamp", "failed", "pass"];
/** Findings of one kind in one array are told up to here, and then counted. */
const MOST = 20;

/** What the status of the points of a group says. */
export interface GroupStatus {
  readonly findings: readonly VerifyFinding[];
  /** The numbers of the points that were measured, in the order of the grid. */
  readonly seqNums: Float64Array;
}

/** The path of an array in a group. */
function within(group: string, name: string): string {
  return group ? `${group}/${name}` : name;
}

/**
 * Compares `quality`, `seq_num` and `timestamp` of a group with each other, and with the chunks that are there: every
 * point that was measured has its readings.
 *
 * @param found the arrays of the group that have an element for each point, by name
 * @param growing whether the run goes on: what belongs together may then be read at different times
 */
export async function verifyStatus(
  run: RunData,
  group: string,
  found: ReadonlyMap<string, ArrayFindings>,
  { growing, signal }: { readonly growing: boolean; readonly signal?: AbortSignal },
): Promise<GroupStatus> {
  const read = async <T>(name: string) => {
    return (await run.array(within(group, name)).read(undefined, { signal })).data as T;
  };
  const quality = await read<Uint8Array>("quality"), seqNum = await read<BigInt64Array>("seq_num");
  const timestamp = await read<BigInt64Array>("timestamp"), failed = await read<Uint32Array>("failed");
  const { shape } = run.array(within(group, "quality")), findings: VerifyFinding[] = [];
  const tell = teller(findings, growing ? "warning" : "error");
  const seqNums: number[] = [];
  for (let at = 0; at < quality.length; at++) {
    const index = () => unravel(at, shape, []), code = quality[at], number = Number(seqNum[at]);
    if (code > QUALITY_CODE.skipped) tell(within(group, "quality"), index(), `quality is ${code}; allowed: 0 to 4`);
    if (MEASURED.has(code) !== number >= 0) {
      tell(within(group, "seq_num"), index(), `seq_num is ${number} where quality is ${code}`);
    }
    if (number >= 0) seqNums.push(number);
    if (!MEASURED.has(code) && !growing && timestamp[at] !== NOT_A_TIME) {
      tell(within(group, "timestamp"), index(), `a detector was triggered where quality is ${code}`);
    }
  }
  for (const [name, array] of found) {
    const mask = maskOf(name, run.array(within(group, "failed")).attributes), needed = neededBy(array, name, mask);
    for (const [place, at] of needed) {
      if (array.missing[place]) tell(within(group, name), unravel(at, shape, []), missingText(mask));
    }
  }
  return { findings, seqNums: Float64Array.from(seqNums) };

  /** The chunks that hold a measured point of which the reading did not fail: their place, and one such point. */
  function neededBy({ missing, scanGrid, scanChunk }: ArrayFindings, name: string, mask: number): Map<number, number> {
    const needed = new Map<number, number>(), index: number[] = [];
    // Axes and readings that came up during the run have nothing for points before.
    const announced = mask > 0 || ALWAYS.includes(name) || !growsIn(run, group);
    if (!announced || !missing.includes(1)) return needed;
    for (let at = 0; at < quality.length; at++) {
      if (!MEASURED.has(quality[at]) || (failed[at] & mask) !== 0) continue;
      unravel(at, shape, index);
      for (let d = 0; d < index.length; d++) index[d] = Math.floor(index[d] / scanChunk[d]);
      const place = index.length ? ravel(index, scanGrid) : 0;
      if (!needed.has(place)) needed.set(place, at);
    }
    return needed;
  }
}

function missingText(mask: number): string {
  return mask
    ? "the chunk of a good point is missing: deleted, or the scan did not read this detector there"
    : "the chunk of a measured point is missing";
}

function growsIn(run: RunData, group: string): boolean {
  return run.arrays.has(within(group, "pass")) || groupRole(run.groups.get(group) ?? {}) !== "scan";
}

/** The bits of `failed` that speak for a reading; 0 for all other arrays. */
function maskOf(name: string, attributes: Readonly<Record<string, unknown>>): number {
  const names = String(attributes.flag_meanings ?? "").split(" "), masks = (attributes.flag_masks ?? []) as number[];
  return masks[names.indexOf(name.trim().replace(/\s+/g, "_"))] ?? 0;
}

/** Tells of the first few of a kind one by one, and of how many more there are. */
function teller(findings: VerifyFinding[], severity: VerifyFinding["severity"]) {
  const counts = new Map<string, number>();
  return (array: string, index: readonly number[], message: string) => {
    const count = (counts.get(array) ?? 0) + 1;
    counts.set(array, count);
    if (count <= MOST) findings.push({ severity, array, index, message });
    else if (count === MOST + 1) findings.push({ severity, array, message: "and more of the same" });
  };
}
