import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { dirname, join } from "@std/path";
import { linspace, openRun, resume, scan } from "../mod.ts";
import { InputError } from "../src/core/errors.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { ringBench, shutterOf } from "./hold_support.ts";
import { python } from "./python.ts";
import { filesIn, withFolder } from "./zarr_fixture.ts";

const RULES = {
  hold: { unless: "ring > 50", set: { shutter: "closed" }, forMs: 1000 },
  abort: ["interlock == 0"],
  watchMs: 500,
} as const;

/** Copies a store and the journal beside it. */
async function copy(folder: string, from: string, to: string): Promise<void> {
  for (const name of await filesIn(folder)) {
    if (!name.startsWith(`${from}/`) && !name.startsWith(`${from}.journal`)) continue;
    const place = join(folder, name.replace(from, to));
    await Deno.mkdir(dirname(place), { recursive: true });
    await Deno.copyFile(join(folder, name), place);
  }
}

Deno.test("a run that was killed in a hold keeps its points, and is taken up again with its rules", async () => {
  await withFolder(async (folder) => {
    const store = join(folder, "held.zarr"), killed = join(folder, "killed.zarr");
    {
      await using b = await ringBench({ ring: (ms) => ms > 3000 ? 10 : 200 });
      await b.open();
      const plan = linspace("x", 0, 9, 10);
      const run = scan(plan, { rig: b.rig, read: ["diode"], ...RULES, to: store, quiet: true });
      const copied = Promise.withResolvers<void>();
      const kill = async () => {
        // What a kill would leave behind at this moment.
        await copy(folder, "held.zarr", "killed.zarr");
        run.abort("the original is done with");
        copied.resolve();
      };
      try {
        for await (const { index: [i] } of run) if (i === 2) b.clock.timer(20_000, kill);
      } catch {
        // Aborted.
      }
      await copied.promise;
    }
    const { attributes } = await openRun(killed);
    assertEquals((attributes.settings as { rules: unknown }).rules, RULES);
    // The hold has closed the shutter, and nobody has opened it since.
    await using b = await ringBench({ ring: (ms) => ms > 2000 && ms < 30_000 ? 10 : 200 });
    const { status, points } = await (await resume(killed, b.rig, { quiet: true })).done;
    assertEquals([status, points, await shutterOf(b.rig)], ["success", 10, "open"]);
    assertEquals(b.shutter.map(({ setpoint }) => setpoint), ["open", "closed", "open"], "it holds again");
    const [waited, units, good, log] = await python(
      `
import xarray as xr
ds = xr.open_zarr(data)
log = xr.open_zarr(data, group="log")
print(json.dumps([ds.waited.values.tolist(), ds.waited.attrs["units"], (ds.quality.values == 1).all().item(),
    [str(text) for text in log.text.values]]))`,
      killed,
    ) as [number[], string, boolean, string[]];
    assertEquals([waited.length, units, good], [10, "ms", true]);
    assertEquals(waited.filter((ms) => ms > 0).length, 1);
    assert(log.some((text) => text.startsWith("held: ring > 50 does not hold (ring 10 mA)")), log.join("\n"));
  });
});

Deno.test("scan files say what a run holds for, settles by and ends by, and their mistakes are told with path and near match", () => {
  const file = (rules: string) =>
    parseScanFile(`read: [diode]
${rules}
plan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }`);
  const parsed = file(`hold: { unless: ring > 50, forMs: 1000, set: { shutter: closed } }
settle: { x: "stable(diode, 0.05, 60000)" }
abort: [interlock == 0]
watchMs: 500`);
  assertEquals(parsed.hold, { unless: "ring > 50", forMs: 1000, set: { shutter: "closed" } });
  assertEquals([parsed.settle, parsed.abort, parsed.watchMs], [
    { x: "stable(diode, 0.05, 60000)" },
    ["interlock == 0"],
    500,
  ]);
  const refused = (rules: string) => assertThrows(() => file(rules), InputError).message;
  assertMatch(refused("hold: { unles: ring > 50 }"), /hold\.unles: unknown key "unles"; did you mean "unless"/);
  assertMatch(refused("hold: [{ unless: a > 1, timoutMs: 3 }]"), /hold\[0\]\.timoutMs: .* did you mean "timeoutMs"/);
  assertMatch(refused("hold: { unless: a > 1, else: wait }"), /hold\.else: expected "pause" or "abort" or "continue"/);
  assertMatch(
    refused("settle: { x: { untill: a > 1 } }"),
    /settle\.x\.untill: unknown key "untill"; did you mean "until"/,
  );
  assertMatch(refused("hodl: { unless: a > 1 }"), /hodl: unknown key "hodl"; did you mean "hold"/);
});
