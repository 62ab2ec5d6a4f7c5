import { PseudoTerminal } from "./pseudo_terminal.ts";
import type { SmokeCheck } from "./smoke_checks.ts";
import { runCommand } from "./run_command.ts";

/** Some ten seconds long, so that nobody has to be quick. */
const LONG = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, dwellMs: 25 }
read: [diode]
plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 401 }
`;

/** Why there can be no pseudo-terminal; undefined where there can. */
async function whyNoTerminal(): Promise<string | undefined> {
  if (Deno.build.os === "windows") return "Windows has none in Python";
  const found = await runCommand("python3", ["-c", "import fcntl, termios"]).catch(() => undefined);
  return found?.code === 0 ? undefined : "python3, which opens pseudo-terminals, is not there";
}

/** A person at a terminal, who presses Ctrl-C. */
export const TERMINAL: SmokeCheck = {
  name:
    "at a terminal Ctrl-C pauses a scan, Enter goes on, and Ctrl-C twice aborts it with 130; the terminal is as it was",
  async run(host) {
    const why = await whyNoTerminal();
    if (why) return `not here: ${why}`;
    await host.write("long.yaml", LONG);
    const words = [...host.command, "run", "long.yaml", "--to", "terminal.zarr"];
    const env = { ...host.env, TERM: "xterm-256color", LANG: "C.UTF-8" };
    await using terminal = new PseudoTerminal(words, { cwd: host.folder, env, clearEnv: true });
    await terminal.shows(/[1-9]\d* of 401 points/);
    await terminal.type("\x03", 300);
    await terminal.shows(/[Pp]aused/);
    await terminal.type("\n", 500);
    await terminal.shows(/of 401 points · running/);
    await terminal.type("\x03", 300);
    await terminal.shows(/[Pp]aused/);
    await terminal.type("\x03", 500);
    const { code, screen, restored } = await terminal.ended;
    if (code !== 130 || !restored) throw new Error(`ended with ${code}, the terminal restored: ${restored}\n${screen}`);
    const { out } = await host.execute(["info", "terminal.zarr", "--json"]), { attributes, points } = JSON.parse(out);
    if (attributes.exit_status !== "aborted") throw new Error(`the run is ${attributes.exit_status}`);
    if (!(points.good > 0 && points.good < 401)) throw new Error(`${points.good} good points`);
    return `${points.good} points`;
  },
};
