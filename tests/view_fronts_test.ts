import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../src/core/errors.ts";
import { curveFigure, Figure, frameFigure, heatmapFigure, SEQUENTIAL, writeFigure } from "../src/view/mod.ts";
import { scriptJson } from "../src/view/html.ts";

const peaks = [{ at: 640.22, height: 2, width: 0.2, prominence: 2 }];
const curve = () =>
  curveFigure({
    title: "Neon </script><script>document.title='stolen'</script>",
    x: { name: "wavelength", unit: "nm", values: Array.from({ length: 101 }, (_, i) => 639 + i / 40) },
    y: {
      name: "diode",
      unit: "V",
      values: Array.from({ length: 101 }, (_, i) => 2 * Math.exp(-(((i - 48.8) / 5) ** 2))),
    },
    peaks,
  });
const map = () =>
  heatmapFigure({
    x: { name: "x", unit: "mm", values: [0, 1, 2] },
    y: { name: "filter", values: ["open", "shut"] },
    z: { name: "diode", unit: "V", values: [0, 1, 2, 3, NaN, 5] },
  });
const both = () => new Figure({ title: curve().title, panels: [...curve().panels, ...map().panels] });

/** A Chromium that is installed, if any. */
const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    return new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
});

/** What the page has become after its scripts ran, and what it said on its console. */
async function open(html: string, ...more: string[]): Promise<{ dom: string; console: string[] }> {
  const folder = await Deno.makeTempDir(), page = join(folder, "figure.html");
  try {
    await Deno.writeTextFile(page, html);
    const { stdout, stderr } = await new Deno.Command(CHROMIUM!, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-sync",
        "--no-first-run",
        // Nothing but the file can be reached: a page that needs the network fails here.
        "--host-resolver-rules=MAP * ~NOTFOUND",
        `--user-data-dir=${join(folder, "profile")}`,
        "--enable-logging=stderr",
        "--virtual-time-budget=10000",
        ...more,
        "--dump-dom",
        `file://${page}`,
      ],
      stdout: "piped",
      stderr: "piped",
    }).output();
    const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes(":CONSOLE"));
    return { dom: new TextDecoder().decode(stdout), console: lines };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "the page draws in Chromium without network and without a word on the console" +
    (CHROMIUM ? "" : " (ignored: no Chromium)"),
  ignore: !CHROMIUM,
  fn: async () => {
    const html = await both().html();
    const { dom, console } = await open(html);
    assertEquals(console, []);
    assert(dom.includes('data-drawn="3"'), "two traces of the curve, one of the map");
    assert(dom.includes("640.22 nm, 0.20 nm wide"));
    assert(dom.includes("wavelength (nm)") && dom.includes("diode (V)"));
    assert(!dom.includes("<title>stolen"));
    assert(/<path class="js-line"[^>]* d="M/.test(dom), "the curve is drawn");
    assert(!/(?:src|href)="https?:/.test(html.replace(/<script>[^]*?<\/script>/g, "")), "nothing is loaded");
  },
});

Deno.test({
  name: "the page follows the reader's choice of dark" + (CHROMIUM ? "" : " (ignored: no Chromium)"),
  ignore: !CHROMIUM,
  fn: async () => {
    const { dom } = await open(await curve().html(), "--blink-settings=preferredColorScheme=0");
    assert(dom.includes("rgb(20, 23, 28)"), "the dark ground");
    assert(dom.includes("stroke: rgb(86, 180, 233)"), "the curve in the dark theme's first colour");
  },
});

Deno.test("scriptJson() cannot end its script, and reads back", () => {
  const data = { name: "</script><!--\u2028", more: [1, null] }, text = scriptJson(data);
  assert(!text.includes("<") && !text.includes("\u2028"));
  assertEquals(JSON.parse(text), data);
});

Deno.test("every front says the same: names, units, peaks with place and width", async () => {
  const figure = curve();
  for (
    const front of [figure.svg(), figure.text({ width: 100 }), JSON.stringify(figure.plotly()), await figure.html()]
  ) {
    for (const words of ["wavelength (nm)", "diode (V)", "640.22 nm, 0.20 nm wide"]) {
      assert(
        front.includes(words),
        words,
      );
    }
  }
});

Deno.test("every front shows readings in the same palette", () => {
  const figure = map(), [r, g, b] = SEQUENTIAL[255];
  assert(figure.text({ colour: "24bit" }).includes(`38;2;${r};${g};${b}`));
  const { colorscale } = figure.plotly().layout.coloraxis as { colorscale: [number, string][] };
  assertEquals([colorscale[0], colorscale.at(-1)], [[0, "#440154"], [1, "#fde725"]]);
  assertEquals([...SEQUENTIAL[0]], [0x44, 0x01, 0x54]);
});

Deno.test("a notebook gets text, a picture and an interactive figure at once", () => {
  const display = curve() as unknown as Record<symbol, () => Record<string, unknown>>;
  const bundle = display[Symbol.for("Jupyter.display")]();
  assertEquals(Object.keys(bundle), ["text/plain", "text/html", "image/svg+xml", "application/vnd.plotly.v1+json"]);
  assertEquals(JSON.parse(JSON.stringify(bundle))["image/svg+xml"], curve().svg());
});

Deno.test("the terminal shows a map in characters without colours, from the smallest reading to the largest", () => {
  const text = map().text({ width: 40, height: 12 });
  // deno-lint-ignore no-control-regex
  assert(!/\x1b/.test(text));
  for (const part of ["open", "shut", "diode (V)", "x (mm)", ".", "@"]) {
    assert(text.includes(part), `${part} in\n${text}`);
  }
});

Deno.test("a page with two figures has no ids that could clash", () => {
  assert(!/ id="/.test(both().svg()) && !/url\(#/.test(both().svg()));
});

Deno.test("an SVG on a fixed ground has no media query, the other has one", () => {
  assertEquals([
    curve().svg().includes("prefers-color-scheme"),
    curve().svg({ theme: "dark" }).includes("prefers-color-scheme"),
  ], [true, false]);
  assert(curve().svg({ theme: "dark" }).includes("#14171c"));
});

Deno.test("a million samples are thinned for the page, and their spike stays", async () => {
  const y = new Float64Array(1_000_000);
  y[123_456] = 7;
  const figure = curveFigure({ x: { name: "n", values: y.map((_, i) => i) }, y: { name: "diode", values: y } });
  const [trace] = figure.plotly().data as unknown as { y: number[] }[];
  assert(trace.y.length <= 20_004 && trace.y.includes(7));
  assert((await figure.html({ maxSamples: 400_000 })).length < 20e6);
});

Deno.test("a large frame is reduced by whole factors, and says so", () => {
  const frame = { data: new Uint16Array(1500 * 1000).fill(7), shape: [1000, 1500] };
  const figure = frameFigure({ frame, z: { name: "camera", unit: "count" } });
  assert(figure.svg().includes("each pixel is the mean of 3 × 2"));
  assert((figure.plotly().data[0].z as number[][]).length === 500);
});

Deno.test("a frame is copied, so that the detector may use its memory again", () => {
  const frame = { data: new Uint16Array([1, 2, 3, 4]), shape: [2, 2] },
    figure = frameFigure({ frame, z: { name: "camera" } });
  const before = figure.svg();
  frame.data.fill(9);
  assertEquals(figure.svg(), before);
});

Deno.test("a figure whose arrays do not fit together is refused with every issue", () => {
  const error = assertThrows(() =>
    new Figure({
      panels: [
        { kind: "curve", x: { name: "x" }, y: { name: "y" }, series: [{ name: "s", x: [1, 2], y: [1] }] },
        { kind: "image", x: { name: "x" }, y: { name: "y" }, z: { name: "z" }, width: 2, height: 2, readings: [1] },
      ],
    }), InputError);
  assertEquals(error.issues.map(({ path }) => path), ["panels[0].series[0]", "panels[1].readings"]);
  assertThrows(
    () => frameFigure({ frame: { data: [1], shape: [1] }, z: { name: "camera" } }),
    InputError,
    "height and a width",
  );
});

Deno.test("writeFigure() writes by extension, reads back, and names the extensions when it cannot", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const figure = curve(), read = (name: string) => Deno.readTextFile(join(folder, name));
    for (const name of ["a.svg", "a.HTML", "a.txt", "a.json"]) await writeFigure(figure, join(folder, name));
    assertEquals(await read("a.svg"), figure.svg());
    assertEquals(await read("a.HTML"), await figure.html());
    assertEquals(await read("a.txt"), figure.text({ width: 100 }) + "\n");
    assertEquals(Figure.from(JSON.parse(await read("a.json"))).svg(), figure.svg());
    await assertRejects(
      () => writeFigure(figure, join(folder, "a.png")),
      InputError,
      "allowed extensions: .svg, .html, .txt, .json",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
