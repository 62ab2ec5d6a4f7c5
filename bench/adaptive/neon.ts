/**
 * A neon spectrum, zoomed into: how many points it takes to find every line, beside a uniform scan in steps of 0.02 nm and
 * python-adaptive's Learner1D with as many points. Lines by NIST, the strongest of 10⁴ counts above a dark level, shot noise,
 * a Gaussian instrument of 0.2 nm. The coarse step is the instrument's width: all that a user has to know.
 *
 * @module
 */
import type { Zoom } from "../../src/core/adaptive_plan.ts";
import { noiseModel } from "../../src/adapt/noise_model.ts";
import { zoomKind } from "../../src/adapt/zoom.ts";
import { linePeaks } from "../../src/adapt/zoom/line_peaks.ts";
import type { MeasuredPeak } from "../../src/adapt/zoom/measured_peak.ts";
import { runPeer } from "../peer.ts";
import { drivePath, STAGE } from "./drive_path.ts";
import { type LinesFound, linesFound, type NeonTruth, neonTruth, WIDTH_NM } from "./neon_lamp.ts";

const UNIFORM_STEP_NM = 0.02, SEEDS = 20;

/** The uniform scan that it is compared with has so many points. */
function uniformPoints({ start, stop }: NeonTruth): number {
  return Math.round((stop - start) / UNIFORM_STEP_NM) + 1;
}

/** The peaks of a zoom whose coarse steps are of the instrument's width, and how many points they took. */
export function zoomNeon(truth: NeonTruth): { peaks: readonly MeasuredPeak[]; points: number } {
  const { start, stop } = truth, num = Math.round((stop - start) / WIDTH_NM) + 1;
  const plan: Zoom = { kind: "zoom", plan: { kind: "linspace", axis: "x", start, stop, num }, on: "counts" };
  const setpoints = Array.from({ length: num }, (_, i) => start + (stop - start) * i / (num - 1));
  const path = zoomKind.start(plan, { lines: [{ axis: "x", setpoints }], limits: () => [400, 900] })(STAGE);
  const { points, lastNote } = drivePath(path, truth.counts);
  return { points, peaks: lastNote!.data!.peaks as MeasuredPeak[] };
}

/** The places of the peaks in any line of counts. */
function placesIn(x: readonly number[], counts: readonly number[]): number[] {
  const y = Float64Array.from(counts);
  return linePeaks(x, y, noiseModel(x, y)).map(({ at }) => at);
}

/** The same finder on a uniform scan. */
function uniformNeon(truth: NeonTruth): number[] {
  const num = uniformPoints(truth), x = Array.from({ length: num }, (_, i) => truth.start + i * UNIFORM_STEP_NM);
  return placesIn(x, x.map(truth.counts));
}

/** Where python-adaptive measured, and what. */
interface Learnt {
  readonly version: string;
  readonly x: number[];
  readonly counts: number[];
}

/** Found lines of so many, and the worst error. */
function cell({ found, worst, stray }: LinesFound, truth: NeonTruth): string {
  return `${found}/${truth.wanted.length}  ${worst.toFixed(4)} nm  ${stray} stray`.padEnd(32);
}

/** Prints, for each seed, points and what was found with them; and the sums. */
export async function benchNeon(): Promise<void> {
  console.log(
    "wanted: lines above 1 % of the strongest and 0.4 nm apart, to 0.02 nm, with a fifth of the uniform points\n",
  );
  const columns = ["zoom", "uniform", "python-adaptive Learner1D, as many points as zoom"];
  console.log("seed".padEnd(6) + "points of uniform".padEnd(22) + columns.map((name) => name.padEnd(32)).join(""));
  let found = 0, wanted = 0, most = 0, worst = 0, theirs = 0, version = "";
  for (let seed = 1; seed <= SEEDS; seed++) {
    const truth = neonTruth(seed), { peaks, points } = zoomNeon(truth), part = points / uniformPoints(truth);
    const ours = linesFound(truth, peaks.map(({ at }) => at)), { start, stop, dark, lines, heights } = truth;
    const request = { start, stop, dark, lines, heights, width: WIDTH_NM, points, seed };
    const learnt = await runPeer<Learnt>("adaptive_neon.py", [JSON.stringify(request)]);
    const peer = linesFound(truth, placesIn(learnt.x, learnt.counts));
    const cells = [ours, linesFound(truth, uniformNeon(truth)), peer].map((one) => cell(one, truth));
    console.log(String(seed).padEnd(6) + `${points} (${(100 * part).toFixed(1)} %)`.padEnd(22) + cells.join(""));
    [found, wanted, theirs, version] = [
      found + ours.found,
      wanted + truth.wanted.length,
      theirs + peer.found,
      learnt.version,
    ];
    [most, worst] = [Math.max(most, part), Math.max(worst, ours.worst)];
  }
  console.log(
    `\nzoom: ${found} of ${wanted} lines, at most ${(100 * most).toFixed(1)} % of the points, worst ${
      worst.toFixed(4)
    } nm`,
  );
  console.log(`python-adaptive ${version}: ${theirs} of ${wanted} lines with the same points`);
}

if (import.meta.main) await benchNeon();
