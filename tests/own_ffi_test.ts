import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect, LibraryError, LimitError, linspace, openRun, scan } from "sonde";
import { buildMeter } from "../examples/your-instrument/build_meter.ts";
import { polarimeter } from "../examples/your-instrument/polarimeter.ts";
import { ROOT } from "../tools/root.ts";
import { pause, testInKernel, valueOf } from "./notebook_cells.ts";

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
    while (Number(await axis.readback(op())) < 10) await pause(1);
    run.abort("enough");
    await done;
    const rests = await axis.readback(op());
    await pause(20);
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

if (HAS_CC) {
  testInKernel("the stop button stops a move inside a C library, and the kernel lives on", async (kernel, folder) => {
    const library = await buildMeter(folder);
    const connected = await kernel.execute(`
      const { polarimeter } = await import(${JSON.stringify(`file://${ROOT}/examples/your-instrument/polarimeter.ts`)});
      const rig = await connect({ polariser: polarimeter(${JSON.stringify(library)}) });`);
    assertEquals(connected.error, undefined);
    const turning = await kernel.start(`
      const run = scan(list("polariser", [0, 180, -180, 180]), { rig, read: ["polariser.power"], to: "malus.zarr" });
      for await (const { setpoint } of run) console.log("at", setpoint.polariser);`);
    await turning.until(({ stdout }) => stdout.includes("at 180"));
    await kernel.interrupt();
    await turning.done;
    const rests = await valueOf(kernel, `await rig.axes.get("polariser").readback(op)`);
    assert(Number(rests) > -180 && Number(rests) <= 180);
    await pause(50);
    assertEquals(await valueOf(kernel, `await rig.axes.get("polariser").readback(op)`), rests);
    const { error } = await kernel.execute(`await rig.axes.get("polariser").set(0, op)`);
    assert(String(error).includes("unlock()"), error);
    assertEquals(await valueOf(kernel, `(await openRun("malus.zarr")).attributes.exit_status`), "aborted");
    await kernel.execute(`await rig[Symbol.asyncDispose]()`);
  });
}
