import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import type { Focus, FocusMetric } from "../src/core/adaptive_plan.ts";
import type { Request } from "../src/core/path.ts";
import { focusDerived, focusKind, focusSignal } from "../src/adapt/focus.ts";
import { sharpness } from "../src/adapt/sharpness.ts";
import type { Site } from "../src/adapt/stage.ts";
import { drive, type Driven, evenly, isPlainData, type Respond, visit } from "./align_drive.ts";

const SIZE = 48;

/** A row or column filter with wrap-around: a Gaussian of `sigma` pixels. */
function blurred(image: Float64Array, sigma: number): Float64Array {
  const reach = Math.min(SIZE / 2 - 1, Math.ceil(3.5 * sigma));
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-(((k - reach) / sigma) ** 2) / 2));
  const sum = kernel.reduce((a, b) => a + b),
    out = new Float64Array(image.length),
    half = new Float64Array(image.length);
  const wrap = (i: number) => (i + SIZE) % SIZE;
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      let s = 0;
      for (let k = -reach; k <= reach; k++) s += kernel[k + reach] * image[y * SIZE + wrap(x + k)];
      half[y * SIZE + x] = s / sum;
    }
  }
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      let s = 0;
      for (let k = -reach; k <= reach; k++) s += kernel[k + reach] * half[wrap(y + k) * SIZE + x];
      out[y * SIZE + x] = s / sum;
    }
  }
  return out;
}

/** A camera on a sample of random texture: blur grows with the distance from `truth`, the camera adds shot noise. */
function microscope(seed: number, metric: FocusMetric, contrast = 60) {
  const r = random(seed, "microscope"), truth = 1.2 * (2 * r.uniform() - 1);
  const sample = Float64Array.from({ length: SIZE * SIZE }, () => r.normal());
  const respond = ({ z }: Record<string, number | string>) => {
    const image = blurred(sample, Math.hypot(1, 3 * (Number(z) - truth)));
    const counts = image.map((texture) => r.poisson(Math.max(0, 400 + contrast * texture)));
    return sharpness[metric](counts, SIZE, SIZE);
  };
  return { truth, respond };
}

const METRICS = ["brenner", "tenengrad", "variance", "laplacian"] as const;
const COARSE = evenly(-2, 2, 13);
const line = { kind: "linspace", axis: "z", start: -2, stop: 2, num: 13 } as const;
const siteOf = (setpoints: readonly number[], limits: readonly [number, number] = [-10, 10]): Site => ({
  lines: [{ axis: "z", setpoints }],
  limits: () => limits,
});
const focus = (more: Partial<Focus> = {}): Focus => ({ kind: "focus", plan: line, on: "contrast", ...more });

/** A focus at `at` that is 1 wide, on a pedestal. */
const peakAt = (at: number, height = 5): Respond => ({ z }) => 1 + height / (1 + 4 * (Number(z) - at) ** 2);

function run(plan: Focus, respond: Respond, site = siteOf(COARSE), answer?: "cancel"): Driven {
  return drive(visit(focusKind, plan, site), focusSignal(plan), respond, answer);
}

const notes = ({ requests }: Driven) => requests.flatMap((request) => request.kind === "note" ? [request.text] : []);
const ofPass = ({ points }: Driven, pass: string) => points.filter((point) => point.pass === pass);
const setpointsOf = (driven: Driven, pass: string) => ofPass(driven, pass).map(({ setpoint }) => Number(setpoint.z));

/** Where the axis was sent, in order: measured or moved to. */
function visited(requests: readonly Request[]): number[] {
  return requests.flatMap((request) =>
    request.kind === "move" || (request.kind === "measure" && !request.skip) ? [Number(request.setpoint.z)] : []
  );
}

Deno.test("focus finds the sharpest image of a microscope by each metric, as well as its standard error says", () => {
  for (const by of METRICS) {
    const errors: number[] = [], pulls: number[] = [];
    for (let seed = 0; seed < 25; seed++) {
      const { truth, respond } = microscope(seed, by, 250), plan = focus({ on: "camera", by });
      const driven = run(plan, respond), { z, error, edge } = driven.summary as Record<string, number>;
      assertEquals([driven.at.z, edge], [z, 0]);
      errors.push(z - truth);
      pulls.push((z - truth) / error);
    }
    const rms = (a: number[]) => Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);
    assert(rms(errors) < 0.015, `${by}: off by ${rms(errors)}, where the coarse step is 0.33`);
    assert(Math.max(...errors.map(Math.abs)) < 0.05, `${by}: ${errors}`);
    assert(rms(pulls) < 2, `${by}: ${rms(pulls)} standard errors`);
  }
});

Deno.test("focus without a fine stack still finds the place between two coarse images", () => {
  for (let seed = 0; seed < 25; seed++) {
    const { truth, respond } = microscope(seed, "brenner", 250);
    const driven = run(focus({ on: "camera", by: "brenner", fine: 0 }), respond);
    assertEquals(driven.points.length, 13);
    assert(Math.abs(Number(driven.summary.z) - truth) < 0.05);
  }
});

Deno.test("focus refuses a blank field, a hundred times out of a hundred, by each metric", () => {
  for (const by of METRICS) {
    for (let seed = 0; seed < 100; seed++) {
      const r = random(seed, `blank ${by}`), frame = new Float64Array(SIZE * SIZE);
      const respond = () => sharpness[by](frame.map(() => r.poisson(400)), SIZE, SIZE);
      const driven = run(focus({ on: "camera", by }), respond, siteOf(evenly(-1, 4, seed % 2 ? 21 : 9)));
      assert(Number.isNaN(driven.summary.z), `seed ${seed}`);
      assertEquals(driven.at.z, 1.5, "the middle of the stack");
      assert(ofPass(driven, "pass_1").every(({ quality }) => quality === "skipped"));
    }
  }
});

Deno.test("focus refuses white noise on a signal of numbers, a hundred times out of a hundred", () => {
  for (let seed = 0; seed < 100; seed++) {
    const r = random(seed, "white"), respond = () => 7 + r.normal();
    const driven = run(focus(), respond, siteOf(evenly(-2, 2, 11 + seed % 20)));
    assert(Number.isNaN(driven.summary.sharpness), `seed ${seed}`);
  }
});

Deno.test("focus says why it refuses, skips the fine stack in place, and goes to the middle", () => {
  const driven = run(focus({ fine: 4 }), () => 3);
  assertEquals(notes(driven), [
    "no focus in contrast: all images are equally sharp; moving z to the middle of the stack, 0",
  ]);
  assertEquals(ofPass(driven, "pass_1").map(({ index }) => index[0]), [0, 1, 2, 3]);
  assert(ofPass(driven, "pass_1").every(({ quality }) => quality === "skipped"));
  assertEquals([driven.summary.reason, driven.at.z], ["no focus: all images are equally sharp", 0]);
  assertMatch(String(run(focus(), () => NaN).summary.reason), /only 0 of 13 images are good/);
});

Deno.test("focus believes a clear peak of five images, and no scatter of five", () => {
  const five = siteOf(evenly(-2, 2, 5)), plan = focus({ fine: 5 });
  assert(Math.abs(Number(run(plan, peakAt(0.3), five).summary.z) - 0.3) < 0.05);
  const r = random(3);
  assert(Number.isNaN(run(plan, () => 100 + r.normal(), five).summary.z));
});

Deno.test("focus measures the fine stack upwards, two coarse steps to either side of the sharpest image, or less so as to be finer", () => {
  const driven = run(focus({ fine: 5 }), peakAt(0.1), siteOf(evenly(2, -2, 9)));
  assertEquals(setpointsOf(driven, "pass_0"), evenly(2, -2, 9));
  assertEquals(setpointsOf(driven, "pass_1"), [-0.5, -0.25, 0, 0.25, 0.5]);
  assertEquals(setpointsOf(run(focus({ fine: 9 }), peakAt(0.1), siteOf(evenly(2, -2, 9))), "pass_1"), evenly(-1, 1, 9));
  assertEquals(setpointsOf(run(focus({ fine: 1 }), peakAt(0.1)), "pass_1"), [0]);
  assertEquals(setpointsOf(run(focus(), peakAt(0.1)), "pass_1").length, 11, "at most 11 when left out");
});

Deno.test("focus that is best at an end of the stack takes the end and says so", () => {
  for (const [at, end] of [[5, 2], [-3, -2]]) {
    const driven = run(focus(), peakAt(at)), { z, edge, error } = driven.summary as Record<string, number>;
    assertEquals([z, edge, driven.at.z], [end, 1, end]);
    assert(Number.isNaN(error));
    assertMatch(notes(driven).at(-1)!, /an end of the stack: best focus may lie beyond/);
  }
});

Deno.test("focus looks beyond the coarse stack where its travel allows", () => {
  const driven = run(focus({ travel: 6 }), peakAt(2.3)), { z, edge } = driven.summary as Record<string, number>;
  assert(Math.abs(z - 2.3) < 0.02 && edge === 0, `${z}`);
  assertEquals(run(focus({ travel: 6 }), peakAt(2.3), siteOf(COARSE, [-2, 2.1])).summary.edge, 1, "limits are limits");
});

Deno.test("focus skips coarse images beyond its travel", () => {
  const driven = run(focus({ travel: 2 }), peakAt(0.4), siteOf(evenly(-2, 2, 9)));
  const measured = ofPass(driven, "pass_0").map(({ quality }) => quality === "good");
  assertEquals(measured, [false, false, true, true, true, true, true, false, false]);
  assert(visited(driven.requests).every((z) => Math.abs(z) <= 1));
});

Deno.test("focus comes from below, once for each way down", () => {
  const { requests } = run(focus({ backlash: 0.5, fine: 5 }), peakAt(0), siteOf(evenly(-2, 2, 5)));
  assertEquals(visited(requests).slice(0, -2), [-2.5, -2, -1, 0, 1, 2, -1.5, -1, -0.5, 0, 0.5, 1]);
  const [from, to] = visited(requests).slice(-2);
  assert(Math.abs(to - from - 0.5) < 1e-9 && Math.abs(to) < 0.02);
});

Deno.test("focus comes from below no lower than the limits", () => {
  const { requests } = run(focus({ backlash: 5, fine: 0 }), peakAt(0), siteOf(COARSE, [-2.25, 3]));
  assertEquals(visited(requests).slice(0, 2), [-2.25, -2]);
  const capped = run(focus({ backlash: 5, fine: 0, travel: 4 }), peakAt(0));
  assertEquals(visited(capped.requests)[0], -2, "a travel that is given caps the approach, too");
});

Deno.test("focus asks before its fine stack; without it best focus comes from the coarse one", () => {
  const driven = run(focus({ approve: "ask", fine: 5 }), peakAt(0.1), siteOf(COARSE), "cancel");
  const ask = driven.requests.find((request) => request.kind === "ask")!;
  assertEquals(ask.action!.points, 5);
  assertMatch(ask.found, /contrast is greatest in the coarse stack at z = 0/);
  assertMatch(ask.next, /measure 5 points of z from -0\.333333 to 0\.333333/);
  assert(ofPass(driven, "pass_1").every(({ quality }) => quality === "skipped"));
  assert(Math.abs(driven.at.z - 0.1) < 0.02);
});

Deno.test("focus does without images that failed", () => {
  const holes: Respond = (setpoint, seqNum) => {
    if (seqNum % 5 === 1) return { quality: "failed", failed: ["contrast"] };
    if (seqNum % 7 === 3) return NaN;
    return { reading: { contrast: peakAt(0.2)(setpoint, seqNum) as number }, quality: seqNum % 2 ? "retried" : "good" };
  };
  assert(Math.abs(Number(run(focus(), holes).summary.z) - 0.2) < 0.02);
  const blind: Respond = (setpoint, seqNum) => seqNum < 13 ? peakAt(0.2)(setpoint, seqNum) : NaN;
  assert(Math.abs(Number(run(focus(), blind).summary.z) - 0.2) < 0.05, "the fine stack failed, the coarse one tells");
});

Deno.test("focus names the signal that is derived for it", () => {
  const plan = focus({ on: "camera", by: "laplacian" });
  assertEquals([focusSignal(plan), focusDerived(plan)], ["camera_laplacian", {
    camera_laplacian: "laplacian(camera)",
  }]);
  assertEquals([focusSignal(focus()), focusDerived(focus())], ["contrast", {}]);
});

/** Any stack, limits, options and responses, with failed points among them. */
const cases = fc.record({
  setpoints: fc.tuple(
    fc.double({ min: -50, max: 50, noNaN: true }),
    fc.double({ min: 0.01, max: 40, noNaN: true }),
    fc.nat(25),
    fc.boolean(),
  )
    .map(([start, length, num, down]) => evenly(start, start + length, num + 1)[down ? "toReversed" : "slice"]()),
  margins: fc.tuple(fc.double({ min: 0, max: 20, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true })),
  fine: fc.option(fc.nat(15), { nil: undefined }),
  travel: fc.option(fc.double({ min: 0.01, max: 60, noNaN: true }), { nil: undefined }),
  backlash: fc.option(fc.double({ min: 0, max: 10, noNaN: true }), { nil: undefined }),
  peak: fc.tuple(
    fc.double({ min: -0.2, max: 1.2, noNaN: true }),
    fc.double({ min: 0.02, max: 2, noNaN: true }),
    fc.double({ min: 0, max: 2, noNaN: true }),
  ),
  holes: fc.double({ min: 0, max: 0.5, noNaN: true }),
  seed: fc.nat(),
  cancel: fc.boolean(),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Carries a case out, the readings times `scale` plus `shift`. */
function carryOut(
  c: Case,
  scale = 1,
  shift = 0,
): { driven: Driven; plan: Focus; site: Site; limits: [number, number] } {
  const least = Math.min(...c.setpoints), most = Math.max(...c.setpoints);
  const limits: [number, number] = [least - c.margins[0], most + c.margins[1]], site = siteOf(c.setpoints, limits);
  const plan = focus({ fine: c.fine, travel: c.travel, backlash: c.backlash, approve: c.cancel ? "ask" : "auto" });
  const r = random(c.seed), [place, width, noise] = c.peak, span = most - least || 1;
  const respond: Respond = ({ z }) => {
    if (r.uniform() < c.holes) return { quality: "failed", failed: ["contrast"] };
    return shift +
      scale * (20 + 10 * Math.exp(-((((Number(z) - least) / span - place) / width) ** 2)) + noise * r.normal());
  };
  return { driven: run(plan, respond, site, c.cancel ? "cancel" : undefined), plan, site, limits };
}

Deno.test("focus keeps within limits, travel, reach and budget, measures its passes in order, and ends with a reason", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const { driven, plan, site, limits } = carryOut(c), shape = focusKind.shape(plan, site), [reach] = shape.reach;
      const low = Math.max(limits[0], reach.least) - 1e-9, high = Math.min(limits[1], reach.most) + 1e-9;
      for (const z of visited(driven.requests)) assert(z >= low && z <= high, `${z} is not in ${low} … ${high}`);
      const middle = (Math.min(...c.setpoints) + Math.max(...c.setpoints)) / 2;
      if (c.travel !== undefined) {
        for (const z of visited(driven.requests)) assert(Math.abs(z - middle) <= c.travel / 2 + 1e-6);
      }
      const measured = driven.points.filter(({ quality }) => quality !== "skipped").length;
      assert(measured >= shape.points.min && measured <= shape.points.max);
      shape.passes.forEach((pass, k) => {
        const num = pass.kind === "window" ? pass.num : c.setpoints.length;
        assertEquals(ofPass(driven, `pass_${k}`).map(({ index }) => index[0]), evenly(0, num - 1, num));
      });
      const { reason, ...found } = driven.summary;
      assertEquals(Object.keys(found), shape.summary.map(({ name }) => name));
      assert(typeof reason === "string" && reason !== "");
      assert(driven.requests.every((request) => !("data" in request) || isPlainData(request.data)));
      if (!Number.isNaN(driven.summary.z)) assertEquals(driven.at.z, driven.summary.z);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("focus with backlash never comes to a setpoint from above, unless there is no room below", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const { driven, site, plan } = carryOut({ ...c, backlash: 1 }),
        floor = focusKind.shape(plan, site).reach[0].least;
      const places = visited(driven.requests), approach = new Set<number>();
      driven.requests.forEach((request, k) => {
        if (request.kind === "move" && k < driven.requests.length - 1) approach.add(Number(request.setpoint.z));
      });
      places.forEach((z, k) => assert(k === 0 || z >= places[k - 1] || approach.has(z) || z <= floor + 1e-9));
    }),
    { numRuns: 500 },
  );
});

Deno.test("focus is deterministic, and blind to the scale of its signal", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: -20, max: 20 }), (c, power) => {
      const { driven } = carryOut(c);
      assertEquals(carryOut(c).driven, driven);
      const scaled = carryOut(c, 2 ** power).driven;
      const same = (a: unknown, b: unknown) =>
        assert(Object.is(a, b) || Math.abs(Number(a) - Number(b)) < 1e-5, `${a}, ${b}`);
      same(scaled.summary.z, driven.summary.z);
      visited(scaled.requests).forEach((z, k) => same(z, visited(driven.requests)[k]));
    }),
    { numRuns: 150 },
  );
});

Deno.test("focus with eleven images and more is blind to the shift of its signal", () => {
  fc.assert(
    fc.property(
      cases.filter(({ setpoints, peak }) => setpoints.length > 11 && peak[2] > 0.01),
      fc.integer({ min: -100, max: 100 }),
      (c, shift) => {
        const full = { ...c, holes: 0, travel: undefined },
          plain = carryOut(full).driven,
          shifted = carryOut(full, 1, shift).driven;
        const a = Number(plain.summary.z), b = Number(shifted.summary.z);
        assert(Object.is(a, b) || Math.abs(a - b) < 1e-5, `${a}, ${b}`);
      },
    ),
    { numRuns: 150 },
  );
});
