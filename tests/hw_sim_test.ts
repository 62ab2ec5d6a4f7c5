import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeClock } from "../src/core/fake_clock.ts";
import { DeviceError, InputError, LimitError, MoveError } from "../src/core/errors.ts";
import type { Frame } from "../src/core/point.ts";
import { connect, sim } from "../src/hw/mod.ts";
import { firstOrderTravel, steadyTravel } from "../src/hw/sim/travel.ts";
import { python } from "./python.ts";

const op = { signal: new AbortController().signal };
const LIMITS = [-5, 5] as const;

/** Waits a few turns of the event loop, for what the fake clock sets off. */
const turns = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise((done) => setTimeout(done));
};

Deno.test("a stage takes its overhead and distance / speed, as it said beforehand", async () => {
  const clock = fakeClock(0);
  await using rig = await connect({ x: sim.stage({ unit: "mm", limits: LIMITS, speed: 2, overheadMs: 30 }) }, {
    clock,
  });
  const x = rig.axes.get("x")!;
  assertEquals(x.moveMs!(0, 4), 2030);
  await x.set(4, op);
  assertEquals(clock.nowMs(), 2030);
  await x.set(4, op);
  assertEquals(clock.nowMs(), 2030);
});

Deno.test("every move of a stage ends within its own tolerance, noise of the encoder included", async () => {
  await using rig = await connect({ x: sim.stage({ unit: "mm", limits: LIMITS }) }, { clock: fakeClock() });
  const x = rig.axes.get("x")!;
  await fc.assert(fc.asyncProperty(fc.double({ min: -5, max: 5, noNaN: true }), async (to) => {
    await x.set(to, op);
    assert(Math.abs(Number(await x.readback(op)) - to) <= x.tolerance!);
  }));
});

Deno.test("a moving axis stops where it is, on stop() and on abort, and says so", async () => {
  for (const how of ["stop", "abort"]) {
    const clock = fakeClock(0), controller = new AbortController(), reason = new Error("enough");
    await using rig = await connect({ x: sim.stage({ unit: "mm", limits: LIMITS, speed: 1, overheadMs: 0 }) }, {
      clock,
    });
    const x = rig.axes.get("x")!;
    const moved = Promise.resolve(x.set(4, { signal: controller.signal })).catch((thrown) => thrown);
    await clock.sleep(1000);
    if (how === "stop") x.stop("abort");
    else controller.abort(reason);
    const thrown = await moved;
    if (how === "stop") assert(thrown instanceof DeviceError && thrown.message.includes("stopped at 1 mm"));
    else assertEquals(thrown, reason);
    await clock.sleep(60_000);
    assertAlmostEquals(Number(await x.readback(op)), 1, 2e-4);
    assertEquals(x.setpoint, undefined);
    await x.set(0, op); // and it can go on
    assertEquals(x.setpoint, 0);
  }
});

Deno.test("a new move from where a stopped one ended is not broken by the old one", async () => {
  const clock = fakeClock(0);
  await using rig = await connect({ x: sim.stage({ unit: "mm", speed: 1, overheadMs: 0 }) }, { clock });
  const x = rig.axes.get("x")!;
  const first = Promise.resolve(x.set(4, op)).catch(() => {});
  await clock.sleep(1000);
  x.stop("pause");
  const second = x.set(3, op);
  await first;
  await second;
  assertEquals([x.setpoint, clock.nowMs()], [3, 3000]);
});

Deno.test("a temperature ramp of an hour passes in no time and follows the first-order law", async () => {
  const clock = fakeClock(0), began = performance.now();
  await using rig = await connect({ oven: sim.temperature({ ratePerMinute: 1, tauMs: 60_000 }) }, { clock });
  const oven = rig.axes.get("oven")!, moved = oven.set(355, op);
  await clock.sleep(30 * 60_000);
  // After many time constants the temperature lags one of them behind the ramp: 295 + 30 − 1.
  assertAlmostEquals(Number(await oven.readback(op)), 324, 0.01);
  await moved;
  const minutes = clock.nowMs() / 60_000;
  assert(minutes > 60 && minutes < 65, `${minutes} min`);
  assertAlmostEquals(oven.moveMs!(295, 355), clock.nowMs(), 1);
  assert(performance.now() - began < 5000);
});

Deno.test("a temperature that is stopped holds where it is", async () => {
  const clock = fakeClock(0);
  await using rig = await connect({ oven: sim.temperature({ tauMs: 60_000 }) }, { clock });
  const oven = rig.axes.get("oven")!, moved = Promise.resolve(oven.set(395, op)).catch(() => {});
  await clock.sleep(60_000);
  oven.stop("abort");
  await moved;
  await clock.sleep(3_600_000);
  assertAlmostEquals(Number(await oven.readback(op)), 295 + 100 * (1 - Math.exp(-1)), 0.01);
});

Deno.test("an instant axis and detector answer without any promise", async () => {
  await using rig = await connect({
    x: sim.instant({ limits: LIMITS }),
    s: sim.stage({ unit: "mm", limits: LIMITS, instant: true }),
    n: sim.counter(),
    one: sim.constant({ reading: 7 }),
    diode: sim.photodiode({ instant: true }),
    camera: sim.camera({ shape: [4, 6], instant: true }),
  });
  for (const name of ["x", "s"]) {
    const axis = rig.axes.get(name)!;
    assertEquals([axis.set(3, op), axis.readback(op), axis.setpoint], [undefined, 3, 3]);
    assertThrows(() => axis.set(6, op), LimitError);
  }
  const measure = (name: string) => {
    const { detector } = rig.devices.get(name)!;
    assertEquals(detector!.trigger!(op), undefined);
    return detector!.read(op);
  };
  assertEquals([measure("n"), measure("n"), measure("one")], [0, 1, 7]);
  assertEquals(typeof measure("diode"), "number");
  assertEquals((measure("camera") as Frame).shape, [4, 6]);
});

Deno.test("detectors take the time that they said they would", async () => {
  const clock = fakeClock(0);
  await using rig = await connect({
    diode: sim.photodiode({ dwellMs: 3 }),
    lockin: sim.lockin({ timeConstantMs: 2 }),
    camera: sim.camera({ shape: [4, 6], exposureMs: 20 }),
  }, { clock });
  for (const [name, ms] of [["diode", 3], ["lockin", 10], ["camera", 20]] as const) {
    const { detector } = rig.devices.get(name)!, beganMs = clock.nowMs();
    assertEquals(detector!.readMs!(), ms);
    await detector!.trigger!(op);
    assertEquals(clock.nowMs() - beganMs, ms);
  }
  await rig.axes.get("camera.exposure")!.set(50, op);
  assertEquals(rig.devices.get("camera")!.detector!.readMs!(), 50);
});

Deno.test("labels move, block the beam in between, and refuse what they do not have", async () => {
  await using rig = await connect({ shutter: sim.shutter({ moveMs: 5 }) }, { clock: fakeClock(0) });
  const shutter = rig.axes.get("shutter")!;
  assertEquals(await shutter.readback(op), "open");
  await shutter.set("closed", op);
  assertEquals([await shutter.readback(op), shutter.setpoint], ["closed", "closed"]);
  await assertRejects(async () => await shutter.set("ajar", op), LimitError);
});

Deno.test("a dead device answers nothing until its signal aborts", async () => {
  const faults = sim.faults({ dead: true }), clock = fakeClock(0);
  await using rig = await connect({
    x: sim.stage({ unit: "mm", faults }),
    filter: sim.filterWheel({ labels: ["a", "b"], faults }),
    diode: sim.photodiode({ faults }),
  }, { clock });
  const { detector } = rig.devices.get("diode")!;
  const calls = [
    (op: { signal: AbortSignal }) => rig.axes.get("x")!.set(1, op),
    (op: { signal: AbortSignal }) => rig.axes.get("x")!.readback(op),
    (op: { signal: AbortSignal }) => rig.axes.get("filter")!.set("b", op),
    (op: { signal: AbortSignal }) => detector!.trigger!(op),
    (op: { signal: AbortSignal }) => detector!.read(op),
  ];
  for (const call of calls) {
    const controller = new AbortController(), reason = new Error("waited long enough");
    let answered = false;
    const called = Promise.resolve(call({ signal: controller.signal })).then(() => answered = true, (thrown) => thrown);
    await turns(3);
    assert(!answered);
    controller.abort(reason);
    assertEquals(await called, reason);
  }
  faults.dead = false;
  await rig.axes.get("x")!.set(1, op);
  assertEquals(rig.axes.get("x")!.setpoint, 1);
});

Deno.test("a stuck axis hangs half-way; one that is stuck somewhere is caught by its readback", async () => {
  const faults = sim.faults({ stuck: true }), clock = fakeClock(0);
  await using rig = await connect({ x: sim.stage({ unit: "mm", faults }), shutter: sim.shutter({ faults }) }, {
    clock,
  });
  const x = rig.axes.get("x")!;
  const moved = Promise.resolve(x.set(4, op)).catch((thrown) => thrown);
  await clock.sleep(60_000);
  assertAlmostEquals(Number(await x.readback(op)), 2, 2e-4);
  x.stop("fault");
  assert(await moved instanceof DeviceError);
  Object.assign(faults, { stuck: false, stuckAt: 1.5 });
  const error = await assertRejects(async () => await x.set(4, op), MoveError, "tolerance 0.0002 mm");
  assertAlmostEquals(Number(error.readback), 1.5, 2e-4);
  faults.stuckAt = "closed";
  await rig.axes.get("shutter")!.set("closed", op);
  await assertRejects(async () => await rig.axes.get("shutter")!.set("open", op), MoveError, `reports "closed"`);
});

Deno.test("a slow device takes longer, a noisy one scatters more", async () => {
  const faults = sim.faults(), clock = fakeClock(0);
  await using rig = await connect({
    x: sim.stage({ unit: "mm", speed: 1, overheadMs: 0, faults }),
    diode: sim.photodiode({ faults, instant: true }),
  }, { clock });
  const scatter = () => {
    const { detector } = rig.devices.get("diode")!;
    const readings = Array.from({ length: 2000 }, () => (detector!.trigger!(op), detector!.read(op) as number));
    const mean = readings.reduce((sum, volts) => sum + volts, 0) / readings.length;
    return Math.sqrt(readings.reduce((sum, volts) => sum + (volts - mean) ** 2, 0) / readings.length);
  };
  const quiet = scatter();
  Object.assign(faults, { slow: 3, noisy: 10 });
  assertAlmostEquals(scatter() / quiet, 10, 1);
  assertEquals(rig.axes.get("x")!.moveMs!(0, 1), 3000);
  faults.noisy = 1;
  await rig.axes.get("x")!.set(1, op);
  assertEquals(clock.nowMs(), 3000);
});

Deno.test("fail, failEvery and failAt throw where they say, and nowhere else", async () => {
  const outcomes = async (faults: ReturnType<typeof sim.faults>, calls = 6) => {
    await using rig = await connect({ n: sim.counter({ faults }) });
    const { detector } = rig.devices.get("n")!;
    return Array.from({ length: calls }, () => {
      try {
        detector!.trigger!(op);
        detector!.read(op);
        return 1;
      } catch (error) {
        assert(error instanceof DeviceError && error.device === "n");
        return 0;
      }
    });
  };
  const counted = sim.faults({ fail: 2 });
  assertEquals(await outcomes(counted), [0, 0, 1, 1, 1, 1]);
  assertEquals(counted.fail, 0);
  assertEquals(await outcomes(sim.faults({ failEvery: 3 })), [1, 1, 0, 1, 1, 0]);
  assertEquals(await outcomes(sim.faults({ failAt: [2, 5] })), [1, 0, 1, 1, 0, 1]);
  assertEquals(await outcomes(sim.faults({ failAt: [2, 5], failOn: "read" })), [1, 0, 1, 1, 0, 1]);
});

Deno.test("a recorder tells in order what devices were asked to do, and when", async () => {
  const record = sim.recorder(), clock = fakeClock(0);
  {
    await using rig = await connect({
      x: sim.stage({ unit: "mm", speed: 1, overheadMs: 0, record }),
      camera: sim.camera({ shape: [2, 2], exposureMs: 5, record }),
    }, { clock });
    await using _staged = await rig.devices.get("camera")!.stage!(op);
    await rig.axes.get("x")!.set(1, op);
    await rig.axes.get("camera.exposure")!.set(7, op);
    await rig.devices.get("camera")!.detector!.trigger!(op);
    await rig.devices.get("camera")!.detector!.read(op);
  }
  assertEquals(record.map(({ device, action, axis, setpoint, timeMs }) => [device, action, axis, setpoint, timeMs]), [
    ["camera", "stage", undefined, undefined, 0],
    ["x", "set", "x", 1, 0],
    ["camera", "set", "camera.exposure", 7, 1000],
    ["camera", "trigger", undefined, undefined, 1000],
    ["camera", "read", undefined, undefined, 1007],
    ["camera", "unstage", undefined, undefined, 1007],
    ["camera", "stop", undefined, undefined, 1007],
    ["x", "stop", "x", undefined, 1007],
    ["camera", "close", undefined, undefined, 1007],
    ["x", "close", undefined, undefined, 1007],
  ]);
});

Deno.test("options that make no sense are refused when the device is declared", () => {
  assertThrows(() => sim.stage({ unit: "mm", limits: [5, -5] }), InputError, "limits");
  assertThrows(() => sim.stage({ unit: "mm", speed: 0 }), InputError, "speed must be a positive number; received 0");
  assertThrows(() => sim.stage({ unit: "mm", limits: [1, 2], start: 3 }), InputError, "start 3 lies outside");
  assertThrows(() => sim.camera({ shape: [0, 5] }), InputError, "shape");
  assertThrows(() => sim.camera({ exposureMs: 0 }), InputError, "exposureMs 0 lies outside 0.01 … 10000 ms");
  assertThrows(() => sim.spectrometer({ pixels: 1 }), InputError, "pixels");
  assertThrows(() => sim.filterWheel({ labels: [] }), InputError, "at least one label");
});

Deno.test("firstOrderTravel() agrees with scipy's solution of the controller's equation", async () => {
  const cases = [[295, 355, 60_000, 0.5], [355, 300, 10_000, 2], [10, 10.5, 5000, 0.001]] as const;
  for (const [from, to, tauMs, rate] of cases) {
    const travel = firstOrderTravel(from, to, tauMs, 0.05, rate), endMs = travel.durationMs * 1.2;
    const times = Array.from({ length: 50 }, (_, k) => endMs * k / 49);
    const solved = await python<number[]>(
      `from scipy.integrate import solve_ivp
a, b, tau, rate, t = data["from"], data["to"], data["tau"], data["rate"], data["t"]
s = rate / 1000 * (1 if b > a else -1); ramp = abs(b - a) / rate * 1000
w = lambda t: a + s * t if t < ramp else b
r = solve_ivp(lambda t, y: [(w(t) - y[0]) / tau], (0, t[-1]), [a], t_eval=t, rtol=1e-9, atol=1e-9, max_step=ramp / 50)
print(json.dumps(list(r.y[0])))`,
      { from, to, tau: tauMs, rate, t: times },
    );
    times.forEach((ms, k) => assertAlmostEquals(travel.at(ms), solved[k], 1e-3 * Math.abs(to - from)));
    assert(Math.abs(travel.at(travel.durationMs) - to) <= 0.05 * (1 + 1e-9));
  }
});

Deno.test("every travel begins where it is, ends where it goes, and never leaves the way between", () => {
  const place = fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    positive = fc.double({ min: 0.1, max: 1e3, noNaN: true });
  fc.assert(fc.property(place, place, positive, positive, (from, to, speed, ms) => {
    for (const travel of [steadyTravel(from, to, speed, ms), firstOrderTravel(from, to, ms, 1e-6, speed)]) {
      const low = Math.min(from, to) - 1e-6, high = Math.max(from, to) + 1e-6;
      assert(travel.durationMs >= 0);
      assertAlmostEquals(travel.at(0), travel.durationMs ? from : to, 1e-6);
      assertAlmostEquals(travel.at(travel.durationMs), to, 2e-6);
      for (let k = 0; k <= 20; k++) {
        const at = travel.at(travel.durationMs * k / 10);
        assert(at >= low && at <= high, `${at} is not between ${from} and ${to}`);
      }
    }
  }));
});
