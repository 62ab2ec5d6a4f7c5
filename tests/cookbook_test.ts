/**
 * The ten examples of `docs/cookbook.md`: what `check` says of them, what they find, and that they survive.
 * `deno test -A tests/cookbook_test.ts --filter check -- --update` draws the pictures of that page anew; look at them.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openRun } from "../src/zarr/open_run.ts";
import { figureOf } from "../src/wire/pictures.ts";
import { ROOT } from "../tools/root.ts";
import { deno, judge, MAIN, survivesKill } from "./cookbook_kill_support.ts";
import { type Recipe, RECIPES } from "./cookbook_recipes.ts";
import { bytesOf, checkExample, goOn, openInXarray, readExample, rigOf, runOf, type Seen } from "./cookbook_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** Whether the pictures are drawn anew, after a change that is meant. */
const UPDATE = Deno.args.includes("--update");

const within = (said: number, came: number, part: number, what: string) =>
  assert(Math.abs(said - came) <= part * came, `${what}: ${said} was said, ${came} came`);

Deno.test("the cookbook shows each file as it is, and each picture, once", async () => {
  const page = await Deno.readTextFile(join(ROOT, "docs", "cookbook.md"));
  assertEquals(RECIPES.length, 10);
  for (const { name, pictures } of RECIPES) {
    const text = await Deno.readTextFile(join(ROOT, "examples", `${name}.yaml`));
    assertEquals(
      page.split("```yaml\n" + text + "```\n").length,
      2,
      `${name}.yaml is not in docs/cookbook.md as it is`,
    );
    assert(page.includes(`(../examples/${name}.ts)`), `${name}.ts is not in docs/cookbook.md`);
    for (const image of Object.keys(pictures)) {
      assertEquals(page.split(`(images/cookbook-${image}.svg)`).length, 2, `${image} is not in docs/cookbook.md once`);
    }
  }
});

for (const recipe of RECIPES) {
  Deno.test(`check says of ${recipe.name} beforehand how many points, how long and how many bytes, within a tenth`, () =>
    withFolder(async (folder) => {
      const file = await readExample(recipe.name), to = join(folder, "run.zarr");
      const report = await checkExample(file);
      assertEquals(report.issues.filter(({ severity }) => severity === "error"), []);
      await using rig = await rigOf(file);
      const run = runOf(file, rig, to), beginMs = rig.clock.nowMs();
      await run.done;
      within(report.points, run.status.points, 0.1, "points");
      const endMs = rig.clock.nowMs(), seen = await openInXarray(to);
      // How long a beam will be lost, nobody can say beforehand.
      const waited = Object.entries(seen.values).flatMap(([name, ms]) =>
        file.hold && name.endsWith("/waited") ? ms as number[] : []
      );
      const waitedMs = waited.reduce((sum, ms) => sum + ms, 0);
      within(report.timeMs!, endMs - beginMs - waitedMs, 0.1, "ms");
      within(report.bytes!, await bytesOf(to), 0.1, "bytes");
      judge(recipe, seen);
      await compareImages(recipe, to);
    }));

  Deno.test(`${recipe.name} as a script is ${recipe.name} as a file: one plan, one rig, one store`, () =>
    withFolder(async (cwd) => {
      await deno(cwd, "run", "-A", join(ROOT, "examples", `${recipe.name}.ts`));
      const runs = await Array.fromAsync(walk(join(cwd, "runs")));
      assertEquals(runs.length, 1, `${runs}`);
      await deno(cwd, "run", "-A", MAIN, "run", join(ROOT, "examples", `${recipe.name}.yaml`), "--to", "y.zarr");
      const script = await openRun(runs[0]), file = await openRun(join(cwd, "y.zarr"));
      const { devices: _, ...settings } = file.attributes.settings as Record<string, unknown>;
      assertEquals(file.attributes.plan, script.attributes.plan);
      assertEquals(settings, script.attributes.settings);
      assertEquals(file.attributes.devices, script.attributes.devices);
      // A step that a busy computer began late is said in the log, which may else not be there.
      const isScan = (name: string) => !/^\/?log\//.test(name);
      const namesOf = (names: Iterable<string>) => [...names].filter(isScan).sort();
      assertEquals(namesOf(file.arrays.keys()), namesOf(script.arrays.keys()));
      const [byScript, byFile] = [await openInXarray(runs[0]), await openInXarray(join(cwd, "y.zarr"))];
      const unitsOf = ({ units }: Seen) => Object.entries(units).filter(([name]) => isScan(name)).sort();
      assertEquals(unitsOf(byFile), unitsOf(byScript));
      for (const seen of [byScript, byFile]) judge(recipe, seen);
      for (const name of recipe.same) assertEquals(byFile.values[name], byScript.values[name], name);
    }));

  Deno.test(`${recipe.name} that was aborted in the middle is gone on with, and lacks nothing`, () =>
    withFolder(async (folder) => {
      const file = await readExample(recipe.name), to = join(folder, "run.zarr"), { points } = await checkExample(file);
      await using rig = await rigOf(file);
      const run = runOf(file, rig, to);
      for await (const _ of run) if (run.status.points >= points / 2) break;
      assertEquals((await openRun(to)).attributes.exit_status, "aborted");
      await openInXarray(to);
      await goOn(rig, to);
      assertEquals((await openRun(to)).attributes.exit_status, "success");
      judge(recipe, await openInXarray(to));
    }));
}

/** Two that have most in them; tests/long/cookbook_kill_test.ts kills all ten. */
for (const recipe of RECIPES.filter(({ name }) => ["overnight", "drift_map"].includes(name))) {
  Deno.test(`${recipe.name} that was killed in the middle is readable, and goes on with sonde resume`, () =>
    survivesKill(recipe));
}

/** The pictures of the cookbook are those of its runs, byte for byte. */
async function compareImages({ name, pictures }: Recipe, place: string): Promise<void> {
  const run = await openRun(place);
  for (const [image, options] of Object.entries(pictures)) {
    const path = join(ROOT, "docs", "images", `cookbook-${image}.svg`), svg = (await figureOf(run, options)).svg();
    if (UPDATE) await Deno.writeTextFile(path, svg);
    assert(await Deno.readTextFile(path) === svg, `${path} is not what ${name} draws: look at it with -- --update`);
  }
}

/** The stores below a folder. */
async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".zarr")) yield join(folder, name);
    else yield* walk(join(folder, name));
  }
}
