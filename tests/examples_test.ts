import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { runCommand } from "../tools/run_command.ts";
import { RECIPES } from "./cookbook_recipes.ts";
import { checkExample, readExample } from "./cookbook_support.ts";

const MINUTE_MS = 60_000;

/** Those of the cookbook have tests of their own, which run their scripts and files as they stand. */
const inCookbook = new Set(RECIPES.map(({ name }) => name));
const entries = (await Array.fromAsync(Deno.readDir(join(ROOT, "examples"))).catch(() => []))
  .filter(({ name }) => !inCookbook.has(name.replace(/\.\w+$/, "")));

/** A folder of its own, with a name that not every program likes. */
async function inFolder(test: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "sonde examples é " });
  try {
    await test(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { code, text, late } = await runCommand(Deno.execPath(), args, { cwd, timeoutMs: 3 * MINUTE_MS });
  assertEquals({ code, late }, { code: 0, late: false }, text);
  return text;
}

for (const { name } of entries.filter(({ name }) => name.endsWith(".ts"))) {
  Deno.test(`examples/${name} runs as it stands, wherever it is called`, () =>
    inFolder(async (cwd) => {
      await deno(cwd, "run", "-A", join(ROOT, "examples", name));
    }));
}

/** What `sonde info --log --json` says of a run. */
interface Info {
  readonly attributes: { readonly exit_status: string };
  readonly points: { readonly good: number };
  readonly found: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly log: readonly { readonly kind: string; readonly data: Readonly<Record<string, unknown>> }[];
}

const near = (found: unknown, expected: number, within: number) =>
  assert(Math.abs(Number(found) - expected) < within, `${found} is not ${expected} ± ${within}`);

/** What the last note of a log says, as data. */
const lastNote = ({ log }: Info) => log.findLast(({ kind }) => kind === "note")!.data;

function foundBy(info: Info, name: string): readonly number[] {
  const { values } = info.found.find((one) => one.name === name)!;
  return values.map((value) => value ?? NaN);
}

/** What is true of the simulated world, and must have been found: lines of neon by NIST, a lock-in's phase. */
const FOUND: Readonly<Record<string, (info: Info) => void>> = {
  "zoom.yaml": (info) => {
    const places = (lastNote(info).peaks as { at: number }[]).map(({ at }) => at);
    for (const line of [633.4428, 638.2991, 640.2248]) {
      assert(places.some((at) => Math.abs(at - line) < 0.01), `${places}`);
    }
  },
  "align.yaml": (info) => near(lastNote(info).place, 640.2248, 0.01),
  "approve.yaml": ({ points, log }) => {
    assertEquals(points.good, 31);
    assertEquals(log.filter(({ kind }) => kind === "ask").map(({ data }) => [data.answer, data.by]), [[
      "cancel",
      "nobody",
    ]]);
  },
  "track.yaml": (info) => {
    const places = foundBy(info, "wavelength_fold");
    // The scale creeps by 0.025 nm a visit, and by more where a slow machine is late.
    near(places[0], 640.15, 0.15);
    for (let k = 1; k < places.length; k++) assert(places[k] < places[k - 1] + 0.01, `${places}`);
    assert(places[19] < places[0] - 0.3 && foundBy(info, "track_lost").every((lost) => lost === 0), `${places}`);
  },
  "focus.yaml": (info) => near(foundBy(info, "z_fold")[0], 0.0245, 0.003),
  "average.yaml": (info) => {
    for (const error of foundBy(info, "dR_sem")) assert(error < 1e-4);
    for (const n of foundBy(info, "dR_n")) assert(n > 250 && n < 650, `${n} readings`);
  },
  "autofocus_map.yaml": (info) => assertEquals(foundBy(info, "z_fold").filter(Number.isFinite).length, 9),
  "zoom_at_temperatures.yaml": (info) => {
    for (const place of foundBy(info, "wavelength_fold")) near(place, 640.2248, 0.01);
  },
  "learn_averages.yaml": (info) => {
    const errors = info.found.find(({ name }) => name.endsWith("diode_sem"))!.values;
    for (const error of errors) assert(error !== null && error < 0.003);
  },
  "learn.yaml": ({ points }) => assertEquals(points.good, 150),
  "learn_map.yaml": ({ points }) => assertEquals(points.good, 250),
  "when.yaml": ({ points }) => assertEquals((points.good - 101) % 21, 0),
  "climb.yaml": (info) => assert(JSON.stringify(lastNote(info)).includes("640.2"), JSON.stringify(lastNote(info))),
};

const main = join(ROOT, "src", "cli", "main.ts");

for (const { name } of entries.filter(({ name }) => name.endsWith(".yaml"))) {
  Deno.test(`examples/${name} is checked and run by sonde, and finds what is there`, () =>
    inFolder(async (cwd) => {
      const file = join(ROOT, "examples", name);
      const { issues } = await checkExample(await readExample(name.replace(/\.yaml$/, "")));
      assertEquals(issues.filter(({ severity }) => severity === "error"), []);
      await deno(cwd, "run", "-A", main, "run", file, "--to", "run.zarr", "--quiet");
      const info: Info = JSON.parse(await deno(cwd, "run", "-A", main, "info", "run.zarr", "--log", "--json"));
      assertEquals(info.attributes.exit_status, "success");
      FOUND[name]?.(info);
    }));
}
