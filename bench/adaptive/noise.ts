/**
 * Is a zoom ever fooled by noise? A thousand lines of pure noise, white and counted, of several lengths; and how many true
 * peaks of six standard deviations it then still finds.
 *
 * @module
 */
import type { Zoom } from "../../src/core/adaptive_plan.ts";
import { random } from "../../src/core/random.ts";
import { zoomKind } from "../../src/adapt/zoom.ts";
import { STAGE } from "./drive_path.ts";

/** Lines of each sort. */
const LINES = 1000;

/** How many standard deviations a true peak stands out by. */
const HEIGHT = 6;

const LENGTHS = [21, 101, 401];

/** What is measured at a place of a line, with a peak of that height at `peak` (nowhere for NaN). */
type Draw = (x: number, peak: number) => number;

/** White noise, or counts of that mean; the peak is a Gaussian of so many steps. */
function draws(seed: number, mean: number | undefined, width: number): Draw {
  const r = random(seed, `bench/noise ${mean}`);
  const shape = (x: number, peak: number) =>
    Number.isNaN(peak) ? 0 : Math.exp(-4 * Math.LN2 * ((x - peak) / width) ** 2);
  if (mean === undefined) return (x, peak) => 3 + r.normal() + HEIGHT * shape(x, peak);
  // Six standard deviations of the peak's own noise, so that a low mean asks for more than a few counts.
  const height = HEIGHT ** 2 / 2 + HEIGHT * Math.sqrt(HEIGHT ** 2 / 4 + mean);
  return (x, peak) => r.poisson(mean + height * shape(x, peak));
}

/** A zoom at the default settings, and the peaks that it zoomed to. */
function zoomed(num: number, read: (x: number) => number): number[] {
  const plan: Zoom = {
    kind: "zoom",
    plan: { kind: "linspace", axis: "x", start: 0, stop: num - 1, num },
    on: "counts",
    depth: 1,
  };
  const setpoints = Array.from({ length: num }, (_, i) => i);
  const path = zoomKind.start(plan, { lines: [{ axis: "x", setpoints }], limits: () => [0, num - 1] })(STAGE);
  let first: number[] | undefined;
  for (let next = path.next(); !next.done;) {
    const request = next.value;
    if (request.kind === "note") first ??= (request.data!.peaks as { at: number }[]).map(({ at }) => at);
    if (first) break;
    const x = request.kind === "measure" ? request.setpoint.x as number : 0, counts = read(x);
    const rest = { timestampMs: 0, seqNum: 0, quality: "good", failed: [] } as const;
    next = path.next({ pass: "", index: [], setpoint: { x }, readback: { x }, reading: { counts }, ...rest });
  }
  return first ?? [];
}

/** How many of a thousand lines of pure noise were zoomed into. */
export function falseZooms(num: number, mean?: number): number {
  let count = 0;
  for (let seed = 0; seed < LINES; seed++) {
    const draw = draws(seed, mean, 1);
    if (zoomed(num, (x) => draw(x, NaN)).length) count++;
  }
  return count;
}

/** Which part of true peaks of six standard deviations was found, within a width. */
export function truePeaks(num: number, width: number, mean?: number): number {
  let count = 0;
  for (let seed = 0; seed < LINES / 4; seed++) {
    const draw = draws(seed, mean, width), peak = num * (0.3 + 0.4 * random(seed, "place").uniform());
    if (zoomed(num, (x) => draw(x, peak)).some((at) => Math.abs(at - peak) <= Math.max(1, width))) count++;
  }
  return count / (LINES / 4);
}

/** Prints both for white noise and counts of several means. */
export function benchNoise(): Promise<void> {
  console.log(`false zooms in ${LINES} lines of pure noise; true peaks of ${HEIGHT} σ found, 1, 3 and 9 steps wide\n`);
  console.log(
    ["noise", "samples", "false zooms", "found 1", "found 3", "found 9"].map((name) => name.padEnd(14)).join(""),
  );
  let worst = 0;
  for (const mean of [undefined, 0.05, 0.3, 1, 3, 10, 100, 1e4]) {
    for (const num of LENGTHS) {
      const count = falseZooms(num, mean),
        found = [1, 3, 9].map((width) => `${(100 * truePeaks(num, width, mean)).toFixed(0)} %`);
      worst = Math.max(worst, count);
      const cells = [mean === undefined ? "white" : `counts ${mean}`, num, count, ...found];
      console.log(cells.map((cell) => String(cell).padEnd(14)).join(""));
    }
  }
  console.log(`\nat most ${worst} false zooms in ${LINES}; fewer than ${LINES / 100} are wanted`);
  return Promise.resolve();
}

if (import.meta.main) await benchNoise();
