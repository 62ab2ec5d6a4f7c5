import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { lastLine, runCommand } from "../tools/run_command.ts";
import { median } from "./median.ts";
import { runPeer } from "./peer.ts";

interface Figures {
  readonly usPerPoint: number;
  readonly startStopMs: number;
}

/** Ours, in a process of its own, as the peers are. */
async function runOurs(points: number): Promise<Figures> {
  const script = join(ROOT, "bench", "scan_once.ts");
  const { code, text } = await runCommand(Deno.execPath(), ["run", "-A", script, String(points)]);
  if (code !== 0) throw new Error(`scan_once.ts failed:\n${text}`);
  return JSON.parse(lastLine(text));
}

const ROUNDS = 3;

/**
 * Two axes, one scalar detector, instant devices: Sonde and QCoDeS recording to disk, Bluesky recording nothing. Each runs
 * in a process of its own, in turn, and medians are printed.
 */
export async function benchScan(): Promise<void> {
  const contenders: Record<string, { points: number; run: () => Promise<Figures> }> = {
    "Sonde, to disk": { points: 100_000, run: () => runOurs(100_000) },
    "Sonde, to disk, 10⁶": { points: 1_000_000, run: () => runOurs(1_000_000) },
    "QCoDeS dond, to disk": { points: 100_000, run: () => runPeer("qcodes_dond.py", ["100000"]) },
    "Bluesky scan, no storage": { points: 2000, run: () => runPeer("bluesky_scan.py", ["2000"]) },
    "Bluesky grid_scan, no storage": { points: 2000, run: () => runPeer("bluesky_scan.py", ["2000", "grid_scan"]) },
  };
  const figures = new Map<string, Figures[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { run }] of Object.entries(contenders)) {
      figures.get(name)!.push(await run());
      console.log(`  round ${round + 1}: ${name}: ${figures.get(name)!.at(-1)!.usPerPoint.toFixed(2)} µs a point`);
    }
  }
  const ours = median(figures.get("Sonde, to disk")!.map((f) => f.usPerPoint));
  console.log(
    `${"".padEnd(32)}${"points".padStart(10)}${"µs/point".padStart(12)}${"start+stop ms".padStart(16)}${
      "ratio".padStart(9)
    }`,
  );
  for (const [name, all] of figures) {
    const us = median(all.map((f) => f.usPerPoint)), ms = median(all.map((f) => f.startStopMs));
    const cells = [
      String(contenders[name].points).padStart(10),
      us.toFixed(2).padStart(12),
      ms.toFixed(1).padStart(16),
    ];
    console.log(`${name.padEnd(32)}${cells.join("")}${`${(us / ours).toFixed(1)}×`.padStart(9)}`);
  }
}

if (import.meta.main) await benchScan();
