/** Examples of the cookbook in processes of their own, which may be killed. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openRun } from "../src/zarr/open_run.ts";
import { ROOT } from "../tools/root.ts";
import { runCommand } from "../tools/run_command.ts";
import type { Recipe } from "./cookbook_recipes.ts";
import { checkExample, openInXarray, readExample, type Seen } from "./cookbook_support.ts";
import { withFolder } from "./zarr_fixture.ts";

const MINUTE_MS = 60_000;

/** The command line, from its source. */
export const MAIN = join(ROOT, "src", "cli", "main.ts");

/** Runs Deno to its end, which must be a good one, and gives what it said. */
export async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { code, text, late } = await runCommand(Deno.execPath(), args, { cwd, timeoutMs: 3 * MINUTE_MS });
  assertEquals({ code, late }, { code: 0, late: false }, text);
  return text;
}

/** Dimensions and units are those that one expects, and what was found is what the simulated world has. */
export function judge(recipe: Recipe, seen: Seen, begunAnew = false): void {
  for (const [path, expected] of Object.entries(recipe.dims)) {
    for (const [name, size] of Object.entries(expected)) {
      assertEquals(seen.dims[path]?.[name], size, `${path} ${name}: ${JSON.stringify(seen.dims)}`);
    }
  }
  for (const [name, unit] of Object.entries(recipe.units)) assertEquals(seen.units[name], unit, name);
  recipe.found(seen, begunAnew);
}

/** Kills an example in the middle of its run, opens what is there, and takes it up again. */
export async function survivesKill(recipe: Recipe): Promise<void> {
  await withFolder(async (folder) => {
    const to = join(folder, "run.zarr"), args = ["run", join(ROOT, "examples", `${recipe.name}.yaml`), "--to", to];
    await killMidway(folder, to, args, (await checkExample(await readExample(recipe.name))).timeMs! / 2);
    await openInXarray(to);
    await deno(folder, "run", "-A", MAIN, "resume", to, "--quiet");
    assertEquals((await openRun(to)).attributes.exit_status, "success");
    judge(recipe, await openInXarray(to), true);
  });
}

/** Starts a run in a process of its own, and kills it so long after its store has come to be. */
async function killMidway(cwd: string, store: string, args: readonly string[], afterMs: number): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args, "--quiet"],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const isThere = () => Deno.stat(join(store, "zarr.json")).then(() => true, () => false);
  while (!await isThere()) await pause(5);
  await pause(afterMs);
  child.kill("SIGKILL");
  const { signal } = await ended;
  assertEquals(signal, "SIGKILL");
}
