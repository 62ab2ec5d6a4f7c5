import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Frame } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, type DeviceSpecs, sim } from "../src/hw/mod.ts";
import { random } from "../src/core/random.ts";
import { fastNormal } from "../src/hw/sim/fast_normal.ts";
import { python } from "./python.ts";

const op = { signal: new AbortController().signal };
const instant = true;

/** Triggers and reads a synchronous detector. */
function measure(rig: Rig, name: string): unknown {
  const { detector } = rig.devices.get(name)!;
  detector!.trigger!(op);
  return detector!.read(op);
}

const frameOf = (rig: Rig) => (measure(rig, "camera") as Frame).slice();
const average = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((sum, x) => sum + x, 0) / numbers.length;

Deno.test("a scan over a lone line peaks at its published wavelength, with the monochromator's width", async () => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [400, 900], instant, resolution: 1e-4 }),
    diode: sim.photodiode({ instant, noise: 0 }),
  });
  const at = (nm: number) => {
    rig.axes.get("wavelength")!.set(nm, op);
    return measure(rig, "diode") as number;
  };
  const lone = sim.NEON_LINES.filter((line) =>
    sim.NEON_LINES.every((other) => other === line || Math.abs(other.wavelengthNm - line.wavelengthNm) > 1.5)
  );
  assert(lone.length >= 15);
  for (const { wavelengthNm } of lone) {
    const grid = Array.from({ length: 401 }, (_, i) => wavelengthNm + (i - 200) * 0.002), volts = grid.map(at);
    const top = volts.indexOf(Math.max(...volts)), glow = Math.min(...volts);
    assertAlmostEquals(grid[top], wavelengthNm, 0.0021);
    const above = volts.filter((v) => v - glow > (volts[top] - glow) / 2).length;
    assertAlmostEquals(above * 0.002, 0.2, 0.005);
  }
});

Deno.test("scipy finds the strong lines of a noisy simulated scan where NIST publishes them", async () => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [400, 900], instant }),
    diode: sim.photodiode({ instant }),
  });
  const nm = Array.from({ length: 6001 }, (_, i) => 690 + i * 0.01);
  const volts = nm.map((to) => {
    rig.axes.get("wavelength")!.set(to, op);
    return measure(rig, "diode") as number;
  });
  const found = await python<number[]>(
    `from scipy.signal import find_peaks
import numpy as np
v = np.array(data["volts"]); p, _ = find_peaks(v, prominence=0.05 * v.max(), distance=10)
print(json.dumps([data["nm"][i] for i in p]))`,
    { nm, volts },
  );
  const strong = sim.NEON_LINES.filter((line) =>
    line.intensity >= 10_000 && line.wavelengthNm > 690 && line.wavelengthNm < 750
  );
  assertEquals(found.length, strong.length);
  strong.forEach((line, k) => assertAlmostEquals(found[k], line.wavelengthNm, 0.03));
});

Deno.test("a photodiode gives a finite reading with any subset of the axes", async () => {
  const axes: DeviceSpecs = {
    x: sim.stage({ unit: "mm", instant }),
    y: sim.stage({ unit: "um", instant }),
    z: sim.stage({ unit: "nm", instant }),
    angle: sim.stage({ unit: "deg", instant }),
    mono: sim.monochromator({ instant }),
    shutter: sim.shutter({ instant }),
    filter: sim.filterWheel({
      labels: ["BP600", "ND2", "LP650", "SP700", "red glass"],
      instant,
    }),
    oven: sim.temperature({ instant }),
  };
  const some = fc.record(
    Object.fromEntries(Object.keys(axes).map((name) => [name, fc.double({ min: -1e5, max: 1e5, noNaN: true })])),
    {
      requiredKeys: [],
    },
  );
  await fc.assert(fc.asyncProperty(some, async (setpoints) => {
    const specs = Object.fromEntries(Object.keys(setpoints).map((name) => [name, axes[name]]));
    await using rig = await connect({ ...specs, diode: sim.photodiode({ instant }), lockin: sim.lockin({ instant }) });
    for (const [name, to = 0] of Object.entries(setpoints)) {
      const axis = rig.axes.get(name)!;
      axis.set(axis.labels ? axis.labels[Math.abs(Math.round(to)) % axis.labels.length] : to, op);
    }
    assert(Number.isFinite(measure(rig, "diode")));
    assert(Object.values(measure(rig, "lockin") as object).every(Number.isFinite));
  }));
});

Deno.test("the same seed gives the same readings, another seed others", async () => {
  const run = async (seed: number) => {
    await using rig = await connect({
      x: sim.stage({ unit: "mm", speed: 10 }),
      diode: sim.photodiode(),
      camera: sim.camera({ shape: [12, 16] }),
      spectrum: sim.spectrometer({ pixels: 64 }),
    }, { seed, clock: fakeClock(0) });
    const seen: unknown[] = [];
    for (const to of [0.1, 0.2, 0.3]) {
      await rig.axes.get("x")!.set(to, op);
      seen.push(await rig.axes.get("x")!.readback(op));
      for (const name of ["diode", "camera", "spectrum"]) {
        const { detector } = rig.devices.get(name)!;
        await detector!.trigger!(op);
        const reading = await detector!.read(op);
        seen.push(typeof reading === "number" ? reading : Array.from((reading as Frame).data, Number));
      }
    }
    return seen;
  };
  const [once, again, other] = [await run(7), await run(7), await run(8)];
  assertEquals(once, again);
  once.forEach((reading, k) => k % 4 && assert(JSON.stringify(reading) !== JSON.stringify(other[k])));
});

Deno.test("a camera's frames have Poisson noise on the light and Gaussian noise on the offset", async () => {
  await using rig = await connect({
    shutter: sim.shutter({ instant }),
    camera: sim.camera({ shape: [32, 32], exposureMs: 4, readNoise: 3, offset: 200, instant }),
  });
  const pixels = 32 * 32, frames = 400;
  const statistics = () => {
    const sum = new Float64Array(pixels), squares = new Float64Array(pixels);
    for (let k = 0; k < frames; k++) {
      const { data } = frameOf(rig);
      for (let i = 0; i < pixels; i++) {
        sum[i] += Number(data[i]);
        squares[i] += Number(data[i]) ** 2;
      }
    }
    const means = sum.map((s) => s / frames),
      variances = squares.map((s, i) => (s - sum[i] ** 2 / frames) / (frames - 1));
    return { mean: average(means), variance: average(variances) };
  };
  const light = statistics();
  // Rounding to whole counts adds a twelfth. Mean and variance of 400 frames of 1024 pixels are known to about 0.3 %.
  assertAlmostEquals((light.variance - 9 - 1 / 12) / (light.mean - 200), 1, 0.015);
  rig.axes.get("shutter")!.set("closed", op);
  const dark = statistics();
  assertAlmostEquals(dark.mean, 200, 0.05);
  assertAlmostEquals(dark.variance, 9 + 1 / 12, 0.2);
});

Deno.test("a camera's light grows with its exposure until it saturates at 65535", async () => {
  await using rig = await connect({ camera: sim.camera({ shape: [64, 64], offset: 0, readNoise: 0, instant }) });
  const brightness = (ms: number) => {
    rig.axes.get("camera.exposure")!.set(ms, op);
    return average(Array.from(frameOf(rig).data, Number));
  };
  assertAlmostEquals(brightness(40) / brightness(10), 4, 0.05);
  assertEquals(brightness(10_000), 65_535);
});

Deno.test("moving the stages shifts the camera's image by as many pixels", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", instant }),
    y: sim.stage({ unit: "um", instant }),
    camera: sim.camera({ shape: [60, 80], pixelUm: 5, exposureMs: 100, instant }),
  });
  const before = frameOf(rig).data;
  rig.axes.get("x")!.set(0.05, op); // 10 pixels
  rig.axes.get("y")!.set(20, op); // 4 pixels
  const after = frameOf(rig).data;
  const inside = [...Array(50 * 60).keys()].map((k) => [Math.floor(k / 60) + 4, k % 60 + 10]);
  const differences = inside.map(([j, i]) =>
    Math.abs(Number(before[j * 80 + i]) - Number(after[(j - 4) * 80 + i - 10]))
  );
  const unshifted = inside.map(([j, i]) => Math.abs(Number(before[j * 80 + i]) - Number(after[j * 80 + i])));
  assert(average(differences) < 0.2 * average(unshifted), `${average(differences)} against ${average(unshifted)}`);
});

Deno.test("the photodiode sees at its spot what the camera sees in the middle of its image", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", instant }),
    diode: sim.photodiode({ instant, noise: 0, gain: 1 }),
    camera: sim.camera({ shape: [1, 1], exposureMs: 100, offset: 0, readNoise: 0, instant }),
  });
  for (let x = -1; x <= 1; x += 0.05) {
    rig.axes.get("x")!.set(x, op);
    const volts = measure(rig, "diode") as number, counts = Number(frameOf(rig).data[0]) / 30_000;
    assertAlmostEquals(counts / volts, 1, 0.1);
  }
});

Deno.test("an image is sharpest at one z, the same on the way up and down", async () => {
  await using rig = await connect({
    z: sim.stage({ unit: "um", instant, role: "z" }),
    camera: sim.camera({ shape: [60, 80], pixelUm: 5, exposureMs: 100, instant }),
  });
  const sharpness = (z: number) => {
    rig.axes.get("z")!.set(z, op);
    const counts = Array.from(frameOf(rig).data, Number), mean = average(counts);
    return average(counts.map((count) => (count - mean) ** 2));
  };
  const grid = Array.from({ length: 41 }, (_, k) => (k - 20) * 10), curve = grid.map(sharpness);
  const best = curve.indexOf(Math.max(...curve));
  assert(best > 5 && best < 35, `best focus at ${grid[best]} µm`);
  assert(curve[best] > 3 * curve[0] && curve[best] > 3 * curve[40]);
  const back = grid.toReversed().map(sharpness).reverse();
  assert(Math.abs(back.indexOf(Math.max(...back)) - best) <= 1);
});

Deno.test("shutter and filters act on all detectors, and filters by what is written on them", async () => {
  await using rig = await connect({
    shutter: sim.shutter({ instant }),
    filter: sim.filterWheel({ labels: ["empty", "ND1", "LP650", "SP650", "BP703"], instant }),
    diode: sim.photodiode({ instant, noise: 0 }),
    spectrum: sim.spectrometer({ pixels: 900, range: [580, 760], exposureMs: 1, readNoise: 0, offset: 0, instant }),
  });
  const spectrum = () => Array.from((measure(rig, "spectrum") as Frame).data, Number);
  const wavelengths = Array.from(rig.channels.get("spectrum")!.coordinates!.wavelength.values);
  const below = (counts: number[], nm: number) =>
    counts.filter((_, i) => wavelengths[i] < nm).reduce((a, b) => a + b, 0);
  const open = measure(rig, "diode") as number, all = below(spectrum(), 1000);
  const filter = rig.axes.get("filter")!;
  filter.set("ND1", op);
  assertAlmostEquals(measure(rig, "diode") as number / open, 0.1, 1e-9);
  filter.set("LP650", op);
  assert(below(spectrum(), 640) < 0.01 * all && below(spectrum(), 1000) > 0.5 * all);
  filter.set("SP650", op);
  assert(below(spectrum(), 640) > 0.1 * all && below(spectrum(), 1000) < 0.5 * all);
  filter.set("BP703", op);
  const counts = spectrum();
  assertAlmostEquals(wavelengths[counts.indexOf(Math.max(...counts))], 703.24, 0.2);
  filter.set("empty", op);
  rig.axes.get("shutter")!.set("closed", op);
  assertEquals([measure(rig, "diode"), below(spectrum(), 1000)], [0, 0]);
});

Deno.test("drift creeps with the clock, and only where it was asked for", async () => {
  const clock = fakeClock(0);
  await using rig = await connect({
    x: sim.stage({ unit: "um", instant, driftPerHour: 30 }),
    still: sim.photodiode({ instant, noise: 0 }),
    rising: sim.photodiode({ instant, noise: 0, driftPerHour: 0.1 }),
  }, { clock });
  const first = measure(rig, "still") as number;
  assertEquals(measure(rig, "rising"), first);
  await clock.sleep(3_600_000);
  const later = measure(rig, "still") as number;
  assert(later !== first, "the sample has crept");
  assertAlmostEquals(measure(rig, "rising") as number / later, 1.1, 1e-9);
  assertEquals(rig.axes.get("x")!.readback(op), 0);
});

Deno.test("one trigger of a lock-in gives X and Y of one phase", async () => {
  await using rig = await connect({ lockin: sim.lockin({ instant, phaseDeg: 60, noise: 0 }) });
  const { X, Y } = measure(rig, "lockin") as { X: number; Y: number };
  assertAlmostEquals(Math.atan2(Y, X) * 180 / Math.PI, 60, 1e-9);
});

Deno.test("fastNormal() is normal to the eyes of scipy, tails included", async () => {
  const numbers = new Float32Array(200_000);
  fastNormal(random(1, "normal"), numbers);
  const [p, mean, deviation, kurtosis, beyond] = await python<number[]>(
    `from scipy import stats
import numpy as np
x = np.array(data)
print(json.dumps([float(stats.kstest(x, "norm").pvalue), float(x.mean()), float(x.std()), float(stats.kurtosis(x)), int((abs(x) > 3.4426198).sum())]))`,
    numbers,
  );
  assert(p > 0.001, `p = ${p}`);
  assertAlmostEquals(mean, 0, 0.01);
  assertAlmostEquals(deviation, 1, 0.008);
  assertAlmostEquals(kurtosis, 0, 0.05);
  // 200 000 × 2 × (1 − Φ(3.4426)) = 115 beyond the last layer.
  assertAlmostEquals(beyond, 115, 40);
});
