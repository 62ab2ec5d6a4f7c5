/**
 * `findPeaks` beside scipy's `find_peaks` on signals of 10⁶ samples: both in the same run, taking turns, so that
 * whatever else the machine does strikes both. Run by `deno run -A bench/peaks.ts`; needs `.venv` (`deno task setup`).
 *
 * @module
 */
import { join } from "@std/path";
import { findPeaks, type FindPeaksOptions } from "../src/adapt/peaks/mod.ts";
import { random } from "../src/core/random.ts";
import { ROOT } from "../tools/root.ts";
import { type LinePeer, startLinePeer } from "./line_peer.ts";
import { median } from "./median.ts";

const SAMPLES = 1_000_000, WARM_UP = 3, ROUNDS = 9;

/** What is asked; the prominences are a fraction of each signal's spread. */
const QUESTIONS: Readonly<Record<string, FindPeaksOptions>> = {
  "no condition": {},
  height: { height: 0 },
  "distance 10": { distance: 10 },
  "distance 1000": { distance: 1000 },
  prominence: { prominence: 0.1 },
  "prominence + width": { prominence: 0.1, width: 2 },
  "height + prominence": { height: 3, prominence: 0.1 },
};

/** Seeded signals: what is hard for one algorithm is easy for another. */
function signals(): Record<string, Float64Array> {
  const r = random(1, "bench/peaks"), noise = Float64Array.from({ length: SAMPLES }, () => r.normal());
  let height = 0;
  const walk = noise.map((step) => height += step / 10);
  return {
    "white noise": noise,
    "smoothed noise": noise.map((_, i) => (noise[i] + noise[i + 1] + noise[i + 2] + noise[i + 3]) / 2 || 0),
    "random walk": walk,
    "noisy sine": noise.map((sample, i) => Math.sin(i / 50) * 2 + sample / 4),
    "spectral lines": noise.map((sample, i) => 20 * Math.exp(-(((i % 5000) - 2500) ** 2) / 800) + sample / 10),
    "counts": noise.map((_, i) => r.poisson(4 + 3 * Math.sin(i / 200))),
    "drifting noise": noise.map((sample, i) => sample - i / 1000),
  };
}

/** Median times of both on one signal and question. */
async function compare(
  scipy: LinePeer,
  path: string,
  signal: Float64Array,
  options: FindPeaksOptions,
): Promise<{ oursMs: number; scipyMs: number; peaks: number; same: boolean }> {
  const ours: number[] = [], theirs: number[] = [];
  let peaks = 0, expected = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const startedMs = performance.now();
    peaks = findPeaks(signal, options).peaks.length;
    const elapsedMs = performance.now() - startedMs;
    const answer = await scipy.ask<{ ms: number; peaks: number }>({ signal: path, options });
    expected = answer.peaks;
    if (round < WARM_UP) continue;
    ours.push(elapsedMs);
    theirs.push(answer.ms);
  }
  return { oursMs: median(ours), scipyMs: median(theirs), peaks, same: peaks === expected };
}

/** Prints milliseconds (medians) of both and their ratio, for every signal and question. */
export async function benchPeaks(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sonde-bench-" });
  await using scipy = startLinePeer(join(ROOT, "bench", "peaks_scipy.py"));
  console.log(`findPeaks on ${SAMPLES} samples, median of ${ROUNDS} rounds, ms\n`);
  console.log(["signal", "question", "peaks", "sonde", "scipy", "scipy/sonde"].map(column).join(""));
  try {
    for (const [name, signal] of Object.entries(signals())) {
      const path = join(folder, `${name.replaceAll(" ", "_")}.f64`);
      await Deno.writeFile(path, new Uint8Array(signal.buffer));
      for (const [question, options] of Object.entries(QUESTIONS)) {
        const { oursMs, scipyMs, peaks, same } = await compare(scipy, path, signal, options);
        const figures = [oursMs.toFixed(1), scipyMs.toFixed(1), (scipyMs / oursMs).toFixed(1)];
        console.log([name, question, String(peaks) + (same ? "" : " (ties)"), ...figures].map(column).join(""));
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function column(text: string, k: number): string {
  return k < 2 ? text.padEnd(22) : text.padStart(16);
}

if (import.meta.main) await benchPeaks();
