import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import type { DeviceSpec } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { armHalt, axesInMotion, fall, halt, halted, HaltedError, haltSignal, unlock } from "../src/core/halt.ts";
import { MoveError, RunAborted } from "../src/core/errors.ts";
import { connect } from "../src/hw/connect.ts";
import { guard } from "../src/hw/guard.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { list } from "../src/scan/nodes.ts";
import { runCommand } from "../tools/run_command.ts";
import { RecordingSink } from "./engine_support.ts";
import { pause, testInKernel, valueOf } from "./notebook_cells.ts";
import { python } from "./python.ts";

const op = { signal: new AbortController().signal };
const lineRig = () => connect({ x: sim.instant({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });

Deno.test("outside of notebooks a run that fails locks nothing", async () => {
  await using rig = await lineRig();
  const run = createRun(list("x", [0, 1]), { rig, read: ["diode"], quiet: true }, { sinks: [] });
  await assertRejects(async () => {
    for await (const _ of run) throw new RangeError("in the body");
  }, RangeError);
  await rig.axes.get("x")!.set(2, op);
  assertEquals(halted(), undefined);
});

Deno.test("after an abort nothing sets off until unlock(), and readbacks are there all the same", async () => {
  const told: string[] = [];
  using _latch = armHalt({ fell: (why) => told.push(why) });
  await using rig = await lineRig();
  const x = rig.axes.get("x")!,
    make = () => createRun(list("x", [0, 1]), { rig, read: ["diode"], quiet: true }, { sinks: [] });
  const run = make();
  await assertRejects(async () => {
    for await (const _ of run) run.abort("the lamp is out");
  });
  const refused = assertThrows(() => void x.set(3, op), HaltedError);
  assertMatch(
    refused.message,
    /^x: nothing moves here since a scan ended as aborted \(the lamp is out\).*call unlock\(\)/,
  );
  await assertRejects(() => make().done, HaltedError, "this scan: nothing moves");
  assertEquals(await x.readback(op), 0);
  assertEquals(told, ["a scan ended as aborted (the lamp is out)"]);
  assertEquals(unlock(), "a scan ended as aborted (the lamp is out)");
  await x.set(3, op);
  assertEquals((await make().done).status, "success");
});

Deno.test("a run that is completed, finished or refused by its plan locks nothing", async () => {
  using _latch = armHalt();
  await using rig = await lineRig();
  const run = createRun(list("x", [0, 1, 2]), { rig, read: ["diode"], quiet: true }, { sinks: [] });
  for await (const _ of run) {
    run.finish("enough");
    break;
  }
  assertThrows(() => createRun(list("x", [99]), { rig, read: ["diode"] }, { sinks: [] }));
  await rig.axes.get("x")!.set(1, op);
});

Deno.test("a run that is in progress when the latch falls goes on, and its path's finally moves", async () => {
  using _latch = armHalt();
  await using rig = await lineRig();
  const run = createRun(
    function* ({ measure, move }) {
      try {
        for (const x of [0, 1, 2]) yield* measure({ x });
      } finally {
        yield* move({ x: -5 });
      }
    },
    { rig, read: ["diode"], quiet: true },
    { sinks: [] },
  );
  const seen: number[] = [];
  for await (const { setpoint } of run) {
    seen.push(Number(setpoint.x));
    if (seen.length === 1) fall("another scan failed");
  }
  assertEquals([...seen, await rig.axes.get("x")!.readback(op)], [0, 1, 2, -5]);
  assertThrows(() => void rig.axes.get("x")!.set(0, op), HaltedError);
});

Deno.test("halt() stops axes in motion where they are, and names those that do not stop", async () => {
  const clock = fakeClock();
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [0, 100], speed: 10, overheadMs: 0 }),
  }, { clock });
  const x = rig.axes.get("x")!;
  const moving = assertRejects(async () => await x.set(50, op));
  const arrival = Promise.withResolvers<void>();
  const stuck = guard("y", {
    unit: "mm",
    set: () => arrival.promise,
    readback: () => 0,
    stop: () => Promise.reject(new Error("no answer")),
  });
  const arriving = stuck.set(1, op);
  assertEquals(axesInMotion(), 2);
  await clock.sleep(1000);
  const deaf = Promise.withResolvers<void>();
  const onward = Promise.resolve(guard("z", { unit: "mm", set: () => deaf.promise, readback: () => 1 }).set(1, op));
  const signal = haltSignal();
  assertEquals(await halt("somebody said so"), [
    "y did not stop: no answer",
    "z was told to stop, and has not come to rest",
  ]);
  assertEquals([signal.aborted, haltSignal().aborted], [true, false]);
  deaf.resolve();
  await assertRejects(() => onward, MoveError, "was stopped on its way");
  await moving;
  assertEquals([axesInMotion(), x.setpoint], [1, undefined]);
  const rests = Number(await x.readback(op));
  assert(Math.abs(rests - 10) < 0.01, `x rests at ${rests}`);
  arrival.resolve();
  await assertRejects(async () => await arriving, MoveError, "was stopped on its way");
  assertEquals(axesInMotion(), 0);
});

Deno.test("law: whatever is halted, unlocked and moved in what order, an axis moves exactly while nothing is locked", async () => {
  const act = fc.oneof(fc.constant("fall"), fc.constant("unlock"), fc.integer({ min: -5, max: 5 }));
  await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 30 }), fc.boolean(), async (acts, armed) => {
    using _latch = armed ? armHalt() : undefined;
    await using rig = await lineRig();
    const x = rig.axes.get("x")!;
    let locked = false, place = await x.readback(op);
    for (const one of acts) {
      if (one === "fall") {
        fall("a test");
        locked = armed;
      } else if (one === "unlock") {
        assertEquals(unlock() !== undefined, locked);
        locked = false;
      } else if (locked) assertThrows(() => void x.set(one, op), HaltedError);
      else await x.set(place = Number(one), op);
      assertEquals(await x.readback(op), place);
    }
  }));
});

Deno.test({
  name:
    "law: stopped at whatever moment, the axes rest, what was measured is stored, and nothing sets off before unlock() " +
    "(not on Windows, which cannot send SIGINT)",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = join(import.meta.dirname!, "notebook_stop_child.ts");
    const { code, text } = await runCommand(Deno.execPath(), ["run", "-A", child], { timeoutMs: 120_000 });
    assertEquals(code, 0, text);
    assertMatch(text, /held 20 times/);
  },
});

const SLOW_RIG = `
const rig = await connect({ x: sim.stage({ unit: "mm", limits: [0, 40], speed: 4 }), diode: sim.photodiode() });
const x = rig.axes.get("x");`;

Deno.test("a scan that fails before anything has moved locks nothing", async () => {
  using _latch = armHalt();
  await using rig = await lineRig();
  const broken = new RecordingSink(rig.clock, { throwIn: "open" });
  const run = createRun(list("x", [0, 1]), { rig, read: ["diode"], quiet: true }, { sinks: [broken] });
  await assertRejects(() => run.done);
  await rig.axes.get("x")!.set(1, op);
});

Deno.test("a stop gives up connecting, and closes what was connected by then", async () => {
  const closed: string[] = [];
  const slow: DeviceSpec = { driver: "slow", connect: () => new Promise(() => {}) };
  const quick: DeviceSpec = {
    driver: "quick",
    connect: () => ({ driver: "quick", [Symbol.asyncDispose]: () => Promise.resolve(void closed.push("quick")) }),
  };
  const connecting = assertRejects(() => connect({ quick, slow }), RunAborted, "somebody said so");
  await new Promise((resolve) => setTimeout(resolve, 0));
  await halt("somebody said so");
  await connecting;
  assertEquals(closed, ["quick"]);
});

testInKernel(
  "an interrupt stops the axis, keeps data and variables, locks the cells behind, and unlock() frees",
  async (kernel, folder) => {
    await kernel.execute(SLOW_RIG);
    const cell = await kernel.start(`
    for await (const { seqNum } of scan(list("x", [0.1, 0.2, 30, 31]), { rig, read: ["diode"], to: "a.zarr", quiet: true })) {
      console.log("point", seqNum);
    }`);
    await cell.until(({ stdout }) => stdout.includes("point 1"));
    await pause(400);
    const queued = await kernel.start(`await x.set(3, op)`);
    const scanned = await kernel.start(
      `await scan(list("x", [3]), { rig, read: ["diode"], to: "b.zarr", quiet: true }).done`,
    );
    await kernel.interrupt();
    const { status, error, stderr } = await cell.done;
    assertEquals(status, "error");
    assertStringIncludes(error!, "run aborted: interrupted in the notebook");
    assertMatch(
      stderr,
      /^Interrupted: the scan ends in order, its axes are stopped.* until unlock\(\) is called/m,
    );
    assertMatch((await queued.done).error!, /HaltedError: x: nothing moves here since the notebook was interrupted/);
    assertMatch((await scanned.done).error!, /HaltedError: this scan: nothing moves here/);

    const before = Number(await valueOf(kernel, "await x.readback(op)"));
    await pause(300);
    const after = Number(await valueOf(kernel, "await x.readback(op)"));
    assert(before > 0.3 && before < 29 && Math.abs(after - before) < 0.001, `x was at ${before}, then at ${after}`);
    assertEquals(await valueOf(kernel, `[kept, (await openRun("a.zarr")).attributes.exit_status]`), [42, "aborted"]);
    const readings = await python<(number | null)[]>(
      `import warnings, xarray
warnings.simplefilter("error")
diode = xarray.open_zarr(data["path"]).diode
print(json.dumps([None if value != value else 1 for value in diode.values.tolist()]))`,
      { path: join(folder, "a.zarr") },
    );
    assertEquals(readings, [1, 1, null, null]);

    assertEquals(await valueOf(kernel, "unlock()"), "the notebook was interrupted");
    const again =
      `(await scan(list("x", [${after}]), { rig, read: ["diode"], to: "c.zarr", quiet: true }).done).status`;
    assertEquals(await valueOf(kernel, again), "success");
  },
);

testInKernel("an interrupt stops an axis that a cell moves by itself", async (kernel) => {
  await kernel.execute(SLOW_RIG);
  const cell = await kernel.start(`console.log("off"); try { await x.set(39, op); } catch {} await x.set(1, op);`);
  await cell.until(({ stdout }) => stdout.includes("off"));
  await pause(300);
  await kernel.interrupt();
  const { error, stderr } = await cell.done;
  assertMatch(error!, /HaltedError: x/);
  assertMatch(stderr, /^Interrupted: the axis that moved is stopped\./m);
  const [one, two] = await valueOf(
    kernel,
    `[await x.readback(op), (await new Promise((r) => setTimeout(r, 200)), await x.readback(op))]`,
  ) as number[];
  assert(one > 0.2 && one < 20 && Math.abs(one - two) < 0.001, `x was at ${one}, then at ${two}`);
});

testInKernel("an interrupt while nothing runs is said and survived, again and again", async (kernel) => {
  await kernel.interrupt();
  await pause(200);
  const cell = await kernel.start(
    `console.log("waiting"); await new Promise((resolve) => setTimeout(resolve, 1500)); kept`,
  );
  await cell.until(({ stdout }) => stdout.includes("waiting"));
  await kernel.interrupt();
  await pause(100);
  const { status, stderr } = await cell.done;
  assertEquals(status, "ok");
  assertMatch(stderr, /^Interrupted again: nothing of Sonde's runs\. A cell that waits for something else ends by/m);
  assert(await kernel.alive());
});

testInKernel("a loop left by an error locks the next cell; one left by break does not", async (kernel) => {
  await kernel.execute(SLOW_RIG);
  const loop = (to: string, body: string) =>
    `for await (const _ of scan(list("x", [0, 0.1, 0.2]), { rig, read: ["diode"], to: "${to}.zarr", quiet: true })) ${body}`;
  assertEquals((await kernel.execute(`${loop("a", "break")}\nawait x.set(0.1, op);`)).error, undefined);
  assertEquals((await kernel.execute("await x.set(0.2, op)")).error, undefined);
  assertStringIncludes((await kernel.execute(loop("b", `throw new Error("mine")`))).error!, "mine");
  const { error } = await kernel.execute("await x.set(0.3, op)");
  assertStringIncludes(error!, "x: nothing moves here since the loop over a scan's points was left by an error");
  await kernel.execute("unlock()");
  const caught = `try { ${loop("c", `throw new Error("mine")`)} } catch { await x.set(0.3, op); }`;
  assertEquals((await kernel.execute(caught)).error, undefined);
  assertEquals((await kernel.execute("await x.set(0.2, op)")).error, undefined);
});

testInKernel("an error that nobody caught does not end the kernel", async (kernel) => {
  await kernel.execute(
    `setTimeout(() => { throw new Error("in a timer"); }, 50); Promise.reject(new Error("unheard"));`,
  );
  await pause(300);
  assertEquals(await valueOf(kernel, "kept"), 42);
});
