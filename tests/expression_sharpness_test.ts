import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compileExpression } from "../src/adapt/expression/compile_expression.ts";
import { sharpness } from "../src/adapt/sharpness.ts";
import { Frame } from "../src/core/point.ts";
import { python } from "./python.ts";

const METRICS = Object.keys(sharpness) as (keyof typeof sharpness)[];
const image = fc.tuple(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 3, max: 12 })).chain(([height, width]) =>
  fc.array(fc.integer({ min: 0, max: 4095 }), { minLength: height * width, maxLength: height * width })
    .map((pixels) => ({ height, width, pixels }))
);

Deno.test("the metrics of sharpness are their definitions, as scipy's filters compute them", async () => {
  const cases = fc.sample(image, { numRuns: 100, seed: 1 });
  const expected = await python<number[][]>(
    `
import numpy as np
from scipy.signal import convolve2d
def of(c):
    x = np.array(c["pixels"], dtype=float).reshape(c["height"], c["width"])
    filtered = lambda kernel: convolve2d(x, np.array(kernel), mode="valid")
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    return [((x[:, 2:] - x[:, :-2]) ** 2).mean() + ((x[2:] - x[:-2]) ** 2).mean(),
        (filtered(sobel) ** 2 + filtered(np.array(sobel).T) ** 2).mean(),
        x.var() / x.mean() if x.any() else 0.0, filtered([[0, 1, 0], [1, -4, 1], [0, 1, 0]]).var()]
print(json.dumps([of(c) for c in data]))`,
    cases,
  );
  for (const [k, { pixels, height, width }] of cases.entries()) {
    for (const [i, metric] of METRICS.entries()) {
      const got = sharpness[metric](Uint16Array.from(pixels), height, width), wanted = expected[k][i];
      assert(Math.abs(got - wanted) <= 1e-10 * Math.max(1, wanted), `${metric}: ${got} instead of ${wanted}`);
    }
  }
});

Deno.test("sharpness does not see an offset, but for the normalised variance, nor which way the image is turned", () => {
  fc.assert(
    fc.property(image, ({ pixels, height, width }) => {
      const turned = pixels.toReversed(), raised = pixels.map((pixel) => pixel + 64);
      const across = pixels.map((_, i) => pixels[(i % height) * width + Math.floor(i / height)]);
      for (const metric of METRICS) {
        const of = (given: number[], h = height, w = width) => sharpness[metric](given, h, w), got = of(pixels);
        const near = (other: number) => Math.abs(other - got) <= 1e-9 * Math.max(1, got);
        assert(near(of(turned)) && near(of(across, width, height)), metric);
        if (metric !== "variance") assert(near(of(raised)), metric);
      }
    }),
    { seed: 2 },
  );
});

Deno.test("a blurred image is less sharp by every metric, a blank one is not sharp at all", () => {
  const size = 32,
    sharp = Float64Array.from(
      { length: size * size },
      (_, i) => 100 + 50 * Math.sin((i % size) * 1.3) * Math.cos(Math.floor(i / size) * 1.1),
    );
  const soft = sharp.map((_, i) => {
    const y = Math.floor(i / size), x = i % size;
    let sum = 0;
    for (let k = 0; k < 9; k++) {
      sum += sharp[((y + Math.floor(k / 3) + size - 1) % size) * size + (x + (k % 3) + size - 1) % size];
    }
    return sum / 9;
  });
  for (const metric of METRICS) {
    assert(sharpness[metric](sharp, size, size) > 1.5 * sharpness[metric](soft, size, size), metric);
    assertEquals(sharpness[metric](new Uint16Array(9).fill(7), 3, 3), 0, metric);
    assertEquals(sharpness[metric](new Uint16Array(9), 3, 3), 0, metric);
  }
});

Deno.test("what is too small, or has no positive mean, has no sharpness", () => {
  for (const metric of ["brenner", "tenengrad", "laplacian"] as const) {
    assertEquals(sharpness[metric]([1, 2, 3, 4, 5, 6], 2, 3), NaN);
  }
  assertEquals(sharpness.variance([-5, 1, -1, -1], 2, 2), NaN);
});

Deno.test("the sharpness of a part of a frame is that of its copy", () => {
  const frame = new Frame(Uint16Array.from({ length: 80 }, (_, i) => (i * 37) % 101), [8, 10]);
  const signals = new Map([["camera", { shape: [8, 10] }]]);
  const part = compileExpression("camera[1:7:2, 8:1:-2]", { signals }).evaluate(() => frame) as Frame;
  for (const metric of METRICS) {
    const got = compileExpression(`${metric}(camera[1:7:2, 8:1:-2])`, { signals }).evaluate(() => frame);
    assertEquals(got, sharpness[metric](part.data as Float64Array, 3, 4), metric);
  }
});
