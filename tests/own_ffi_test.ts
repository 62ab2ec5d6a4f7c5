import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect, LibraryError, LimitError, linspace, openRun, scan } from "sonde";
import { buildMeter } from "../examples/your-instrument/build_meter.ts";
import { polarimeter } from "../examples/your-instrument/polarimeter.ts";

const HAS_CC = await new Deno.Command("cc", { args: ["--version"] }).output().then(() => true, () => false);

const op = () => ({ signal: new AbortController().signal });

/** A test with the library of examples/your-instrument/meter.c, in a folder of its own. */
function withMeter(name: string, fn: (library: string, folder: string) => Promise<void>): void {
  Deno.test({
    name: HAS_CC ? name : `${name} (skipped: there is no C compiler, cc)`,
    ignore: !HAS_CC,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn(await buildMeter(folder), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

withMeter("a C library of one's own is scanned, and its data follow Malus' law", async (library, folder) => {
  await using rig = await connect({ polariser: polarimeter(library) });
  const to = `${folder}/malus.zarr`;
  await scan(linspace("polariser", 0, 60, 13), { rig, read: ["polariser.power"], to }).done;
  const run = await openRun(to);
  const { data: angles } = await run.array("polariser").read();
  const { data: powers } = await run.array("polariser.power").read();
  for (const [i, angle] of Array.from(angles as Float64Array).entries()) {
    assert(Math.abs(Number(powers[i]) - 0.01 - Math.cos((angle - 30) * Math.PI / 180) ** 2) < 1e-12);
  }
});

withMeter(
  "a move of the library is stopped on its way by abort(), and can be read while it goes on",
  async (library, folder) => {
    await using rig = await connect({ polariser: polarimeter(library) });
    const axis = rig.axes.get("polariser")!;
    const run = scan(linspace("polariser", 180, -180, 2), {
      rig,
      read: ["polariser.power"],
      to: `${folder}/long.zarr`,
    });
    const done = run.done.catch((thrown) => thrown);
    while (Number(await axis.readback(op())) < 10) await new Promise((resolve) => setTimeout(resolve, 1));
    run.abort("enough");
    await done;
    const rests = await axis.readback(op());
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(await axis.readback(op()), rests);
    assert(Number(rests) < 180);
    await axis.set(Number(rests) + 1, op());
  },
);

withMeter("closing the rig in the middle of a move waits for the library's call", async (library) => {
  const rig = await connect({ polariser: polarimeter(library) });
  const move = rig.axes.get("polariser")!.set(180, op()) as Promise<void>;
  const failed = assertRejects(() => move, Error, "the motor was stopped");
  await rig[Symbol.asyncDispose]();
  await failed;
});

withMeter("limits are checked before the library hears of a setpoint", async (library) => {
  await using rig = await connect({ polariser: polarimeter(library) });
  assertThrows(() => rig.axes.get("polariser")!.set(181, op()), LimitError);
  assertEquals(await rig.axes.get("polariser")!.readback(op()), 0);
});

Deno.test("a library that was not built says how to build it", async () => {
  const error = await assertRejects(() => connect({ polariser: polarimeter("/nowhere/libmeter.so") }), Error);
  assert(error.cause instanceof LibraryError, String(error.cause));
  assert(error.message.includes("Build it from meter.c"));
});
