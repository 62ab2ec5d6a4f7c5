import fc from "fast-check";
import { decode } from "fast-png";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decimate, thinIndices } from "../src/view/decimate.ts";
import { Figure, type FigureData, type Panel, SEQUENTIAL } from "../src/view/mod.ts";
import { colourIndex, fromHex, THEMES } from "../src/view/palette.ts";
import { overlap, placeLabels } from "../src/view/place_labels.ts";
import { reduceGrid } from "../src/view/reduce_grid.ts";
import { drawable, makeScale, properDomain } from "../src/view/scale.ts";
import { escapeXml } from "../src/view/svg/element.ts";
import { pngDataUri } from "../src/view/svg/pixels.ts";
import { textWidth } from "../src/view/svg/text_width.ts";
import { Canvas, cellWidth } from "../src/view/terminal/canvas.ts";
import { formatNumber, linearTicks, logTicks } from "../src/view/ticks.ts";

/** Numbers as instruments give them, and as they should not. */
const reading = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
  },
  { weight: 1, arbitrary: fc.double() },
);
const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("<script>alert(1)</script>", 'a"b&c', "\x1b[31mred", "波長", "\ud800", "%{x}", "a\nb"),
);
const scale = fc.constantFrom("linear" as const, "log" as const);
const readings = (length: number) => fc.array(reading, { minLength: length, maxLength: length });

const peak = fc.record({ at: reading, height: reading, width: reading, prominence: reading }, {
  requiredKeys: ["at", "height"],
});
const shades = fc.array(
  fc.record({ axis: fc.constantFrom("x" as const, "y" as const), from: reading, to: reading, label: word }),
  { maxLength: 2 },
);
const lines = fc.array(fc.record({ axis: fc.constantFrom("x" as const, "y" as const), at: reading, label: word }), {
  maxLength: 2,
});
const base = { title: word, note: word, shades, lines };

const curve: fc.Arbitrary<Panel> = fc.integer({ min: 0, max: 40 }).chain((length) =>
  fc.record({
    ...base,
    kind: fc.constant("curve" as const),
    x: fc.record({ name: word, unit: word, scale }),
    y: fc.record({ name: word, unit: word, scale }),
    series: fc.array(
      fc.record({ name: word, x: readings(length), y: readings(length), peaks: fc.array(peak, { maxLength: 5 }) }),
      { maxLength: 3 },
    ),
  })
);
const heatmap: fc.Arbitrary<Panel> = fc.tuple(fc.nat(6), fc.nat(6)).chain(([columns, rows]) =>
  fc.record({
    ...base,
    kind: fc.constant("heatmap" as const),
    x: fc.record({ name: word, unit: word, scale, coordinates: readings(columns) }),
    y: fc.record({ name: word, unit: word, scale, coordinates: readings(rows) }),
    z: fc.record({ name: word, unit: word }),
    readings: readings(columns * rows),
    marks: fc.array(fc.record({ x: reading, y: reading, label: word }), { maxLength: 2 }),
  })
);
const image: fc.Arbitrary<Panel> = fc.tuple(fc.nat(8), fc.nat(8)).chain(([width, height]) =>
  fc.record({
    ...base,
    kind: fc.constant("image" as const),
    x: fc.record({ name: word, unit: word }),
    y: fc.record({ name: word, unit: word }),
    z: fc.record({ name: word, unit: word }),
    width: fc.constant(width),
    height: fc.constant(height),
    readings: readings(width * height),
  })
);
const figure: fc.Arbitrary<FigureData> = fc.record({
  title: word,
  subtitle: word,
  columns: fc.integer({ min: 1, max: 3 }),
  panels: fc.array(fc.oneof(curve, heatmap, image), { maxLength: 3 }),
});

/** Attributes that hold lengths, and the start and size of every text of an SVG. */
function textsOf(svg: string) {
  return Array.from(svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g), ([, attributes, escaped]) => {
    const of = (name: string) => attributes.match(new RegExp(`(?:^| )${name}="([^"]*)"`))?.[1];
    const text = escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll(
      "&amp;",
      "&",
    );
    return { x: Number(of("x")), y: Number(of("y")), anchor: of("text-anchor") ?? "start", text };
  });
}

Deno.test("every coordinate in an SVG is finite, whatever the data", () => {
  fc.assert(
    fc.property(figure, (data) => {
      const svg = new Figure(data).svg().replaceAll(/>[^<]*</g, "><").replaceAll(/href="[^"]*"/g, "");
      assert(!/NaN|Infinity|undefined|null/.test(svg.slice(svg.indexOf("</style>"))), svg);
    }),
    { numRuns: 300 },
  );
});

Deno.test("an SVG is well formed: names can neither end a text nor smuggle in markup", () => {
  fc.assert(
    fc.property(figure, (data) => {
      const svg = new Figure(data).svg();
      const open: string[] = [];
      for (
        const [, end, name, attributes, alone] of svg.matchAll(/<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>/g)
      ) {
        if (end) assertEquals(open.pop(), name);
        else if (!alone) open.push(name);
        assert(attributes !== undefined);
      }
      assertEquals(open, []);
      assert(!svg.includes("<script"));
      assertEquals(svg.replaceAll(/<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>/g, "").includes("<"), false);
      // deno-lint-ignore no-control-regex
      assert(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(svg) && svg.isWellFormed());
    }),
    { numRuns: 200 },
  );
});

Deno.test("escapeXml() leaves nothing that XML takes for markup", () => {
  assertEquals(escapeXml(`<a b="c">&amp;\x00\x1b</a>`), "&lt;a b=&quot;c&quot;&gt;&amp;amp;&lt;/a&gt;");
});

Deno.test("labels in plots lie inside of them, and no two peak labels overlap", () => {
  const panel = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 100, noNaN: true }),
      height: fc.double({ min: 0, max: 9, noNaN: true }),
      width: fc.double({ min: 0.01, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(panel, (peaks) => {
      const x = Float64Array.from({ length: 101 }, (_, i) => i),
        y = x.map((at) => peaks.find((one) => Math.round(one.at) === at)?.height ?? 0);
      const svg = new Figure({
        panels: [{
          kind: "curve",
          x: { name: "x", unit: "mm" },
          y: { name: "y" },
          series: [{ name: "", x, y, peaks }],
        }],
      }).svg();
      const inner = svg.match(/<svg x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"[^>]*>(.*?)<\/svg>/s)!,
        [width, height] = [Number(inner[3]), Number(inner[4])];
      const boxes = textsOf(inner[5]).map(({ x, y, anchor, text }) => {
        const size = textWidth(text, 11), left = x - (anchor === "middle" ? size / 2 : anchor === "end" ? size : 0);
        return { text, x: left, y: y - 11, width: size, height: 14 };
      });
      for (const box of boxes) {
        assert(
          box.x >= -0.01 && box.y >= -0.01 && box.x + box.width <= width + 0.01 && box.y + box.height <= height + 0.01,
          box.text,
        );
      }
      const shrunk = boxes.map((box) => ({
        ...box,
        x: box.x + 0.02,
        y: box.y + 0.02,
        width: box.width - 0.04,
        height: box.height - 0.04,
      }));
      shrunk.forEach((a, i) =>
        shrunk.slice(i + 1).forEach((b) => assert(!overlap(a, b), `${a.text} lies on ${b.text}`))
      );
      const more = svg.match(/>\+(\d+) more</), labelled = boxes.length - (more ? 1 : 0);
      assertEquals(labelled + Number(more?.[1] ?? 0), peaks.length);
    }),
    { numRuns: 150 },
  );
});

Deno.test("axis titles and tick labels lie on the page", () => {
  fc.assert(
    fc.property(figure, fc.integer({ min: 240, max: 900 }), (data, width) => {
      const svg = new Figure(data).svg({ width });
      for (const { x, anchor, text } of textsOf(svg.replaceAll(/<svg x=.*?<\/svg>/gs, ""))) {
        const size = textWidth(text, 11.5), left = x - (anchor === "middle" ? size / 2 : anchor === "end" ? size : 0);
        assert(left > -6 && left + size < width * 1.1 + 12, `"${text}" from ${left}, ${size} long, on ${width}`);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("no terminal line is wider than asked, with and without colours", () => {
  fc.assert(
    fc.property(
      figure,
      fc.integer({ min: 20, max: 120 }),
      fc.constantFrom("none" as const, "256" as const, "24bit" as const),
      (data, width, colour) => {
        // deno-lint-ignore no-control-regex
        for (const line of new Figure(data).text({ width, colour }).replaceAll(/\x1b\[[\d;]*m/g, "").split("\n")) {
          assert(cellWidth(line) <= width, `${cellWidth(line)} > ${width}: ${line}`);
          // deno-lint-ignore no-control-regex
          assert(!/[\u0000-\u001f\u007f-\u009f]/.test(line), "a name brought a control character");
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a wide character that is half written over leaves the line as long as it was", () => {
  const canvas = new Canvas(6, 3);
  for (let line = 0; line < 3; line++) canvas.write(0, line, "波長x");
  canvas.write(3, 0, "+");
  canvas.write(2, 1, "+");
  canvas.write(1, 2, "界");
  assertEquals(canvas.toString("none"), "波 +x\n波+ x\n 界 x");
});

Deno.test("plotly JSON holds no NaN and survives JSON as it is", () => {
  fc.assert(
    fc.property(figure, (data) => {
      const plotly = new Figure(data).plotly();
      const finite = (part: unknown): boolean =>
        typeof part === "number"
          ? Number.isFinite(part)
          : !part || typeof part !== "object" || Object.values(part).every(finite);
      assert(finite(plotly.data.map(({ x, y, z }) => [x, y, z])), JSON.stringify(plotly.data));
      assert(finite(plotly.layout.xaxis ?? null) && finite(plotly.layout.yaxis ?? null), JSON.stringify(plotly.layout));
    }),
    { numRuns: 200 },
  );
});

Deno.test("a figure read back from its JSON is the same figure in every front", () => {
  fc.assert(
    fc.property(figure, (data) => {
      const one = new Figure(data), other = Figure.from(JSON.parse(JSON.stringify(one)));
      assertEquals(other.svg(), one.svg());
      assertEquals(other.text(), one.text());
      assertEquals(JSON.stringify(other.plotly()), JSON.stringify(one.plotly()));
    }),
    { numRuns: 150 },
  );
});

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

Deno.test("nothing, NaN only, one point and constants all draw, and say so where there is nothing", () => {
  const of = (x: number[], y: number[]) =>
    new Figure({ panels: [{ kind: "curve", x: { name: "x" }, y: { name: "y" }, series: [{ name: "s", x, y }] }] });
  for (const empty of [of([], []), of([1, 2], [NaN, NaN]), of([NaN], [1])]) {
    for (const front of [empty.svg(), empty.text(), JSON.stringify(empty.plotly())]) {
      assert(front.includes("nothing measured yet"), front);
    }
  }
  for (const drawn of [of([1], [2]), of([1, 2], [3, 3]), of([1, 1], [0, 0]), of([0, 1], [1e299, -1e299])]) {
    assert(!drawn.svg().includes("nothing measured"));
    assert(!drawn.text().includes("nothing measured"));
  }
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
