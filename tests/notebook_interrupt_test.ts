import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import { type ConnectContext, type DeviceSpec, type SafeAction } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { armHalt, axesInMotion, fall, halt, halted, HaltedError, haltSignal, unlock } from "../src/core/halt.ts";
import { MoveError, RunAborted } from "../src/core/errors.ts";
import { connect } from "../src/hw/connect.ts";
import { guard } from "../src/hw/guard.ts";
import { makeSafe, withSafeState } from "../src/hw/make_safe.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { list } from "../src/scan/nodes.ts";
import { startWatchdog, watchdogPid } from "../src/wire/notebook/watchdog.ts";
import { RecordingSink } from "./engine_support.ts";
import { HAS_LAB, type Kernel, makeNotebookFolder, withKernel } from "./jupyter.ts";
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

const SOURCE = new URL("../src/", import.meta.url).href;
/** What a cell of a notebook begins with. */
const IMPORTS = `
import { connect, linspace, list, openRun, scan, sim } from "sonde";
import { unlock } from "${SOURCE}core/halt.ts";
import { withSafeState } from "${SOURCE}hw/make_safe.ts";
import "${SOURCE}wire/notebook/guard_kernel_cells.ts";
import { watchdogPid } from "${SOURCE}wire/notebook/watchdog.ts";
const op = { signal: new AbortController().signal }, kept = 42;`;
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

/** A test in a Deno kernel that has run the imports, skipped by its name where there is none. */
function testInKernel(name: string, body: (kernel: Kernel, folder: string) => Promise<void>): void {
  const reason = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
  const fn = async () => {
    const cwd = await makeNotebookFolder();
    try {
      await withKernel(async (kernel) => {
        assertEquals((await kernel.execute(IMPORTS)).error, undefined);
        await body(kernel, cwd);
      }, { cwd });
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  };
  Deno.test({ name: name + reason, ignore: !HAS_LAB, fn });
}

/** Runs a cell that must go well; gives its value, as JSON. */
async function valueOf(kernel: Kernel, code: string): Promise<unknown> {
  const { outputs, error } = await kernel.execute(`console.log("=" + JSON.stringify(${code}))`);
  assertEquals(error, undefined);
  const line = outputs.map(({ data }) => String(data["text/plain"])).find((text) => text.startsWith("="));
  return JSON.parse(line!.slice(1));
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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

/** Listens like an instrument in the network; gives what it was sent. */
function instrument() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), heard: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) heard.push(await new Response(connection.readable).text());
  })();
  return {
    port: listener.addr.port,
    heard,
    async hears(count: number): Promise<void> {
      for (let k = 0; k < 100 && heard.length < count; k++) await pause(100);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

const watchedRig = (port: number) => `
const stop = (text) => ({ kind: "send", host: "127.0.0.1", port: ${port}, text });
const rig = await connect({
  x: withSafeState(sim.stage({ unit: "mm", limits: [0, 40], speed: 4 }), [stop("STOP x\\n"), stop("OFF\\n")]),
  diode: sim.photodiode(),
});`;

async function isRunning(pid: number): Promise<boolean> {
  // A zombie answers signals too; what it has become is in its state.
  const { success, stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  return success && !new TextDecoder().decode(stdout).trim().startsWith("Z");
}

async function ends(pid: number): Promise<boolean> {
  for (let k = 0; k < 100; k++) {
    const gone = await new Deno.Command("ps", { args: ["-p", String(pid)], stdout: "null" }).output();
    if (!gone.success) return true;
    await pause(50);
  }
  return false;
}

testInKernel(
  "when the kernel and its whole group are killed, the watchdog makes the devices safe and ends",
  async (kernel) => {
    await using device = instrument();
    await kernel.execute(watchedRig(device.port));
    const pid = Number(await valueOf(kernel, "watchdogPid()"));
    const moving = await kernel.start(`console.log("off"); await rig.axes.get("x").set(39, op)`);
    await moving.until(({ stdout }) => stdout.includes("off"));
    assertEquals([await isRunning(pid), device.heard], [true, []]);
    // As a Jupyter server does it when it restarts a kernel that does not answer.
    await new Deno.Command("kill", { args: ["-9", "--", `-${kernel.pid}`] }).output();
    await device.hears(2);
    assertEquals(device.heard, ["STOP x\n", "OFF\n"]);
    assert(await ends(pid));
  },
);

testInKernel("a restart with an open rig makes its devices safe; the new kernel begins unlocked", async (kernel) => {
  await using device = instrument();
  await kernel.execute(watchedRig(device.port));
  await kernel.restart();
  await device.hears(2);
  assertEquals(device.heard, ["STOP x\n", "OFF\n"]);
  await kernel.execute(IMPORTS);
  assertEquals(await valueOf(kernel, "unlock() ?? null"), null);
});

testInKernel("a watchdog whose rig is closed does nothing, and ends with the kernel", async (kernel) => {
  await using device = instrument();
  await kernel.execute(watchedRig(device.port));
  const pid = Number(await valueOf(kernel, "watchdogPid()"));
  await kernel.execute("await rig[Symbol.asyncDispose]()");
  assert(await isRunning(pid));
  await kernel.restart();
  assert(await ends(pid));
  assertEquals(device.heard, []);
});

const UNIX = Deno.build.os !== "windows";

Deno.test({
  name: "a watchdog is there from the first device that can be made safe, and is let go (needs ps)",
  ignore: !UNIX,
  async fn() {
    await using device = instrument();
    const action: SafeAction = { kind: "send", host: "127.0.0.1", port: device.port, text: "STOP\n" };
    const watchdog = startWatchdog();
    {
      await using _plain = await connect({ x: sim.instant({ unit: "mm" }) });
      assertEquals(watchdogPid(), undefined);
      await using _rig = await connect({ x: withSafeState(sim.instant({ unit: "mm" }), [action]) });
    }
    const pid = watchdogPid()!;
    watchdog[Symbol.dispose]();
    assert(await ends(pid));
    assertEquals([watchdogPid(), device.heard.length], [undefined, 0]);
  },
  sanitizeResources: false, // the handle of the child is let go by unref
});

Deno.test("a driver's own safe state comes before what is added to it", async () => {
  const run = (command: string): SafeAction => ({ kind: "run", command });
  const own: DeviceSpec = { driver: "own", connect: () => ({ driver: "own", safeState: () => [run("first")] }) };
  const device = await withSafeState(own, [run("second")]).connect({} as ConnectContext);
  assertEquals(device.safeState!(), [run("first"), run("second")]);
});

Deno.test({
  name:
    "makeSafe() calls functions of libraries and runs programs, each even if another fails (Linux, which has libc.so.6)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir(), called = join(folder, "called"), ran = join(folder, "ran");
    const failures = await makeSafe([
      {
        device: "x",
        actions: [
          { kind: "send", host: "127.0.0.1", port: 1, text: "STOP\n" },
          { kind: "run", command: "false" },
          {
            kind: "call",
            library: "libc.so.6",
            symbol: "creat",
            args: [{ type: "text", value: called }, { type: "i32", value: 0o600 }],
          },
        ],
      },
      { device: "laser", actions: [{ kind: "run", command: "touch", args: [ran] }] },
    ]);
    assertMatch(failures.join("; "), /^x: send: .*refused.*; x: run: false ended with code 1$/);
    assert((await Deno.stat(called)).isFile && (await Deno.stat(ran)).isFile);
    await Deno.remove(folder, { recursive: true });
  },
});
