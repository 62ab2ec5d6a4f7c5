/** The simulators of what surrounds a scan: a ring, a creeping sample, luminescence, pump and probe, gates and dots. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Frame, Reading, Setpoint } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, type DeviceSpecs, sim } from "../src/hw/mod.ts";
import { deviceSpecs } from "../src/hw/device_specs.ts";
import { ringStrength } from "../src/hw/sim/devices/ring.ts";
import { EV_NM, gapEv } from "../src/hw/sim/emission.ts";
import { meanElectrons } from "../src/hw/sim/mean_electrons.ts";
import { transient } from "../src/hw/sim/transient.ts";
import { python } from "./python.ts";

const op = { signal: new AbortController().signal }, instant = true;

/** Triggers and reads a detector that answers at once. */
function measure<T = number>(rig: Rig, name: string): T {
  const { detector } = rig.devices.get(name)!;
  detector!.trigger!(op);
  return detector!.read(op) as T;
}

const move = (rig: Rig, name: string, to: Setpoint) => void rig.axes.get(name)!.set(to, op);
const rigOf = (specs: DeviceSpecs, clock = fakeClock(0), seed = 0) =>
  connect(specs, { clock, seed }) as unknown as Promise<Rig>;

/** The centre of what shines in an image, in pixels from its middle. */
function centre({ data, shape: [height, width] }: Frame): { x: number; y: number } {
  let sum = 0, x = 0, y = 0;
  for (let i = 0; i < data.length; i++) {
    const light = Math.max(0, Number(data[i]) - 6000);
    sum += light;
    x += light * (i % width);
    y += light * Math.floor(i / width);
  }
  return { x: x / sum - (width - 1) / 2, y: y / sum - (height - 1) / 2 };
}

Deno.test("transient() is scipy's convolution of a decay with a pulse, at any delay and length", async () => {
  const cases = [0, 0.05, 0.3, 3].flatMap((pulse) =>
    [0.1, 2, 50].flatMap((tau) => {
      return [-30, -1, -0.01, 0, 0.2, 1, 40].map((delay) => [delay, tau, pulse]);
    })
  );
  const expected = await python<number[]>(
    `
from scipy.special import erfcx, erfc
import numpy as np
def one(t, tau, pulse):
    s = pulse / (2 * np.sqrt(2 * np.log(2)))
    if s == 0: return 0.0 if t < 0 else float(np.exp(-t / tau))
    u = (s / tau - t / s) / np.sqrt(2)
    # exp(a) erfc(u) overflows for u << 0 only where the decay is over
    return float(np.exp(-t * t / (2 * s * s)) * erfcx(u) / 2 if u > 0 else np.exp(s * s / (2 * tau * tau) - t / tau) * erfc(u) / 2)
print(json.dumps([one(*c) for c in data]))`,
    cases,
  );
  cases.forEach(([delay, tau, pulse], k) => {
    assertAlmostEquals(transient(delay, tau, pulse), expected[k], 1e-6, `${delay} ${tau} ${pulse}`);
  });
});

Deno.test("transient() is finite and between 0 and 1, however short or long pulse and decay are", () => {
  const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), positive, positive, (delay, tau, pulse) => {
    const seen = transient(delay, tau, pulse);
    assert(seen >= 0 && seen <= 1, `${seen}`);
  }));
});

Deno.test("the ratio of a pump-probe shot to its reference decays, and the energy of the shots drops out of it", async () => {
  await using rig = await rigOf({
    delay: sim.delay({ unit: "fs", instant }),
    shot: sim.pumpProbe({ tauPs: 2, pulsePs: 0.1, amplitude: 0.05, noise: 0, instant }),
  });
  const at = (fs: number) => {
    move(rig, "delay", fs);
    const { signal, reference } = measure<Record<string, number>>(rig, "shot");
    return [signal / reference - 1, reference];
  };
  assertAlmostEquals(at(-500)[0], 0, 1e-9);
  assertAlmostEquals(at(5000)[0] / at(3000)[0], Math.exp(-1), 1e-6);
  const energies = Array.from({ length: 200 }, () => at(1000)[1]), mean = energies.reduce((a, b) => a + b) / 200;
  const deviation = Math.sqrt(energies.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 199);
  assertAlmostEquals(deviation, 0.05, 0.01);
});

Deno.test("meanElectrons() agrees with Boltzmann's sum over all states, and counts up one by one", async () => {
  const dots = { charging: 2, mutual: 0.4, period: 60, crosstalk: 0.2, thermal: 0.05 };
  const gates = Array.from({ length: 40 }, (_, k) => [k * 7.3 % 210 - 20, k * 11.9 % 190 - 20] as [number, number]);
  const expected = await python<[number, number][]>(
    `
import numpy as np
a, b = np.meshgrid(np.arange(12), np.arange(12), indexing="ij")
out = []
for g1, g2 in data:
    n1, n2 = max(0, (g1 + .2 * g2) / 60), max(0, (g2 + .2 * g1) / 60)
    e = (a - n1) ** 2 + (b - n2) ** 2 + .4 * (a - n1) * (b - n2)
    w = np.exp(-(e - e.min()) / .05)
    out.append([float((a * w).sum() / w.sum()), float((b * w).sum() / w.sum())])
print(json.dumps(out))`,
    gates,
  );
  gates.forEach((pair, k) => {
    const found = meanElectrons(pair, dots);
    assertAlmostEquals(found[0], expected[k][0], 1e-9);
    assertAlmostEquals(found[1], expected[k][1], 1e-9);
  });
});

Deno.test("a double dot gives finite readings with any of its gates, and leaks only beyond breakdown", async () => {
  for (const names of [[], ["P1"], ["P2"], ["P1", "P2"]]) {
    const gates = Object.fromEntries(names.map((name) => [name, sim.gate({ unit: "V", instant })]));
    await using rig = await rigOf({ ...gates, dot: sim.doubleDot({ instant }) });
    for (const name of names) move(rig, name, 0.1);
    const { current, leakage } = measure<Record<string, number>>(rig, "dot");
    assert(Number.isFinite(current) && leakage < 1);
    for (const name of names) move(rig, name, -0.4);
    assertEquals(measure<Record<string, number>>(rig, "dot").leakage > 1e4, names.length > 0);
  }
});

Deno.test("a ring decays, is dark in each of its dumps and full after it, and takes all light with it", async () => {
  const dumps = [[60_000, 5_000], [100_000, 1_000]] as const, clock = fakeClock(0);
  await using rig = await rigOf({
    ring: sim.ring({ dumps, lifetimeHours: 0.1, noise: 0, instant }),
    diode: sim.photodiode({ noise: 0, instant }),
    camera: sim.camera({ shape: [8, 8], offset: 0, readNoise: 0, instant }),
    shot: sim.pumpProbe({ noise: 0, instant }),
    spectrum: sim.spectrometer({ pixels: 16, offset: 0, readNoise: 0, instant }),
  }, clock);
  const full = measure(rig, "diode");
  for (const [atMs, strength] of [[30_000, Math.exp(-30 / 360)], [62_000, 0], [65_000, 1], [100_500, 0]]) {
    await clock.sleep(atMs - clock.nowMs());
    assertAlmostEquals(measure(rig, "ring"), 100 * strength, 1e-9);
    assertAlmostEquals(measure(rig, "diode"), full * strength, 1e-9);
    const light = (measure<Frame>(rig, "camera").data as Uint16Array).reduce((a, b) => a + b, 0);
    const spectrum = (measure<Frame>(rig, "spectrum").data as Uint16Array).reduce((a, b) => a + b, 0);
    assertEquals([light > 0, spectrum > 0, measure<Record<string, number>>(rig, "shot").reference > 0], [
      strength > 0,
      strength > 0,
      strength > 0,
    ]);
  }
});

Deno.test("ringStrength() stays within 0 and 1 whatever the dumps are, overlapping ones included", () => {
  const ms = fc.integer({ min: 0, max: 1e6 });
  fc.assert(fc.property(ms, fc.array(fc.tuple(ms, ms), { maxLength: 5 }), (at, dumps) => {
    const strength = ringStrength(at, 3_600_000, dumps);
    assert(strength >= 0 && strength <= 1);
    if (dumps.some(([from, long]) => at >= from && at < from + long)) assertEquals(strength, 0);
  }));
});

Deno.test("a creeping sample moves its image, its marks and what a diode sees, by what was said", async () => {
  const clock = fakeClock(0);
  await using rig = await rigOf({
    x: sim.stage({ unit: "um", instant }),
    y: sim.stage({ unit: "mm", instant }),
    sample: sim.sample({ marks: [[0.1, -0.05]], driftPerHour: { x: 0.02, y: -0.01 } }),
    camera: sim.camera({ shape: [96, 128], pixelUm: 4, instant }),
    diode: sim.photodiode({ noise: 0, gain: 0.5, instant }),
  }, clock);
  move(rig, "x", 100);
  move(rig, "y", -0.05);
  const before = centre(measure<Frame>(rig, "camera")), light = measure(rig, "diode");
  assert(Math.hypot(before.x, before.y) < 1, `${before.x} ${before.y}`);
  await clock.sleep(2 * 3_600_000);
  const after = centre(measure<Frame>(rig, "camera"));
  // 40 µm and −20 µm are 10 and −5 pixels; neighbouring grains pull by a part of one.
  assertAlmostEquals(after.x - before.x, 10, 0.3);
  assertAlmostEquals(after.y - before.y, -5, 0.3);
  assert(measure(rig, "diode") < 0.5 * light);
  move(rig, "x", 140); // where the mark has gone
  move(rig, "y", -0.07);
  assertAlmostEquals(measure(rig, "diode"), light, 1e-6);
});

Deno.test("a sample without marks and drift changes nothing", async () => {
  const readings = async (more: DeviceSpecs) => {
    await using rig = await rigOf({
      x: sim.stage({ unit: "mm", instant }),
      ...more,
      camera: sim.camera({ shape: [16, 16], instant }),
    });
    move(rig, "x", 0.3);
    return Array.from(measure<Frame>(rig, "camera").data, Number);
  };
  assertEquals(await readings({ sample: sim.sample() }), await readings({}));
});

Deno.test("luminescence peaks at the band gap, moves with temperature, and is seen alike by diode and spectrometer", async () => {
  await using rig = await rigOf({
    temperature: sim.temperature({ unit: "degC", limits: [-270, 60], instant }),
    shutter: sim.shutter({ instant }),
    wavelength: sim.monochromator({ bandwidthNm: 0.5, instant }),
    spectrum: sim.spectrometer({ range: [780, 900], pixels: 1201, sees: "luminescence", readNoise: 0, instant }),
    diode: sim.photodiode({ sees: "luminescence", noise: 0, instant }),
  });
  const top = (numbers: ArrayLike<number>) =>
    Array.from(numbers).reduce((best, one, k, all) => one > all[best] ? k : best, 0);
  let last = 0;
  for (const kelvin of [10, 77, 200, 295]) {
    move(rig, "temperature", kelvin - 273.15);
    const nm = Array.from({ length: 601 }, (_, k) => 780 + k * 0.2);
    const seen = nm.map((to) => {
      move(rig, "wavelength", to);
      return measure(rig, "diode");
    });
    const peak = nm[top(seen)];
    // Strain shifts it by a few meV: about 0.55 nm each.
    assertAlmostEquals(peak, EV_NM / gapEv(kelvin), 3);
    assertAlmostEquals(780 + top(measure<Frame>(rig, "spectrum").data as Uint16Array) * 0.1, peak, 1.5);
    assert(peak > last);
    last = peak;
  }
  move(rig, "shutter", "closed");
  assertEquals(measure(rig, "diode"), 0);
});

Deno.test("the same seed gives the same night, another seed another one", async () => {
  const night = async (seed: number) => {
    const clock = fakeClock(0);
    await using rig = await rigOf(
      {
        delay: sim.delay({ instant }),
        P1: sim.gate({ instant }),
        ring: sim.ring({ instant }),
        shot: sim.pumpProbe({ instant }),
        dot: sim.doubleDot({ instant }),
      },
      clock,
      seed,
    );
    return ["ring", "shot", "dot", "ring"].map((name) => measure<Reading | Record<string, number>>(rig, name));
  };
  assertEquals(await night(3), await night(3));
  assert(JSON.stringify(await night(3)) !== JSON.stringify(await night(4)));
});

Deno.test("options that make no sense are refused when the device is declared, in scripts and in rig files", () => {
  assertThrows(() => sim.ring({ dumps: [[-1, 5]] }), InputError, "dump");
  assertThrows(() => sim.ring({ lifetimeHours: 0 }), InputError, "lifetimeHours");
  assertThrows(() => sim.sample({ marks: [[NaN, 0]] }), InputError, "mark");
  assertThrows(() => sim.doubleDot({ gates: ["P1"] as never }), InputError, "gates");
  assertThrows(() => sim.gate({ speed: 0 }), InputError, "speed");
  assertThrows(() => sim.pumpProbe({ tauPs: 0 }), InputError, "tauPs");
  const refused = (entry: Record<string, unknown>, hint: string) =>
    assertThrows(() => deviceSpecs({ device: entry }), InputError, hint);
  refused({ driver: "sim.ring", dump: [[1, 2]] }, 'did you mean "dumps"?');
  refused({ driver: "sim.ring", dumps: [[1]] }, "dumps[0]");
  refused({ driver: "sim.sample", driftPerHour: { w: 1 } }, "driftPerHour");
  refused({ driver: "sim.photodiode", sees: "light" }, "sees");
  refused({ driver: "sim.pumpprobe" }, 'did you mean "sim.pumpProbe"?');
});

Deno.test("every simulator of a rig file is connected by its driver, with the options that it has in scripts", async () => {
  const specs = deviceSpecs({
    ring_current: { driver: "sim.ring", currentMa: 250, dumps: [[1000, 500]], noise: 0, instant: true },
    stage: { driver: "sim.sample", marks: [[0.5, 0]], driftPerHour: { z: 0.1 } },
    delay: { driver: "sim.delay", unit: "fs", limits: [-500, 5000] },
    shot: { driver: "sim.pumpProbe", tauPs: 3 },
    P1: { driver: "sim.gate", unit: "V", limits: [-1, 1] },
    dot: { driver: "sim.doubleDot", gates: ["P1", "P2"] },
    spectrum: { driver: "sim.spectrometer", pixels: 64, sees: "luminescence" },
  });
  await using rig = await rigOf(specs);
  assertEquals(measure(rig, "ring_current"), 250);
  assertEquals([...rig.axes.keys()], ["delay", "P1"]);
  assertEquals(rig.devices.get("stage")!.settings(), {
    marks: [[0.5, 0]],
    markUm: 20,
    markBrightness: 5,
    driftPerHour: { x: 0, y: 0, z: 0.1 },
  });
});
