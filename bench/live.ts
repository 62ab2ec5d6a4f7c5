import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { lastLine, runCommand } from "../tools/run_command.ts";
import { median } from "./median.ts";

interface Figures {
  readonly usPerPoint: number;
  /** What processors were busy with it: other programs do not change it. */
  readonly cpuUsPerPoint: number;
  readonly updates: number;
  readonly largestBytes: number;
  readonly keptBytes: number;
}

/** One process, so that nothing is compiled by the run before. */
async function runOnce(points: number, pointMs: number, live: boolean): Promise<Figures> {
  const script = join(ROOT, "bench", "live_once.ts"),
    args = [String(points), String(pointMs), live ? "live" : "plain"];
  const { code, text } = await runCommand(Deno.execPath(), ["run", "-A", script, ...args]);
  if (code !== 0) throw new Error(`live_once.ts failed:\n${text}`);
  return JSON.parse(lastLine(text));
}

const ROUNDS = 3;
const CASES = [
  { name: "points of 1 ms", points: 4000, pointMs: 1 },
  { name: "points that take no time", points: 500_000, pointMs: 0 },
];

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

/** What a live figure costs a scan: the same scan with and without, in turn, and the median of the ratios. */
export async function benchLive(): Promise<void> {
  for (const { name, points, pointMs } of CASES) {
    const ratios: number[] = [], cpuRatios: number[] = [], plainUs: number[] = [], liveUs: number[] = [];
    let last: Figures | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const plain = await runOnce(points, pointMs, false);
      last = await runOnce(points, pointMs, true);
      ratios.push(last.usPerPoint / plain.usPerPoint);
      cpuRatios.push(last.cpuUsPerPoint / plain.cpuUsPerPoint);
      plainUs.push(plain.usPerPoint);
      liveUs.push(last.usPerPoint);
    }
    const { updates, largestBytes, keptBytes } = last!, more = (all: number[]) => (100 * (median(all) - 1)).toFixed(1);
    console.log(
      `${name.padEnd(26)}${points.toLocaleString("en").padStart(10)}: ${
        median(plainUs).toFixed(2)
      } µs a point without, ` +
        `${median(liveUs).toFixed(2)} with a live figure: ${more(ratios)} % more time, ${more(cpuRatios)} % more ` +
        `processor time; ${updates} outputs, the largest of ${kB(largestBytes)}, ${kB(keptBytes)} kept`,
    );
  }
}

if (import.meta.main) await benchLive();
