import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { Figure, type FigureData, type Panel } from "../src/view/mod.ts";
import { overlap } from "../src/view/place_labels.ts";
import { escapeXml } from "../src/view/svg/element.ts";
import { textWidth } from "../src/view/svg/text_width.ts";
import { Canvas, cellWidth } from "../src/view/terminal/canvas.ts";
import { reading } from "./view_arbitraries.ts";

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
