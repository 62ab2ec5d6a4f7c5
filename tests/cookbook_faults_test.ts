/** What the examples of the cookbook are for: gates that leak, beams that do not come back, shutters that stick. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { HoldRule } from "../src/core/rules.ts";
import { openRun } from "../src/zarr/open_run.ts";
import type { ScanFile } from "../src/scan/scan_file.ts";
import { openInXarray, readExample, rigOf, runOf } from "./cookbook_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** An example whose device is told something else. */
async function exampleWith(
  name: string,
  device: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ScanFile> {
  const file = await readExample(name), rig = file.rig!;
  return { ...file, rig: { ...rig, [device]: { ...rig[device], ...options } } };
}

Deno.test("a gate that leaks ends the map of gates at once, and what was measured is readable", () =>
  withFolder(async (folder) => {
    const to = join(folder, "run.zarr"), file = await exampleWith("gate_map", "dot", { breakdownMv: 60 });
    await using rig = await rigOf(file);
    const run = runOf(file, rig, to), thrown = await Promise.resolve(run.done).catch((reason) => reason);
    const { exit_status, exit_reason } = (await openRun(to)).attributes;
    assertEquals(exit_status, "aborted", `${thrown}`);
    assert(String(exit_reason).includes("dot.leakage > 50"), String(exit_reason));
    const leakage = (await openInXarray(to)).values["/pass_0/dot.leakage"] as number[];
    const measured = leakage.filter(Number.isFinite);
    // The point that showed it may be stored; none comes after it.
    assert(measured.length > 0 && measured.filter((pA) => pA > 50).length <= 1, `${measured}`);
  }));

Deno.test("a beam that does not come back ends the night by what the hold says, with the shutter closed", () =>
  withFolder(async (folder) => {
    const to = join(folder, "run.zarr"),
      night = await exampleWith("overnight", "ring_current", { dumps: [[600, 1e9]] });
    const file = { ...night, hold: { ...night.hold as HoldRule, timeoutMs: 3000 } };
    await using rig = await rigOf(file);
    const run = runOf(file, rig, to);
    await Promise.resolve(run.done).catch(() => {});
    const { exit_status, exit_reason } = (await openRun(to)).attributes;
    assertEquals(exit_status, "aborted");
    assert(String(exit_reason).includes("ring_current > 50"), String(exit_reason));
    const shutter = await rig.axes.get("shutter")!.readback({ signal: new AbortController().signal });
    assertEquals(shutter, "closed");
    const { values, good } = await openInXarray(to);
    assert(good["/"] > 0 && good["/"] < 240);
    assert((values["/ring_current"] as number[]).every((mA) => Number.isNaN(mA) || mA > 50));
  }));

Deno.test("a sample without its mark fails to be aligned by camera, and no site is measured in the wrong place", () =>
  withFolder(async (folder) => {
    const to = join(folder, "run.zarr"), file = await exampleWith("camera_align", "sample", { marks: [] });
    await using rig = await rigOf(file);
    const run = runOf(file, rig, to);
    await Promise.resolve(run.done).catch(() => {});
    const { values } = await openInXarray(to);
    const offsets = (values["/x_offset"] as number[]).filter(Number.isFinite);
    assert(offsets.every((mm) => mm === 0), `${offsets}`);
  }));
