import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { addNote } from "../src/zarr/add_note.ts";
import { random } from "../src/core/random.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { outputUntilKilled } from "./output_until_killed.ts";
import { PYTHON, python } from "./python.ts";
import { filesIn, withFolder } from "./zarr_fixture.ts";

const CHILD = new URL("./streams_child.ts", import.meta.url).href;

function spawn(store: string, ...mode: string[]): Deno.ChildProcess {
  const args = ["run", "-A", "--no-check", CHILD, store, ...mode];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
}

/** What of a run is the same however often it was killed: all but times, and what was recorded beside the points. */
async function lasting(path: string): Promise<Record<string, unknown[]>> {
  const run = await openRun(path), found: Record<string, unknown[]> = {};
  for (const [name, array] of run.arrays) {
    if (/timestamp$|^log\/|^monitor_|^baseline\//.test(name)) continue;
    found[name] = Array.from((await array.read()).data as ArrayLike<unknown>);
  }
  return found;
}

/** Opens a run with warnings as errors: what has a status has its readings, and streams are in the order of their times. */
const LOOK = `
import warnings
warnings.simplefilter("error")
import numpy as np, xarray as xr
def look(path):
    tree = xr.open_datatree(path, engine="zarr")
    sizes = {}
    for node in tree.subtree:
        ds = node.to_dataset(inherit=False)
        if "quality" not in ds: continue
        q, seq = ds.quality.values, ds.seq_num.values
        good = q == 1
        if "camera" in ds: assert (ds.camera.values[good] >= 1000).all(), node.path
        for name in ["diode", "gauge"]:
            if name in ds: assert np.isfinite(ds[name].values[good]).all(), (node.path, name)
        if node.path.startswith("/monitor"):
            assert (np.diff(ds.time.values.astype("int64")) > 0).all(), node.path
            if ds.sizes["time"]: ds.sel(time=ds.time.values[-1], method="nearest")
        if node.path == "/dark": assert (np.diff(seq) > 0).all()
        sizes[node.path] = int(q.size)
    return sizes
`;

Deno.test("a night with frames in between, a baseline and monitors, killed at random and resumed, holds what one left alone holds", () =>
  withFolder(async (folder) => {
    const alone = join(folder, "alone.zarr"), store = join(folder, "killed.zarr"), chance = random(8, "night");
    const child = spawn(alone), args = ["-c", WATCH, alone];
    const reader = new Deno.Command(PYTHON, { args, stdout: "piped", stderr: "piped" }).output();
    assert((await outputUntilKilled(child)).includes('"success"'));
    const { success, stderr } = await reader;
    assert(success, new TextDecoder().decode(stderr));
    let text = await outputUntilKilled(spawn(store), 300 + chance.uniform() * 900), lives = 1;
    let before: Record<string, number> = {};
    while (!text.includes('"success"')) {
      const sizes = await python<Record<string, number>>(`${LOOK}\nprint(json.dumps(look(data)))`, store);
      for (const [path, size] of Object.entries(before)) {
        if (path.startsWith("/monitor") || path === "/baseline") {
          assert(sizes[path] >= size, `${path} has lost something`);
        }
      }
      before = sizes;
      // Somebody notes why, while nobody writes the run.
      assertEquals(await addNote(store, `killed ${lives}`, { by: "Ada" }), "stored");
      text = await outputUntilKilled(spawn(store, "resume"), lives++ < 4 ? 300 + chance.uniform() * 900 : undefined);
    }
    assert(lives > 2, `it was killed ${lives - 1} times`);
    const expected = await lasting(alone), found = await lasting(store);
    assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const name of Object.keys(expected)) assertEquals(found[name], expected[name], name);
    const run = await openRun(store), texts = (await run.array("log/text").read()).data as string[];
    assertEquals(texts.filter((line) => line.startsWith("killed ")).length, lives - 1);
    // A life that is killed has no last baseline, and within its first second nothing at all.
    const [baselines] = run.array("baseline/quality").shape;
    assert(baselines >= 2 && baselines <= lives + 1, `${baselines} in ${lives} lives`);
    const { findings, points } = await verifyRun(store);
    const faults = findings.filter(({ message }) => !message.endsWith("stands beside the run"));
    assertEquals([faults, points], [[], 500 + 29 + 10]);
    assertEquals((await filesIn(folder)).filter((name) => !/^((alone|killed)\.zarr\/|\.)/.test(name)), []);
  }));

/** Looks at a run again and again, from before it is there until it has ended. */
const WATCH = `
import sys, time, os, json
${LOOK}
import zarr
path, seen, end = sys.argv[1], [], time.time() + 90
while not os.path.exists(path + "/zarr.json"): time.sleep(0.01)
while time.time() < end:
    ended = zarr.open_group(path, mode="r").attrs["exit_status"] != "running"
    sizes = look(path)
    if seen: assert all(sizes[k] >= n for k, n in seen[-1].items()), (seen[-1], sizes)
    seen.append(sizes)
    if ended: break
assert len(seen) > 3, seen
assert seen[-1]["/dark"] == 29 and seen[-1]["/monitor_gauge"] > 20 and seen[-1]["/monitor_diode"] > 5, seen[-1]
`;
