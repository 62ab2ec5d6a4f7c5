import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Random, random } from "../src/core/random.ts";
import { openRun, type RunData } from "../src/zarr/open_run.ts";
import { outputUntilKilled } from "./output_until_killed.ts";
import { python } from "./python.ts";
import type { PlanName } from "./resume_plans.ts";
import { filesIn, withFolder } from "./zarr_fixture.ts";

const CHILD = new URL("./resume_child.ts", import.meta.url);

/** What a child process said: the points that it measured, and whether it came to the end. */
interface Told {
  readonly points: readonly string[];
  readonly done: boolean;
}

/** Runs a scan in a process of its own; it is killed `killAfter` points and some milliseconds after its first one. */
async function runChild(store: string, kind: PlanName, resumed: boolean, killAfterMs?: number): Promise<Told> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD.href, store, kind, ...(resumed ? ["resume"] : [])],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const text = await outputUntilKilled(child, killAfterMs);
  const lines = text.split("\n").filter((line) => line.endsWith("}")).map((line) => JSON.parse(line));
  const points = lines.filter(({ index }) => index).map(({ pass, index }) => `${pass} ${index}`);
  return { points, done: lines.some(({ done }) => done === "success") };
}

/** The points that a store holds with their status, as the child names them. */
async function committed(run: RunData): Promise<Set<string>> {
  const held = new Set<string>();
  for (const [name, array] of run.arrays) {
    if (!/(^|\/)quality$/.test(name)) continue;
    const { data } = await array.read(), group = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    const names = group === "points" ? await passesOf(run) : undefined;
    (data as Uint8Array).forEach((quality, at) => {
      const index = array.shape.map((_, d) => {
        const inner = array.shape.slice(d + 1).reduce((a, b) => a * b, 1);
        return Math.floor(at / inner) % array.shape[d];
      });
      if (quality) held.add(`${names?.[at] ?? (group || "pass_0")} ${index}`);
    });
  }
  return held;
}

async function passesOf(run: RunData): Promise<string[]> {
  const pass = run.array("points/pass"), meanings = String(pass.attributes.flag_meanings ?? "").split(" ");
  return Array.from((await pass.read()).data as Int16Array, (code) => meanings[code]);
}

/** All arrays but the times. */
async function contents(path: string): Promise<Record<string, unknown[]>> {
  const run = await openRun(path), found: Record<string, unknown[]> = {};
  for (const [name, array] of run.arrays) {
    if (name.endsWith("timestamp") || name.startsWith("log/")) continue;
    found[name] = Array.from((await array.read()).data as ArrayLike<unknown>);
  }
  return found;
}

/** xarray opens the run with warnings as errors, and every point that has a status has its readings. */
async function xarrayReads(path: string): Promise<void> {
  const bad = await python(
    `
import xarray as xr, numpy as np
tree = xr.open_datatree(data, engine="zarr")
bad = []
for node in tree.subtree:
    ds = node.to_dataset()
    if "quality" not in ds: continue
    q = ds.quality.values
    good = (q == 1)
    if not np.isfinite(ds.diode.values[good]).all(): bad.append(node.path + " diode")
    if not (ds.camera.values[good] > 0).all(): bad.append(node.path + " camera")
    if not (ds.seq_num.values[(q > 0) & (q < 4)] >= 0).all(): bad.append(node.path + " seq_num")
print(json.dumps(bad))`,
    path,
  );
  assertEquals(bad, []);
}

/**
 * Kills a scan at random instants, `kills` times, resumes it each time, and compares what is stored in the end with a
 * scan that was left alone. Nothing that had a status is measured again, and xarray reads it at every stop.
 *
 * @returns the kills that it survived: a life that comes to its end before its kill is none
 */
export async function killAndResume(kind: PlanName, kills: number, seed: number): Promise<number> {
  let survived = 0;
  await withFolder(async (folder) => {
    const whole = join(folder, "whole.zarr"), store = join(folder, "killed.zarr"), chance = random(seed, kind);
    assert((await runChild(whole, kind, false)).done);
    let told = await runChild(store, kind, false, delayMs(chance)), killed = 1;
    const lives = [told.points.length];
    while (!told.done) {
      await xarrayReads(store);
      const before = await committed(await openRun(store));
      told = await runChild(store, kind, true, killed++ < kills ? delayMs(chance) : undefined);
      lives.push(told.points.length);
      assertEquals(told.points.filter((point) => before.has(point)), [], `${kind}: measured twice`);
    }
    await xarrayReads(store);
    const expected = await contents(whole), found = await contents(store);
    assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const name of Object.keys(expected)) assertEquals(found[name], expected[name], `${kind}: ${name} (${lives})`);
    const { attributes } = await openRun(store);
    assertEquals(attributes.exit_status, "success");
    assertEquals((attributes.resumed_at as string[] | undefined)?.length ?? 0, lives.length - 1);
    const beside = (await filesIn(folder)).filter((name) => !/^(whole|killed)\.zarr\//.test(name));
    assertEquals(beside.filter((name) => !name.startsWith(".")), []);
    survived = lives.length - 1;
  });
  return survived;
}

function delayMs(chance: Random): number {
  return 50 + chance.uniform() * 1800;
}
