import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { lastLine, runCommand } from "../tools/run_command.ts";
import { venvPython } from "../tools/venv.ts";

/** What a program of `bench/peers` prints about a scan of another system. */
export interface PeerFigures {
  /** Microseconds per point, without what starting and stopping takes. */
  readonly usPerPoint: number;
  /** Points that were measured. */
  readonly points: number;
  /** The peer's version. */
  readonly version: string;
  /** What the smallest scan takes, in milliseconds. */
  readonly startStopMs: number;
}

/**
 * Runs a program of `bench/peers` in `.venv-bench` and gives the JSON that it printed last. Call it in turn with ours, a
 * few times each, since a machine's speed drifts.
 *
 * @throws Error with what the program said, when it fails or `.venv-bench` is not there (`deno task setup bench`)
 *
 * @example
 * ```ts ignore
 * const { usPerPoint } = await runPeer("qcodes_dond.py", ["10000"]);
 * ```
 */
export async function runPeer<T = PeerFigures>(script: string, args: readonly string[] = []): Promise<T> {
  const { code, text } = await runCommand(venvPython(".venv-bench"), [join(ROOT, "bench", "peers", script), ...args]);
  if (code === 127) throw new Error(`${script}: .venv-bench is missing; make it with: deno task setup bench`);
  if (code !== 0) throw new Error(`${script} failed:\n${text}`);
  return JSON.parse(lastLine(text)) as T;
}
