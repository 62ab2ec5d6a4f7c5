/**
 * A tracker on a peak that walks: how often it ends within the peak's width, and how many points a visit takes.
 *
 * @module
 */
import type { Track } from "../../src/core/adaptive_plan.ts";
import { random } from "../../src/core/random.ts";
import { trackKind } from "../../src/adapt/track.ts";
import { drivePath, STAGE } from "./drive_path.ts";

/** How a peak walks, in its own widths (full width at half height), and what there is to be seen of it. */
export interface Walk {
  /** Standard deviation of a step between two visits. */
  readonly step: number;
  /** How much farther it goes at each visit. */
  readonly drift: number;
  /** Its height over the noise. */
  readonly height: number;
  /** The window, in widths. */
  readonly window: number;
  /** Setpoints of the window. */
  readonly num: number;
}

/** What became of a walk. */
export interface Tracked {
  /** The part of all visits that ended within half a width on either side of the peak. */
  readonly within: number;
  /** The part of all visits at which it was said to be lost. */
  readonly lost: number;
  /** Points of a visit, on average. */
  readonly points: number;
}

const SEEDS = 20, VISITS = 100;

const WALKS: readonly Walk[] = [
  { step: 0.2, drift: 0, height: 20, window: 4, num: 21 },
  { step: 0.3, drift: 0.1, height: 20, window: 4, num: 21 },
  { step: 0.3, drift: 0.1, height: 8, window: 4, num: 21 },
  { step: 0.3, drift: 0.5, height: 20, window: 4, num: 15 },
  { step: 1, drift: 0.3, height: 20, window: 4, num: 21 },
  { step: 0.1, drift: 0, height: 50, window: 2, num: 11 },
];

/** Follows one walk with several seeds. */
export function trackWalk({ step, drift, height, window, num }: Walk): Tracked {
  let within = 0, lost = 0, points = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const r = random(seed, "bench/track"),
      setpoints = Array.from({ length: num }, (_, i) => window * (i / (num - 1) - 0.5));
    const linspace = { kind: "linspace", axis: "x", start: -window / 2, stop: window / 2, num } as const;
    const plan: Track = { kind: "track", plan: linspace, on: "counts" };
    const visit = trackKind.start(plan, { lines: [{ axis: "x", setpoints }], limits: () => [-1000, 1000] });
    for (let k = 0, at = 0; k < VISITS; k++, at += drift + step * r.normal()) {
      const read = (x: number) => 5 + r.normal() + height * Math.exp(-4 * Math.LN2 * (x - at) ** 2);
      const driven = drivePath(visit(STAGE), read), { x, lost: gone } = driven.summary as { x: number; lost: number };
      if (Math.abs(x - at) <= 0.5) within++;
      lost += gone;
      points += driven.points;
    }
  }
  const visits = SEEDS * VISITS;
  return { within: within / visits, lost: lost / visits, points: points / visits };
}

/** Prints how each walk went. */
export function benchTrack(): Promise<void> {
  console.log(`${SEEDS} walks of ${VISITS} visits each; lengths in widths of the peak; 99 % within are wanted\n`);
  const names = ["step", "drift", "height/noise", "window", "setpoints", "within", "lost", "points a visit"];
  console.log(names.map((name) => name.padEnd(14)).join(""));
  for (const walk of WALKS) {
    const { within, lost, points } = trackWalk(walk), percent = (part: number) => `${(100 * part).toFixed(2)} %`;
    const cells = [
      walk.step,
      walk.drift,
      walk.height,
      walk.window,
      walk.num,
      percent(within),
      percent(lost),
      points.toFixed(1),
    ];
    console.log(cells.map((cell) => String(cell).padEnd(14)).join(""));
  }
  return Promise.resolve();
}

if (import.meta.main) await benchTrack();
