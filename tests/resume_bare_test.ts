import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import {
  concat,
  connect,
  linspace,
  nest,
  openRun,
  type PathFunction,
  type Plan,
  relative,
  repeat,
  resume,
  scan,
  shuffle,
  sim,
  verifyRun,
  zoom,
} from "../mod.ts";
import { inFolder, sonde } from "./cli_support.ts";
import { python } from "./python.ts";
import { filesIn, withFolder } from "./zarr_fixture.ts";

const devices = () => ({
  x: sim.instant({ limits: [-100, 100], unit: "mm" }),
  y: sim.instant({ limits: [-100, 100], unit: "mm" }),
  filter: sim.filterWheel({ labels: ["red", "blue"] }),
  diode: sim.photodiode({ dwellMs: 0, noise: 0 }),
});

const own: PathFunction<{ x: number }> = function* ({ measure, note }) {
  for (let x = 0; x < 4; x++) yield* measure({ x }, { pass: x < 2 ? "up" : "down" });
  yield* note("over");
};

const SCANS: Readonly<Record<string, Plan | PathFunction<{ x: number }>>> = {
  "a grid": nest(linspace("y", 0, 2, 3), linspace("x", 0, 4, 5)),
  "a shuffled grid": shuffle(nest(linspace("y", 0, 2, 3), linspace("x", 0, 4, 5))),
  "labels": nest({ kind: "list", axis: "filter", setpoints: ["red", "blue"] }, linspace("x", 0, 2, 3)) as Plan,
  "a relative scan": relative(linspace("x", -1, 1, 5)),
  "passes": nest(linspace("y", 0, 1, 2), concat(linspace("x", 0, 2, 3), repeat(4))),
  "an adaptive scan": zoom(linspace("x", -5, 5, 31), { on: "diode" }),
  "a path of one's own": own,
};

type Json = Record<string, unknown>;

/** Says in a root that the run is running, and that it has these arrays. */
async function writeRoot(whole: string, to: string, metadata: Json): Promise<void> {
  const root = JSON.parse(await Deno.readTextFile(join(whole, "zarr.json")));
  const left = { exit_status: "running", exit_reason: "", ended_at: null, actual: null };
  await Deno.mkdir(to, { recursive: true });
  const attributes = { ...root.attributes, ...left };
  await Deno.writeTextFile(
    join(to, "zarr.json"),
    JSON.stringify({ ...root, attributes, consolidated_metadata: { ...root.consolidated_metadata, metadata } }),
  );
}

/** All arrays but the times and the log. */
async function contents(place: string): Promise<Json> {
  const run = await openRun(place), found: Json = {};
  for (const [name, array] of run.arrays) {
    const isTime = /timestamp$|^log\/|^monitor_|^baseline\//.test(name);
    if (!isTime) found[name] = Array.from((await array.read()).data as ArrayLike<unknown>);
  }
  return found;
}

async function measureWhole(to: string, plan: Plan | PathFunction<{ x: number }>): Promise<void> {
  await using rig = await connect(devices());
  const streams = { baseline: true, monitor: { diode: { everyMs: 1000 } } };
  await scan(plan as never, { rig, read: ["diode"], to, quiet: true, ...streams }).done;
}

/** Resumes a run, and says how many points it has, and how many were measured now. */
async function takeUp(to: string, plan: Plan | PathFunction<{ x: number }>): Promise<{ points: number; seen: number }> {
  await using rig = await connect(devices());
  const run = await resume(to, rig, { quiet: true, ...(typeof plan === "function" ? { plan: plan as never } : {}) });
  let seen = 0;
  for await (const _ of run) seen++;
  return { points: (await run.done).points, seen };
}

for (const [name, plan] of Object.entries(SCANS)) {
  Deno.test(`a run (${name}) that is killed before it has its arrays is measured from its first point`, () =>
    withFolder(async (folder) => {
      const whole = join(folder, "whole.zarr"), bare = join(folder, "bare.zarr"), some = join(folder, "some.zarr");
      await measureWhole(whole, plan);
      const expected = await contents(whole);
      // Nothing but the root; and one that has written some of the coordinates, of which the root does not tell yet.
      await writeRoot(whole, bare, {});
      await writeRoot(whole, some, {});
      for (const file of (await filesIn(whole)).filter((file) => /(^|\/)[xy]\/c\/0$/.test(file))) {
        await Deno.mkdir(dirname(join(some, file)), { recursive: true });
        await Deno.copyFile(join(whole, file), join(some, file));
      }
      for (const to of [bare, some]) {
        const before = await verifyRun(to);
        assert(before.whole && before.points === 0);
        assert(before.findings.some(({ message }) => message.includes("nothing was measured")));
        const { points, seen } = await takeUp(to, plan);
        assertEquals(seen, points);
        assertEquals(await contents(to), expected);
        const { whole, findings } = await verifyRun(to);
        assert(whole, JSON.stringify(findings));
        assertEquals((await openRun(to)).attributes.exit_status, "success");
      }
      assertEquals(
        await python(`import xarray as xr\nprint(json.dumps(len(xr.open_datatree(data, engine="zarr").groups)))`, bare),
        (await openRun(bare)).groups.size,
      );
    }));
}

Deno.test("a run whose store has lost the status of its points before there were any is measured from its first point", () =>
  withFolder(async (folder) => {
    const plan = SCANS["a grid"], whole = join(folder, "whole.zarr"), to = join(folder, "some.zarr");
    await measureWhole(whole, plan);
    const root = JSON.parse(await Deno.readTextFile(join(whole, "zarr.json")));
    const { x, diode, timestamp } = root.consolidated_metadata.metadata;
    await writeRoot(whole, to, { x, diode, timestamp });
    await Deno.mkdir(join(to, "x", "c"), { recursive: true });
    await Deno.copyFile(join(whole, "x", "c", "0"), join(to, "x", "c", "0"));
    assertEquals(await takeUp(to, plan), { points: 15, seen: 15 });
    assertEquals(await contents(to), await contents(whole));
    assert((await verifyRun(to)).whole);
  }));

Deno.test("sonde info and verify say of a run without arrays that nothing was measured, and sonde resume measures it", () =>
  inFolder(async (folder) => {
    const rig = "{ x: { driver: sim.instant, limits: [0, 9] }, c: { driver: sim.counter } }";
    await Deno.writeTextFile(
      join(folder, "line.yaml"),
      `rig: ${rig}\nplan: { kind: linspace, axis: x, start: 0, stop: 9, num: 10 }\nread: [c]\n`,
    );
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "whole.zarr", "--quiet")).code, 0);
    await writeRoot(join(folder, "whole.zarr"), join(folder, "bare.zarr"), {});
    const info = await sonde(folder, "info", "bare.zarr"), verify = await sonde(folder, "verify", "bare.zarr");
    assert(info.out.includes("points: none, and no arrays yet"), info.out);
    assertEquals([info.code, verify.code], [0, 0]);
    assert(verify.out.includes("nothing was measured: sonde resume begins at the first point"), verify.out);
    const resumed = await sonde(folder, "resume", "bare.zarr", "--json");
    assertEquals([resumed.code, JSON.parse(resumed.out).points], [0, 10], resumed.err);
  }));
