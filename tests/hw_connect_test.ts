import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { ConnectContext, Device, DeviceSpec } from "../src/core/device.ts";
import { DeviceError, InputError, LimitError, SondeError } from "../src/core/errors.ts";
import { connect, type None, sim } from "../src/hw/mod.ts";

const op = { signal: new AbortController().signal };

/** A device that notes its life, and fails where it is told to. */
function watched(log: string[], fail: "connect" | "stop" | "close" | "" = ""): DeviceSpec<None, None> {
  const act = (name: string, action: typeof fail & string) => {
    log.push(`${action} ${name}`);
    if (fail === action) throw new Error(`${name} cannot ${action}`);
  };
  return {
    driver: "watched",
    connect({ name }): Device {
      act(name, "connect");
      return {
        driver: "watched",
        stop: () => act(name, "stop"),
        // deno-lint-ignore require-await
        [Symbol.asyncDispose]: async () => act(name, "close"),
      };
    },
  };
}

Deno.test("devices are connected in declared order and closed in reverse, after all were stopped", async () => {
  const log: string[] = [];
  const rig = await connect({ a: watched(log), b: watched(log), c: watched(log) });
  assertEquals([...rig.devices.keys()], ["a", "b", "c"]);
  await rig[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
  assertEquals(log, [
    ...["connect a", "connect b", "connect c"],
    ...["stop c", "stop b", "stop a", "close c", "close b", "close a"],
  ]);
});

Deno.test("when a device fails to connect, the error names it and those before it are closed in reverse", async () => {
  const log: string[] = [];
  const error = await assertRejects(
    () => connect({ a: watched(log), b: watched(log), lamp: watched(log, "connect"), d: watched(log) }),
    DeviceError,
    "lamp: connect: lamp cannot connect",
  );
  assertEquals((error.cause as Error).message, "lamp cannot connect");
  assertEquals(log.slice(3), ["stop b", "stop a", "close b", "close a"]);
});

Deno.test("bad input that only a driver could tell stays bad input: it names the device and the place, and the others are closed", async () => {
  const refusing = (thrown: Error): DeviceSpec => ({ driver: "refusing", connect: () => Promise.reject(thrown) });
  const pixels = InputError.at("roi", "is not on the sensor", [0, 0, 9, 9], "4 × 4 pixels");
  const written = InputError.at("rig.lamp.limits", "goes beyond what the device allows");
  const other = InputError.at("rig.lamp2.limits", "is meant for another");
  const cases: readonly [Error, string][] = [
    [pixels, "rig.lamp.roi: is not on the sensor"],
    [written, "rig.lamp.limits: goes beyond what the device allows"],
    [other, "rig.lamp2.limits: is meant for another"],
    [InputError.at("", "is no lamp"), "rig.lamp: is no lamp"],
    [new LimitError("power", 9, "0 … 5 W"), "lamp.power: setpoint 9 is not allowed; allowed: 0 … 5 W"],
    [new LimitError("lamp.power", 9, "0 … 5 W"), "lamp.power: setpoint 9 is not allowed; allowed: 0 … 5 W"],
  ];
  for (const [thrown, message] of cases) {
    const log: string[] = [], specs = { a: watched(log), lamp: refusing(thrown) };
    const error = await assertRejects(() => connect(specs), SondeError);
    assertEquals([error.name, error.exitCode, error.message, error.cause], [thrown.name, 2, message, thrown]);
    assertEquals(log, ["connect a", "stop a", "close a"]);
  }
  const error = await assertRejects(() => connect({ a: watched([], "close"), lamp: refusing(pixels) }), InputError);
  assertEquals(error.issues[0].received, [0, 0, 9, 9]);
  assertEquals((error.cause as AggregateError).errors[0], pixels);
});

Deno.test("closing goes on past every failure and tells of all of them", async () => {
  const devices = fc.array(fc.constantFrom("", "stop", "close"), { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(devices, async (failures) => {
    const log: string[] = [], names = failures.map((_, i) => `d${i}`);
    const specs = failures.map((fail, i) => [names[i], watched(log, fail as "")] as const);
    const rig = await connect(Object.fromEntries(specs));
    const thrown = await Promise.resolve(rig[Symbol.asyncDispose]()).catch((error) => error);
    assertEquals(log.filter((line) => line.startsWith("close")), names.toReversed().map((name) => `close ${name}`));
    const failed = failures.filter(Boolean).length;
    assertEquals(thrown instanceof AggregateError ? thrown.errors.length : 0, failed);
    if (failed) assert((thrown as AggregateError).errors.every((error) => error instanceof DeviceError));
  }));
});

Deno.test("a device that never answers does not keep the others open", async () => {
  const log: string[] = [];
  const hanging: DeviceSpec<None, None> = {
    driver: "hanging",
    connect: () => ({ driver: "hanging", [Symbol.asyncDispose]: () => new Promise<void>(() => {}) }),
  };
  const rig = await connect({ a: watched(log), b: hanging }, { closeTimeoutMs: 20 });
  await assertRejects(() => rig[Symbol.asyncDispose](), AggregateError, "b: close: no answer within 20 ms");
  assertEquals(log.at(-1), "close a");
});

Deno.test("an abort while connecting closes what was connected, and what connects too late", async () => {
  const log: string[] = [], controller = new AbortController(), reason = new Error("changed my mind");
  const { promise, resolve } = Promise.withResolvers<Device>();
  const slow: DeviceSpec<None, None> = { driver: "slow", connect: () => promise };
  const connecting = connect({ a: watched(log), slow }, { signal: controller.signal }).catch((thrown) => thrown);
  await new Promise((done) => setTimeout(done));
  controller.abort(reason);
  assertEquals(await connecting, reason);
  assertEquals(log, ["connect a", "stop a", "close a"]);
  resolve(await watched(log).connect({ name: "late" } as ConnectContext));
  await new Promise((done) => setTimeout(done));
  assertEquals(log.slice(3), ["connect late", "stop late", "close late"]);
});

Deno.test("names that could not be arrays, paths and dotted names are refused, all at once", async () => {
  const log: string[] = [], spec = watched(log);
  const specs = { "": spec, "a.b": spec, "a/b": spec, "1st": spec, "_x": spec, "é": spec, Diode: spec, diode: spec };
  const error = await assertRejects(() => connect(specs), InputError);
  assertEquals(error.issues.map((issue) => issue.received), ["", "a.b", "a/b", "1st", "_x", "é", "diode"]);
  assertStringIncludes(error.message, `"diode" and "Diode" differ only by case`);
  assertEquals(log, []);
});

Deno.test("axes and channels are listed by full name in declared order", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    camera: sim.camera({ shape: [4, 6] }),
    lockin: sim.lockin(),
    diode: sim.photodiode(),
  });
  assertEquals([...rig.axes.keys()], ["x", "camera.exposure"]);
  assertEquals([...rig.channels.keys()], ["camera", "lockin.X", "lockin.Y", "diode"]);
  assertEquals(rig.channels.get("lockin.Y"), {
    unit: "V",
    longName: "in quadrature",
    name: "lockin.Y",
    device: "lockin",
    channel: "Y",
  });
  assertEquals(rig.channels.get("camera")!.shape, [4, 6]);
  const text = Deno.inspect(rig);
  assertStringIncludes(text, "x (sim.stage): axis x [mm] -5 … 5");
  assertStringIncludes(text, "lockin (sim.lockin): reads lockin.X [V], reads lockin.Y [V]");
});

Deno.test("settings() tells what the driver says of the device now, and nothing where it says nothing", async () => {
  await using rig = await connect({ camera: sim.camera({ shape: [4, 6] }), x: sim.instant() });
  await rig.axes.get("camera.exposure")!.set(25, op);
  const settings = { shape: [4, 6], exposureMs: 25, pixelUm: 2, offset: 100, readNoise: 2 };
  assertEquals(rig.devices.get("camera")!.settings(), settings);
  assertEquals(rig.devices.get("x")!.settings(), {});
});

Deno.test("an axis that cannot stop by itself is stopped with its device", async () => {
  const stopped: string[] = [];
  const spec: DeviceSpec<{ a: number; b: number }, None> = {
    driver: "pair",
    connect: () => ({
      driver: "pair",
      axes: {
        a: { unit: "", set: () => {}, readback: () => 0 },
        b: { unit: "", set: () => {}, readback: () => 0, stop: () => void stopped.push("b") },
      },
      stop: () => void stopped.push("all"),
    }),
  };
  await using rig = await connect({ pair: spec });
  rig.axes.get("pair.a")!.stop("abort");
  rig.axes.get("pair.b")!.stop("abort");
  assertEquals(stopped, ["all", "b"]);
  rig.axes.get("pair.a")!.set(1, op);
  assertEquals(rig.axes.get("pair.a")!.setpoint, 1);
});
