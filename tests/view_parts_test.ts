import fc from "fast-check";
import { decode } from "fast-png";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decimate, thinIndices } from "../src/view/decimate.ts";
import { SEQUENTIAL } from "../src/view/mod.ts";
import { colourIndex, fromHex, THEMES } from "../src/view/palette.ts";
import { overlap, placeLabels } from "../src/view/place_labels.ts";
import { reduceGrid } from "../src/view/reduce_grid.ts";
import { drawable, makeScale, properDomain } from "../src/view/scale.ts";
import { pngDataUri } from "../src/view/svg/pixels.ts";
import { formatNumber, linearTicks, logTicks } from "../src/view/ticks.ts";
import { reading } from "./view_arbitraries.ts";

Deno.test("decimate() keeps the highest and the lowest sample of every pixel column, and the order", () => {
  const samples = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), reading), {
    minLength: 1,
    maxLength: 400,
  });
  fc.assert(
    fc.property(samples, fc.boolean(), (pairs, sorted) => {
      if (sorted) pairs.sort((a, b) => a[0] - b[0]);
      const x = pairs.map(([at]) => at),
        y = pairs.map(([, height]) => Number.isFinite(height / 1e300) && Math.abs(height) < 1e9 ? height : NaN);
      const xScale = makeScale([0, 1], [0, 20]), yScale = makeScale([0, 1], [100, 0]);
      const kept = new Map<number, number[]>(), all = new Map<number, number[]>();
      const add = (map: Map<number, number[]>, column: number, height: number) =>
        map.set(column, [...map.get(column) ?? [], height]);
      for (const stroke of decimate(x, y, xScale, yScale)) {
        stroke.x.forEach((at, i) => add(kept, Math.floor(at), stroke.y[i]));
      }
      x.forEach((at, i) => Number.isFinite(y[i]) && add(all, Math.floor(xScale(at)), yScale(y[i])));
      assertEquals([...kept.keys()].sort(), [...all.keys()].sort());
      for (const [column, heights] of all) {
        assertEquals(Math.min(...kept.get(column)!), Math.min(...heights));
        assertEquals(Math.max(...kept.get(column)!), Math.max(...heights));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("decimate() draws a million samples with at most four a column and loses no spike", () => {
  const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i), y = new Float64Array(1_000_000);
  for (const spike of [17, 333_333, 999_998]) y[spike] = spike;
  const strokes = decimate(x, y, makeScale([0, 999_999], [0, 700]), makeScale([0, 1e6], [1e6, 0]));
  const heights = strokes.flatMap((stroke) => stroke.y);
  assert(heights.length <= 4 * 701, `${heights.length} samples`);
  for (const spike of [17, 333_333, 999_998]) assert(heights.includes(1e6 - spike));
});

Deno.test("thinIndices() keeps the maximum of each stretch, every gap, and the order", () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 300 }), fc.integer({ min: 8, max: 100 }), (y, most) => {
      const kept = thinIndices(y, most), finite = y.filter(Number.isFinite);
      assertEquals(kept, [...new Set(kept)].sort((a, b) => a - b));
      if (!finite.length) return;
      assertEquals(Math.max(...kept.map((i) => y[i]).filter(Number.isFinite)), Math.max(...finite));
      const gaps = (indices: readonly number[]) =>
        indices.filter((i, k) => !Number.isFinite(y[i]) && k > 0 && Number.isFinite(y[indices[k - 1]])).length;
      assertEquals(gaps(kept), gaps(y.map((_, i) => i)));
    }),
  );
});

Deno.test("ticks stand inside the domain, ascend, and no two are labelled alike", () => {
  const ends = fc.tuple(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(ends, fc.integer({ min: 1, max: 20 }), ([a, b], count) => {
      if (!drawable(a) || !drawable(b)) return;
      const domain = properDomain([Math.min(a, b), Math.max(a, b)]), { at, labels } = linearTicks(domain, count);
      const slack = (domain[1] - domain[0]) * 1e-6;
      at.forEach((tick, i) => {
        assert(tick >= domain[0] - slack && tick <= domain[1] + slack, `${tick} in ${domain}`);
        if (i) assert(tick > at[i - 1], `${at}`);
      });
      assertEquals(new Set(labels).size, labels.length, `${labels} for ${domain}`);
      assertEquals(labels.length, at.length);
      if (domain[0] <= 0 || !Number.isFinite(domain[1] / domain[0])) return;
      const log = logTicks(domain, count);
      assertEquals(new Set(log.labels).size, log.labels.length, `${log.labels} for ${domain}`);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("tick labels are those a person would write", () => {
  assertEquals(linearTicks([600, 700], 5).labels, ["600", "620", "640", "660", "680", "700"]);
  assertEquals(linearTicks([-1, 1], 4).labels, ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
  assertEquals(linearTicks([0, 2e6], 4).labels, ["0.0M", "0.5M", "1.0M", "1.5M", "2.0M"]);
  assertEquals(linearTicks([0, 3e-6], 3).labels, ["0µ", "1µ", "2µ", "3µ"]);
  assertEquals(linearTicks([1.7e9, 1.7e9 + 3], 3), {
    at: [1.7e9, 1.7e9 + 1, 1.7e9 + 2, 1.7e9 + 3],
    labels: ["0", "1", "2", "3"],
    offset: "+1700000000",
  });
  assertEquals(logTicks([1, 1e6], 7).labels, ["1", "10", "100", "1k", "10k", "100k", "1M"]);
  assertEquals([0.001, 12345.6, 2e5, -3.2e-7, 6e23, NaN].map((x) => formatNumber(x)), [
    "0.001",
    "12350",
    "200k",
    "−320n",
    "600×10²¹",
    "–",
  ]);
});

Deno.test("placeLabels() gives the first request its first choice above its anchor", () => {
  const choices = [{ text: "long", width: 40, height: 10 }, { text: "s", width: 10, height: 10 }];
  const [first, second] = placeLabels([{ x: 50, y: 50, choices }, { x: 80, y: 50, choices }], {
    width: 100,
    height: 100,
    gap: 2,
  });
  assertEquals(first, { index: 0, text: "long", box: { x: 30, y: 38, width: 40, height: 10 }, lifted: false });
  assert(!overlap(first.box, second.box));
});

Deno.test("reduceGrid() keeps the mean of what was measured", () => {
  const size = fc.tuple(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 12 }),
  );
  fc.assert(fc.property(size, ([width, height, longest]) => {
    const full = Float64Array.from({ length: width * height }, (_, i) => (i * 7919) % 101);
    const { factorX, factorY, ...reduced } = reduceGrid(full, width, height, longest);
    assert(reduced.width <= longest && reduced.height <= longest);
    for (let row = 0; row < reduced.height; row++) {
      for (let column = 0; column < reduced.width; column++) {
        const cells = Array.from(full).filter((_, i) =>
          Math.floor(i % width / factorX) === column && Math.floor(Math.floor(i / width) / factorY) === row
        );
        assertAlmostEquals(
          reduced.readings[row * reduced.width + column],
          cells.reduce((a, b) => a + b) / cells.length,
          1e-9,
        );
      }
    }
  }));
});

Deno.test("a PNG of a heat map decodes to the palette, transparent where nothing was measured", () => {
  const uri = pngDataUri([0, 1, NaN, 0.5], 2, 2, [0, 1]),
    png = decode(Uint8Array.fromBase64(uri.slice(uri.indexOf(",") + 1)));
  const times = png.width / 2, at = (x: number, y: number) => png.palette![png.data[y * times * png.width + x * times]];
  assertEquals(at(0, 0).slice(0, 3), [...SEQUENTIAL[0]]);
  assertEquals(at(1, 0).slice(0, 3), [...SEQUENTIAL[255]]);
  assertEquals(at(0, 1)[3], 0);
});

/** CIE L*a*b* (D65) of an sRGB colour, after IEC 61966-2-1 and CIE 15. */
function toLab(rgb: readonly number[]): [number, number, number] {
  const [r, g, b] = rgb.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
  );
  const f = (t: number) => t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047), y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

Deno.test("the sequential palette grows lighter in even steps, and also for those who see no red or no green", () => {
  assertEquals(SEQUENTIAL.length, 256);
  // Viénot, Brettel and Mollon (1999), on linear light.
  const blind = {
    none: null,
    protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  };
  for (const [kind, matrix] of Object.entries(blind)) {
    const linear = (part: number) => (part / 255) ** 2.2,
      display = (part: number) => 255 * Math.max(0, part) ** (1 / 2.2);
    const seen = SEQUENTIAL.map((rgb) =>
      matrix ? matrix.map((row) => display(row.reduce((sum, gain, k) => sum + gain * linear(rgb[k]), 0))) : rgb
    );
    const lightness = seen.filter((_, i) => i % 15 === 0).map((rgb) => toLab(rgb)[0]),
      steps = lightness.slice(1).map((l, i) => l - lightness[i]);
    assert(Math.min(...steps) > 0, `${kind}: ${steps}`);
    if (kind === "none") assert(Math.max(...steps) / Math.min(...steps) < 1.6, `${steps}`);
  }
});

Deno.test("curves, ink and muted text stand out from their ground", () => {
  const light = (hex: string) => toLab(fromHex(hex)), luminance = (hex: string) => ((light(hex)[0] + 16) / 116) ** 3;
  const contrast = (a: string, b: string) =>
    (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
  for (const { ground, ink, muted, series } of Object.values(THEMES)) {
    assert(contrast(ink, ground) > 7);
    assert(contrast(muted, ground) > 4.5);
    for (const colour of series) {
      assert(contrast(colour, ground) > 2.9, `${colour} on ${ground}: ${contrast(colour, ground)}`);
    }
  }
});

Deno.test("colourIndex() reaches both ends, and is never outside", () => {
  fc.assert(fc.property(reading, reading, reading, (x, a, b) => {
    if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    const index = colourIndex(x, [a, b]);
    assert(Number.isInteger(index) && index >= -1 && index <= 255);
    assertEquals(index === -1, !Number.isFinite(x));
  }));
  assertEquals([
    colourIndex(1, [1, 3]),
    colourIndex(3, [1, 3]),
    colourIndex(-Number.MAX_VALUE, [-Number.MAX_VALUE, Number.MAX_VALUE]),
  ], [0, 255, 0]);
});

Deno.test("placeLabels() lets neither labels nor the lines that lead to them cross one another", () => {
  const anchor = fc.record({
    x: fc.double({ min: 0, max: 300, noNaN: true }),
    y: fc.double({ min: 0, max: 200, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(anchor, { maxLength: 30 }), (anchors) => {
    const choices = [{ text: "long", width: 60, height: 12 }, { text: "s", width: 25, height: 12 }];
    const placed = placeLabels(anchors.map((at) => ({ ...at, choices })), { width: 300, height: 200, gap: 4 });
    const lines = placed.filter(({ lifted }) => lifted).map(({ index, box }) => {
      const { x, y } = anchors[index], top = box.y + box.height;
      assert(box.x <= x && x <= box.x + box.width && top <= y);
      return { x, y: top, width: 0, height: y - 2 - top };
    });
    for (const [k, { box }] of placed.entries()) {
      for (const other of placed.slice(k + 1)) assert(!overlap(box, other.box));
      for (const line of lines) assert(!overlap(box, line));
    }
  }));
});
