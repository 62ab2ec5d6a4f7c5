import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  connect,
  type FigureData,
  focus,
  fold,
  learn,
  linspace,
  list,
  nest,
  openRun,
  type Plan,
  scan,
  sim,
  zoom,
} from "../mod.ts";
import { utf8Bytes } from "../src/view/html.ts";
import { Figure } from "../src/view/mod.ts";
import { explore } from "../src/wire/notebook/explore.ts";
import {
  afterDrawing,
  cellAt,
  clickCell,
  counted,
  fourDimensions,
  inNotebook,
  openPage,
  rowsOf,
  slide,
  testInBrowser,
} from "./notebook_explore_support.ts";
import { storedRun } from "./view_stored_run.ts";

testInBrowser(
  "a page of its own: sliders change the figure, a click shows the frame, hover has units",
  async (seen, folder) => {
    const { page, complaints, requests } = seen;
    await openPage(seen, folder, await explore(fourDimensions()).html());
    // Rows are y, rising, so the last one stored comes first; the others stand in the middle.
    assertEquals((await rowsOf(page, 0))[0], counted(6).map((x) => 2130 + x));
    await slide(page, "wavelength", 4);
    await slide(page, "z", 0);
    assertEquals((await rowsOf(page, 0)).map((row) => row[1]), [4031, 4021, 4011, 4001]);
    await clickCell(page, 2, 1);
    assertEquals(
      await page.locator(".hoverlayer .hovertext text").first().locator("tspan").allTextContents().then((lines) =>
        lines.filter(Boolean)
      ),
      [
        "x: 1 mm",
        "y: 0 mm",
        "diode: 4022 V",
      ],
    );
    await page.locator('[data-detail="camera at wavelength = 640 nm, z = 0 um, y = 0 mm, x = 1 mm"]').waitFor();
    assertEquals((await rowsOf(page, 1))[0][0], 4022);
    assertEquals((await rowsOf(page, 1)).map((row) => row.length), Array(8).fill(10));
    await slide(page, "wavelength", 1);
    await page.locator('[data-detail^="camera at wavelength = 610 nm"]').waitFor();
    assertEquals([complaints, requests.length], [[], 1], "nothing was asked for but the page");
    assertEquals(await page.locator('.modebar-btn[data-title*="Share"]').count(), 0);
  },
);

testInBrowser(
  "a page of its own: any two dimensions can be the map's, and curves run through the point",
  async (seen, folder) => {
    const { page } = seen;
    await openPage(seen, folder, await explore(fourDimensions()).html());
    const menu = (name: string) => page.locator("label").filter({ hasText: name }).locator("select");
    await afterDrawing(page, () => menu("across").selectOption({ label: "wavelength" }));
    await afterDrawing(page, () => menu("up").selectOption({ label: "x" }));
    assertEquals((await rowsOf(page, 0))[3], [123, 1123, 2123, 3123, 4123], "x upwards, wavelength across");
    await clickCell(page, 1, 5);
    await page.locator("[data-detail]").waitFor();
    await menu("at a point").selectOption({ label: "diode along z" });
    await page.locator('[data-detail="diode at wavelength = 610 nm, y = 0 mm, x = 2.5 mm"]').waitFor();
    const curve = await page.locator(".js-plotly-plot").nth(1).evaluate((one) => {
      const { x, y } = (one as unknown as { data: { x: number[]; y: ArrayLike<number> }[] }).data[0];
      return [x, Array.from(y)];
    });
    assertEquals(curve, [[0, 1, 2], [1025, 1125, 1225]]);
  },
);

testInBrowser("a page of its own: a click shows the spectrum there, and colours can be kept", async (seen, folder) => {
  const sizes = { filter: 2, y: 3, x: 4 }, num = 24, samples = 50;
  const run = storedRun({
    plan: {},
    arrays: {
      filter: { dimensions: { filter: 2 }, data: ["red", "<b>blue</b>"] },
      y: { unit: "mm", dimensions: { y: 3 }, data: [0, 1, 2] },
      x: { unit: "mm", dimensions: { x: 4 }, data: [1, 10, 100, 1000] },
      diode: { unit: "V", dimensions: sizes, data: counted(num).map((i) => i === 5 ? NaN : i) },
      spectrum: { unit: "count", dimensions: { ...sizes, spectrum_wavelength: samples }, data: counted(num * samples) },
      spectrum_wavelength: {
        unit: "nm",
        dimensions: { spectrum_wavelength: samples },
        data: counted(samples).map((i) => 500 + i),
      },
    },
  });
  const { page } = seen;
  await openPage(seen, folder, await explore(run).html());
  const mapOf = () =>
    page.locator(".js-plotly-plot").first().evaluate((one) => {
      const { data: [{ zmin, zmax }], layout } = one as unknown as {
        data: { zmin: number; zmax: number }[];
        layout: { xaxis: { type: string }; title: { text: string } };
      };
      return [zmin, zmax, layout.xaxis.type, layout.title.text];
    });
  assertEquals(await mapOf(), [0, 11, "log", "diode at filter = red"]);
  assertEquals((await rowsOf(page, 0))[1].map((reading) => Number.isNaN(reading) ? null : reading), [4, null, 6, 7]);
  await afterDrawing(page, () => page.locator("input[type=checkbox]").check());
  await slide(page, "filter", 1);
  assertEquals(await mapOf(), [0, 11, "log", "diode at filter = &lt;b&gt;blue&lt;/b&gt;"]);
  await afterDrawing(page, () => page.locator("input[type=checkbox]").uncheck());
  assertEquals((await mapOf()).slice(0, 2), [12, 23]);
  await clickCell(page, 2, 0);
  assertStringIncludes(await page.locator(".hoverlayer .hovertext").first().innerHTML(), "x: 100 mm");
  await page.locator('[data-detail="spectrum at filter = <b>blue</b>, y = 0 mm, x = 100 mm"]').waitFor();
  const curve = await page.locator(".js-plotly-plot").nth(1).evaluate((one) => {
    const { x, y } = (one as unknown as { data: { x: number[]; y: ArrayLike<number> }[] }).data[0];
    return [x[0], x[49], y[0], y[49]];
  });
  assertEquals(curve, [500, 549, 14 * samples, 14 * samples + 49]);
  assertEquals(seen.complaints, []);
});

testInBrowser("a page of its own follows the reader's choice of dark", async (seen, folder) => {
  await openPage(seen, folder, await explore(fourDimensions()).html());
  const ground = () => seen.page.evaluate('getComputedStyle(document.querySelector("[data-view]")).backgroundColor');
  assertEquals(await ground(), "rgb(20, 23, 28)");
  await afterDrawing(seen.page, () => seen.page.emulateMedia({ colorScheme: "light" }));
  assertEquals(await ground(), "rgb(255, 255, 255)");
}, "dark");

testInBrowser("names are text, whatever stands in them", async (seen, folder) => {
  const hostile = "<img src=x onerror=alert(1)></script><script>document.title='stolen'</script>%{x}";
  // A name in a store has no slash.
  const name = hostile.replaceAll("/", ""), run = fourDimensions({ diode: name, camera: `${name}2`, sample: hostile });
  await openPage(seen, folder, await explore(run).html());
  await clickCell(seen.page, 1, 1);
  await seen.page.locator("[data-detail]").waitFor();
  assertEquals([await seen.page.title(), seen.complaints, seen.requests.length], ["four", [], 1]);
  assertEquals(await seen.page.locator("#stolen, [data-view] img").count(), 0);
  assert((await seen.page.locator("[data-view]").innerText()).includes(hostile));
});

Deno.test("a page of its own fits into what it may take, and says by how much its data were reduced", async () => {
  const page = await explore(fourDimensions()).html({ maxBytes: 1_600_000 });
  assert(utf8Bytes(page) <= 1_600_000, `${utf8Bytes(page)}`);
  assertMatch(page, /at most 1\.6 MB with all it needs; reduced to fit: camera \(/);
  assert(!(await explore(fourDimensions()).html()).includes("reduced to fit"));
});

Deno.test("the page of a figure thins its curves to fit into 5 MB, and says so", async () => {
  const y = Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i) * i);
  const panels: FigureData["panels"] = [{
    kind: "curve",
    x: { name: "n" },
    y: { name: "diode" },
    series: [{ name: "diode", x: y.map((_, i) => i), y }],
  }];
  const page = await new Figure({ panels }).html();
  assert(utf8Bytes(page) <= 5_000_000, `${utf8Bytes(page)}`);
  assertStringIncludes(page, "Curves are thinned to about 50,000 samples");
  assert(!page.includes("https://plot") || page.includes("showSendToCloud: false"));
});

testInBrowser(
  "in a cell readings come from the kernel, and what is saved holds neither its address nor much data",
  async (seen) => {
    const { page, complaints, requests } = seen;
    using explorer = explore(fourDimensions());
    const bundle = await inNotebook(seen, explorer), saved = JSON.stringify(bundle);
    await page.locator("[data-drawn]").waitFor();
    await slide(page, "z", 2);
    assertEquals((await rowsOf(page, 0))[0], counted(6).map((x) => 2230 + x));
    await clickCell(page, 5, 3);
    await page.locator('[data-detail^="camera at"]').waitFor();
    assertEquals((await rowsOf(page, 1))[0][0], 2205);
    assertEquals(complaints, []);
    assert(requests.every((url) => url.startsWith("http://127.0.0.1:")), "nothing but loopback");
    assertEquals(Object.keys(bundle), ["text/plain", "text/html", "image/svg+xml"]);
    assert(!/127\.0\.0\.1|localhost/.test(saved) && saved.length < 200_000, `${saved.length}`);
  },
);

testInBrowser(
  "where no kernel answers a cell shows its picture, and a slider through what is saved in it",
  async (seen) => {
    const { page, complaints, requests } = seen;
    using explorer = explore(fourDimensions());
    await inNotebook(seen, explorer, false);
    await page.locator("[data-drawn]").waitFor();
    assert(await page.locator("[data-still] img").isVisible());
    const said = page.locator("[role=status]");
    await said.filter({ hasText: "diode from 2100 to 2135 V" }).waitFor();
    await slide(page, "wavelength", 0);
    await said.filter({ hasText: "diode from 100 to 135 V; x (mm) across, y (mm) up" }).waitFor();
    assertStringIncludes(await said.innerText(), "The kernel cannot be reached");
    const box = (await page.locator("canvas").boundingBox())!;
    await page.mouse.move(box.x + 5, box.y + box.height - 5);
    assertEquals(await said.innerText(), "x = 0 mm, y = -0.5 mm, diode = 130 V");
    assertEquals([complaints, requests.length], [[], 1], "only the notebook was asked for");
  },
);

testInBrowser("of a million pixels a screen's worth is fetched, and what is zoomed to in full", async (seen) => {
  const { page } = seen, side = 1000;
  const axis = (name: string) => ({ unit: "mm", dimensions: { [name]: side }, data: counted(side) });
  const data = Float64Array.from({ length: side * side }, (_, i) => i % side);
  using explorer = explore(
    storedRun({
      plan: {},
      arrays: { y: axis("y"), x: axis("x"), diode: { unit: "V", dimensions: { y: side, x: side }, data } },
    }),
  );
  await inNotebook(seen, explorer);
  await page.locator("[data-drawn]").waitFor();
  const sizeOf = async () => (await rowsOf(page, 0)).map((row) => row.length);
  assertEquals(await sizeOf(), Array(500).fill(500));
  const [from, to] = [await cellAt(page, 0, 100, 100), await cellAt(page, 0, 200, 200)];
  await afterDrawing(page, async () => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
  });
  const rows = await rowsOf(page, 0), start = rows[0][0];
  assert(rows.length < 250 && rows.length > 150 && start > 180 && start < 210, `${rows.length} rows from ${start}`);
  assertEquals(rows[0], rows[0].map((_, i) => start + i), "each column by itself");
});

testInBrowser("a line is drawn with its peaks, and a click on it shows the frame there", async (seen, folder) => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [400, 900] }),
    diode: sim.photodiode(),
    camera: sim.camera({ shape: [6, 8] }),
  });
  const to = join(folder, "line.zarr");
  await scan(linspace("wavelength", 640, 640.5, 26), { rig, read: ["diode", "camera"], to, quiet: true }).done;
  await openPage(seen, folder, await explore(await openRun(to)).html());
  const { page } = seen;
  assertStringIncludes(await page.locator(".js-plotly-plot").first().innerText(), "nm wide");
  const line = (await page.locator(".js-plotly-plot .nsewdrag").first().boundingBox())!;
  await page.mouse.move(line.x + line.width / 2, line.y + line.height / 2);
  await page.locator(".hoverlayer .hovertext").first().waitFor();
  await page.mouse.click(line.x + line.width / 2, line.y + line.height / 2);
  await page.locator('[data-detail^="camera at wavelength = 640."]').waitFor();
  assertEquals((await rowsOf(page, 1)).map((row) => row.length), Array(6).fill(8));
});

testInBrowser(
  "runs that chose their points show what they did, and maps of what came of them can be explored",
  async (seen, folder) => {
    await using rig = await connect({
      x: sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 }),
      y: sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 }),
      z: sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 }),
      diode: sim.photodiode(),
    });
    const inner = focus(linspace("z", -1, 1, 9), { on: "diode" });
    const plans: [string, Plan<"x" | "y" | "z">, string][] = [
      ["zoom", zoom(linspace("x", -1, 1, 21), { on: "diode" }), "x (mm)"],
      [
        "learn",
        learn(nest(linspace("y", -1, 1, 5), linspace("x", -1, 1, 5)), { on: "diode", until: { points: 40 } }),
        "y (mm)",
      ],
      ["fold", nest(linspace("y", -1, 1, 3), linspace("x", -1, 1, 4), fold(inner, { read: ["diode"] })), "y (mm)"],
    ];
    for (const [name, plan, words] of plans) {
      const to = join(folder, `${name}.zarr`);
      await scan(plan, { rig, read: ["diode"], to, quiet: true }).done;
      await openPage(seen, folder, await explore(await openRun(to)).html());
      assertStringIncludes((await seen.page.locator(".js-plotly-plot").first().textContent())!, words);
    }
    assertEquals((await rowsOf(seen.page, 0)).map((row) => row.length), [4, 4, 4]);
    assertEquals(seen.complaints, []);
  },
);

testInBrowser("a run that goes on is followed to its end", async (seen, folder) => {
  await using rig = await connect({
    filter: sim.instant(),
    x: sim.instant({ unit: "mm", limits: [-5, 5] }),
    counts: sim.counter(),
  });
  const to = join(folder, "run.zarr"), plan = nest(list("filter", [0, 1]), linspace("x", 0, 1, 5));
  const run = scan(plan, { rig, read: ["counts"], to, quiet: true });
  using explorer = explore(run);
  const { page } = seen,
    rows = async () => (await rowsOf(page, 0)).flat().map((count) => Number.isNaN(count) ? null : count);
  for await (const { seqNum } of run) {
    if (seqNum !== 4) continue;
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // scalars are published every second
    await inNotebook(seen, explorer);
    await page.locator("[data-drawn]").waitFor();
    assertEquals(await rows(), [0, 1, 2, 3, 4, null, null, null, null, null]);
  }
  await page.waitForFunction(`document.querySelector(".js-plotly-plot").data[0].z[1][4] === 9`);
  assertEquals(await rows(), counted(10));
});
