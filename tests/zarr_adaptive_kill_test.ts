import { assert, assertEquals } from "@std/assert";
import { random } from "../src/core/random.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { PYTHON, python } from "./python.ts";
import { contents } from "./zarr_adaptive_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** Opens a run with warnings as errors, and compares all its groups with what their status says. */
const LOOK = `
import warnings
warnings.simplefilter("error")
import numpy as np, xarray as xr
def look(path):
    tree = xr.open_datatree(path, engine="zarr")
    points = 0
    for node in tree.subtree:
        ds = node.to_dataset()
        if "quality" not in ds: continue
        # Status first: what it promises is there from then on.
        q, seq = ds.quality.values, ds.seq_num.values
        good, measured = q == 1, (q > 0) & (q < 4)
        assert (seq[measured & (seq < 0)].size == 0), node.path
        points += int(measured.sum())
        for name in ["diode", "z_fold", "sharpness", "z_readback", "z_setpoint"]:
            if name in ds.variables: assert np.isfinite(ds[name].values[good]).all(), (node.path, name)
        if node.path == "/points": assert (ds.temperature_index.values[measured] >= 0).all()
        if node.path == "/pass_1": assert ds.diode.coords["z"].dims == ("temperature", "k")
        if node.path == "/":
            z = ds.z.values if "z" in ds else ds.z_fold.values
            seen = ds.camera.values[good]
            assert (seen == (1 + np.round(z[good] * 8))[:, None, None]).all()
    return points
`;

const CHILD = new URL("./zarr_adaptive_child.ts", import.meta.url).href;

function spawn(store: string, ...mode: string[]): Deno.ChildProcess {
  const args = ["run", "-A", "--no-check", CHILD, store, ...mode];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
}

/** Lets a process run to its end, or kills it some time after its first point. Says whether it came to its end. */
async function lifeOf(child: Deno.ChildProcess, killAfterMs?: number): Promise<boolean> {
  const text = await outputUntilKilled(child, killAfterMs);
  return text.endsWith("done\n");
}

Deno.test("a run of several groups that is killed at random and resumed holds what one holds that was left alone, and can be read whenever", () =>
  withFolder(async (folder) => {
    const alone = `${folder}/alone.zarr`, store = `${folder}/killed.zarr`, chance = random(20, "kill");
    const child = spawn(alone),
      reader = new Deno.Command(PYTHON, {
        args: ["-c", WATCH, alone],
        stdout: "piped",
        stderr: "piped",
      }).output();
    assert(await lifeOf(child));
    const { success, stderr } = await reader;
    assert(success, new TextDecoder().decode(stderr));
    let done = await lifeOf(spawn(store), 1500 + chance.uniform() * 1000), lives = 1;
    while (!done) {
      const points = await python<number>(`${LOOK}\nprint(json.dumps(look(data)))`, store);
      assert(points > 0);
      done = await lifeOf(spawn(store, "resume"), lives++ < 4 ? 100 + chance.uniform() * 2500 : undefined);
    }
    assert(lives > 2, `it was killed ${lives - 1} times`);
    const expected = await contents(alone), found = await contents(store);
    assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const name of Object.keys(expected)) assertEquals(found[name], expected[name], name);
    const { findings } = await verifyRun(store);
    assertEquals(findings.filter(({ message }) => !message.endsWith("stands beside the run")), []);
  }));

/** Looks at a run again and again, from before it is there until it has ended. */
const WATCH = `
import sys, time, os, json
${LOOK}
import zarr
path, seen, end = sys.argv[1], [], time.time() + 90
while not os.path.exists(path + "/zarr.json"): time.sleep(0.01)
while time.time() < end:
    status = json.load(open(path + "/zarr.json"))["attributes"]["exit_status"]
    seen.append(look(path))
    assert len(seen) < 2 or seen[-1] >= seen[-2], seen
    if status != "running": break
assert len(seen) > 4 and seen[0] < seen[-1], seen
`;
import { outputUntilKilled } from "./output_until_killed.ts";
