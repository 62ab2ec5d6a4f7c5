import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connect, InputError, linspace, openRun, type PathFunction, resume, scan, sim, SondeError } from "../mod.ts";
import { killAndResume } from "./resume_support.ts";
import { withFolder } from "./zarr_fixture.ts";

const KILLS = [["snake", 3], ["own", 2], ["shuffle", 1], ["mask", 1], ["relative", 1], ["passes", 1], [
  "large",
  1,
]] as const;

for (const [kind, kills] of KILLS) {
  Deno.test(`a scan (${kind}) that is killed ${kills} times and resumed holds what one holds that was left alone`, async () => {
    await killAndResume(kind, kills, 1);
  });
}

const rigOf = (limits: readonly [number, number] = [0, 100]) =>
  connect({ x: sim.instant({ limits, unit: "mm" }), c: sim.counter() });

/** A scan of ten points that was left after three. */
async function left(to: string): Promise<void> {
  await using rig = await rigOf();
  for await (const { seqNum } of scan(linspace("x", 0, 9, 10), { rig, read: ["c"], to, quiet: true })) {
    if (seqNum === 2) break;
  }
}

Deno.test("resume refuses another plan, rig or version, each with the difference, and then still takes the right one", () =>
  withFolder(async (folder) => {
    const to = join(folder, "line.zarr");
    await left(to);
    await using rig = await rigOf();
    await using other = await rigOf([0, 50]);
    const refused = async (work: () => Promise<unknown>, message: string) => {
      const error = await assertRejects(work, InputError);
      assert(error.message.includes(message), error.message);
    };
    await refused(
      () => resume(to, rig, { plan: linspace("x", 0, 9, 11) }),
      "plan.num: is 10 in the store; 11 was given",
    );
    await refused(() => resume(to, other), "rig.x.limits[1]: is 100 in the store; 50 was given");
    const own: PathFunction<{ x: number }> = function* ({ measure }) {
      yield* measure({ x: 1 });
    };
    await refused(() => resume(to, rig, { plan: own }), "plan.kind");
    const root = join(to, "zarr.json"), text = await Deno.readTextFile(root);
    for (const key of ["path_version", "format_version"]) {
      await Deno.writeTextFile(root, text.replace(`"${key}": 1`, `"${key}": 7`));
      await refused(() => resume(to, rig), `${key}: is 7 in the store; 1 was given`);
    }
    await Deno.writeTextFile(root, text);
    assertEquals((await (await resume(to, rig, { quiet: true })).done).points, 10);
    assertEquals(Array.from((await (await openRun(to)).array("seq_num").read()).data as BigInt64Array, Number), [
      ...Array(10).keys(),
    ]);
  }));

Deno.test("a run that is being written cannot be resumed, and says who writes it", () =>
  withFolder(async (folder) => {
    const to = join(folder, "line.zarr");
    await using rig = await rigOf();
    for await (const _ of scan(linspace("x", 0, 9, 10), { rig, read: ["c"], to, quiet: true })) {
      await assertRejects(() => resume(to, rig), SondeError, `process ${Deno.pid}`);
      break;
    }
  }));

Deno.test("points whose readings failed stay as they are, unless they are to be measured again", () =>
  withFolder(async (folder) => {
    const to = join(folder, "line.zarr");
    const failing = (failAt: number[]) =>
      connect({ x: sim.instant({ limits: [0, 100] }), diode: sim.photodiode({ dwellMs: 0, faults: { failAt } }) });
    {
      await using rig = await failing([3, 5]);
      const onReadError = { retries: 0, then: "record" } as const;
      await scan(linspace("x", 0, 9, 10), { rig, read: ["diode"], to, onReadError, quiet: true }).done;
    }
    const quality = async () => Array.from((await (await openRun(to)).array("quality").read()).data as Uint8Array);
    const before = await quality(), failed = before.filter((code) => code === 3).length;
    assertEquals(failed, 2);
    await using rig = await failing([]);
    await (await resume(to, rig, { quiet: true })).done;
    assertEquals(await quality(), before);
    const places: number[] = [];
    for await (const { index } of await resume(to, rig, { quiet: true, remeasure: "failed" })) places.push(index[0]);
    assertEquals(places, before.flatMap((code, k) => code === 3 ? [k] : []));
    assertEquals(await quality(), new Array(10).fill(1));
    assert(Array.from((await (await openRun(to)).array("diode").read()).data as Float64Array).every(Number.isFinite));
  }));
