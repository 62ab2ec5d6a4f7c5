import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { ConnectContext, DeviceSpec, SafeAction } from "../src/core/device.ts";
import { connect } from "../src/hw/connect.ts";
import { makeSafe, withSafeState } from "../src/hw/make_safe.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { startWatchdog, watchdogPid } from "../src/wire/notebook/watchdog.ts";
import { IMPORTS, pause, testInKernel, valueOf } from "./notebook_cells.ts";

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

Deno.test({
  name: "a watchdog that was killed is missed, and another one is started with the next rig (needs ps)",
  ignore: !UNIX,
  async fn() {
    await using device = instrument();
    const action: SafeAction = { kind: "send", host: "127.0.0.1", port: device.port, text: "STOP\n" };
    const watched = () => connect({ x: withSafeState(sim.instant({ unit: "mm" }), [action]) });
    const watchdog = startWatchdog(), one = await watched();
    const pid = watchdogPid()!;
    Deno.kill(pid, "SIGKILL");
    for (let k = 0; k < 100 && watchdogPid() === pid; k++) await pause(50);
    assertEquals(watchdogPid(), undefined);
    const two = await watched(), next = watchdogPid()!;
    assert(next !== pid && await isRunning(next));
    watchdog[Symbol.dispose]();
    assert(await ends(next));
    for (const rig of [one, two]) await rig[Symbol.asyncDispose]();
    assertEquals(device.heard, []);
  },
  sanitizeResources: false, // the handles of children are let go by unref
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
