import { join } from "@std/path";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).href;

/** What a command said. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real command in a folder, to be spawned. */
export function sondeCommand(cwd: string, args: readonly string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
  });
}

/** The words of the real command, for those who start it themselves. */
export function sondeWords(...args: string[]): string[] {
  return [Deno.execPath(), "run", "-A", MAIN, ...args];
}

/** The real command, in a process and a folder of its own. */
export async function sonde(cwd: string, ...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await sondeCommand(cwd, args).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** An empty folder with a name that not every program likes. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir(), folder = join(parent, "mit Leerzeichen é");
  await Deno.mkdir(folder);
  try {
    await test(await Deno.realPath(folder));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** What stands in a folder, by name. */
export function files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** A rig of instant devices, as a rig file. */
export const RIG = `x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
y: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
shutter: { driver: sim.shutter, instant: true }
diode: { driver: sim.photodiode, instant: true }
camera: { driver: sim.camera, shape: [6, 8], instant: true, limits: { exposure: [1, 50] }, settings: { exposure: 20 } }
`;
