import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { python } from "./python.ts";
import { type Lab, NO_JUPYTERLAB, withJupyterLab } from "./jupyterlab.ts";

/** What a notebook begins with. */
const IMPORTS = `import { connect, explore, linspace, list, nest, openRun, scan, sim, unlock, zoom } from "sonde";`;

/** A test with JupyterLab in Chromium, skipped by its name where one of them is missing. */
function testInLab(name: string, body: (lab: Lab) => Promise<void>): void {
  const reason = NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`;
  Deno.test({
    name: name + reason,
    ignore: NO_JUPYTERLAB !== "",
    fn: () => withJupyterLab(body, { failed: `failed-${name.replace(/\W+/g, "-").slice(0, 40)}` }),
  });
}

testInLab("a cell shows its value, and the saved notebook holds it", async (lab) => {
  await lab.open("value.ipynb", ["# Words", `({ seen: "in the page" })`]);
  await lab.runAll();
  await lab.finished(1);
  await lab.page.locator(lab.output(1)).filter({ hasText: "in the page" }).waitFor();
  const { cells } = await lab.save();
  assert(String(cells[1].outputs?.[0].data?.["text/plain"]).includes("in the page"));
});

testInLab("first-scan.ipynb draws its scan while it runs, and its picture stays after a reload", async (lab) => {
  const notebook = await emptied("first-scan.ipynb"), scan = notebook.cells.findIndex(({ id }) => id === "scan");
  // Slower, so that there is time to look.
  const text = JSON.stringify(notebook).replace("limits: [400, 900]", "limits: [400, 900], settleMs: 15");
  await Deno.writeTextFile(join(lab.folder, "first-scan.ipynb"), text);
  await lab.open("first-scan.ipynb");
  await lab.runAll();

  const live = lab.page.locator(".sonde-live").first();
  await live.locator(".sonde-plot .scatterlayer path.js-line").first().waitFor();
  await lab.page.locator(".jp-Notebook .jp-Cell").nth(scan).evaluate((cell) => cell.scrollIntoView());
  const early = await curveOf(lab);
  await eventually(async () => await curveOf(lab) > 1.5 * early);
  await eventually(async () => await live.locator(".scatterlayer .trace").count() > 1); // the peaks
  await live.getByText(/\b(2[5-9]|3\d)\d of 401 points/).waitFor();
  await lab.screenshot("live");

  await lab.finished(notebook.cells.length - 1);
  assertEquals(await lab.page.locator(".sonde-live").count(), 0);
  await lab.page.locator(lab.output(scan)).locator("img").first().waitFor();
  const saved = await lab.save();
  assert(!JSON.stringify(saved).includes("127.0.0.1"), "no address of a kernel is kept");
  const { size } = await Deno.stat(join(lab.folder, "first-scan.ipynb"));
  assert(size < 200_000, `${size} bytes`);

  await lab.reload();
  const picture = lab.page.locator(lab.output(scan)).locator("img").first();
  await picture.scrollIntoViewIfNeeded();
  assert(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth) > 300);
  await lab.screenshot("static");
});

testInLab("a notebook of the repository shows its figures before anybody has run or trusted it", async (lab) => {
  await Deno.copyFile(join(ROOT, "notebooks", "first-scan.ipynb"), join(lab.folder, "first-scan.ipynb"));
  await lab.open("first-scan.ipynb");
  const { cells } = JSON.parse(await Deno.readTextFile(join(lab.folder, "first-scan.ipynb")));
  for (const id of ["plan", "scan", "peaks"]) {
    const cell = cells.findIndex((cell: { id: string }) => cell.id === id);
    const notebook = lab.page.locator(".jp-Notebook .jp-Cell").nth(cell);
    await notebook.evaluate((node) => node.scrollIntoView());
    const picture = lab.page.locator(lab.output(cell)).locator("img").first();
    await picture.waitFor();
    await eventually(() =>
      picture.evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth > 300)
    );
  }
});

testInLab("a question is answered by a button, which is then replaced by the answer", async (lab) => {
  await lab.open("approval.ipynb", [
    `${IMPORTS}
const rig = await connect({ wavelength: sim.monochromator({ limits: [400, 900] }), diode: sim.photodiode() });`,
    `const plan = zoom(linspace("wavelength", 638, 644, 31), { on: "diode", approve: { otherwise: "cancel", deadlineMs: 60_000 } });
const run = scan(plan, { rig, read: ["diode"], to: "approval.zarr", live: true });
const { points } = await run.done;
"points: " + points`,
  ]);
  await lab.runAll();
  const button = (name: string) => lab.page.getByRole("button", { name, exact: true });
  await button("continue").click();
  await lab.page.getByText("continue: it is done").waitFor();
  // The zoom asks again before it looks closer still.
  await button("cancel").scrollIntoViewIfNeeded();
  await lab.screenshot("approval");
  await button("cancel").click();
  await lab.finished(1);
  assertEquals(await button("continue").count(), 0);
  const text = await lab.text(1), [, points] = /points: (\d+)/.exec(text) ?? [];
  assert(Number(points) > 31, text);
  assert(/continue: it is done[^]*cancel: it is left out/.test(text), text);
});

testInLab(
  "the stop button stops a moving axis, the queued cells refuse to move, and unlock() frees them",
  async (lab) => {
    await lab.open("stop.ipynb", [
      `${IMPORTS}
const rig = await connect({ x: sim.stage({ unit: "mm", limits: [0, 100], speed: 4 }), diode: sim.photodiode() });
const kept = 42, x = rig.axes.get("x"), op = () => ({ signal: AbortSignal.timeout(9000) });`,
      `const run = scan(list("x", [0, 1, 40, 80]), { rig, read: ["diode"], to: "stopped.zarr", live: true });
for await (const { setpoint } of run) console.log("measured", setpoint.x);`,
      `const before = await x.readback(op());
await new Promise((resolve) => setTimeout(resolve, 500));
const after = await x.readback(op());
console.log(before, after, "rests:", before > 1 && before < 39 && Math.abs(after - before) < 0.01, "kept:", kept);`,
      `await scan(list("x", [0]), { rig, read: ["diode"], to: "refused.zarr" }).done;`,
      `await x.set(0, op());`,
      `const { attributes } = await openRun("stopped.zarr");
console.log(attributes.exit_status, (await (await openRun("stopped.zarr")).array("quality").read()).data.join());`,
    ]);
    await lab.runAll();
    await lab.page.locator(lab.output(1)).filter({ hasText: "measured 1" }).first().waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1000)); // on its way to 40
    await lab.screenshot("moving");
    await lab.stop();
    for (const cell of [1, 2, 3, 4, 5]) await lab.finished(cell);
    await lab.screenshot("stopped");

    assert(/interrupted/i.test(await lab.text(1)), await lab.text(1));
    assert((await lab.text(2)).includes("rests: true kept: 42"), await lab.text(2));
    for (const refused of [3, 4]) assert((await lab.text(refused)).includes("unlock()"), await lab.text(refused));
    assert((await lab.text(5)).includes("aborted 1,1,0,0"), await lab.text(5));
    const seen = `import xarray
run = xarray.open_zarr(data)
print(json.dumps([run.attrs["exit_status"], run.quality.values.tolist(), run.x.values.tolist()]))`;
    assertEquals(await python(seen, join(lab.folder, "stopped.zarr")), ["aborted", [1, 1, 0, 0], [0, 1, 40, 80]]);

    await lab.add(`unlock(); await x.set(2, op()); "at " + await x.readback(op())`);
    await lab.run(6);
    await lab.finished(6);
    assert((await lab.text(6)).includes("at 2"), await lab.text(6));
  },
);

testInLab("the notebook of a live scan of 100 000 points stays small", async (lab) => {
  await lab.open("long.ipynb", [
    `${IMPORTS}
const rig = await connect({ x: sim.instant({ unit: "mm" }), counter: sim.counter() });`,
    `const { points } = await scan(linspace("x", 0, 1, 100_000), { rig, read: ["counter"], to: "long.zarr", live: true }).done;
"points: " + points`,
  ]);
  await lab.runAll();
  await lab.finished(1);
  assert((await lab.text(1)).includes("points: 100000"));
  await lab.page.locator(lab.output(1)).locator("img").first().waitFor();
  await lab.save();
  const { size } = await Deno.stat(join(lab.folder, "long.ipynb"));
  assert(size < 200_000, `${size} bytes`);
});

testInLab("a slider changes the figure, and a click on the map shows the frame of that point", async (lab) => {
  await lab.open("explore.ipynb", [
    `${IMPORTS}
const axis = () => sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 });
const rig = await connect({ z: axis(), y: axis(), x: axis(), diode: sim.photodiode(), camera: sim.camera({ shape: [24, 32] }) });
const plan = nest(list("z", [0, 0.1, 0.3]), linspace("y", -1, 1, 6), linspace("x", -1, 1, 7));
await scan(plan, { rig, read: ["diode", "camera"], to: "stack.zarr" }).done;`,
    `explore(await openRun("stack.zarr"))`,
  ]);
  await lab.runAll();
  const slider = lab.page.locator('input[type="range"][data-dimension="z"]');
  await slider.waitFor();
  await lab.page.locator(".js-plotly-plot").first().waitFor();
  const middle = await mapsOf(lab);
  assertEquals(middle.map(({ rows, columns }) => [rows, columns]), [[6, 7]]);
  await slider.fill("2");
  await lab.page.getByText("z = 0.3 mm").first().waitFor();
  await eventually(async () => (await mapsOf(lab))[0].sum !== middle[0].sum);

  await lab.page.locator(".js-plotly-plot .nsewdrag").first().click();
  await eventually(async () => (await mapsOf(lab)).length === 2);
  const [, frame] = await mapsOf(lab);
  assertEquals([frame.rows, frame.columns], [24, 32]);
  await lab.screenshot("explore");
  assertEquals(lab.complaints, []);
});

/** What the heat maps of the page show. */
async function mapsOf(lab: Lab): Promise<{ rows: number; columns: number; sum: number }[]> {
  return await lab.page.locator(".js-plotly-plot").evaluateAll((plots) =>
    plots.flatMap((plot) => (plot as unknown as { data: { type: string; z: ArrayLike<number>[] }[] }).data ?? [])
      .filter(({ type }) => type === "heatmap")
      .map(({ z }) => {
        const cells = z.flatMap((row) => Array.from(row));
        return { rows: z.length, columns: z[0].length, sum: cells.reduce((sum, cell) => sum + cell, 0) };
      })
  );
}

/** How much of the curve there is. */
async function curveOf(lab: Lab): Promise<number> {
  return (await lab.page.locator(".sonde-live .scatterlayer path.js-line").first().getAttribute("d") ?? "").length;
}

/** Asks until it holds, half a minute long. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 30_000;
  while (!await holds()) {
    assert(performance.now() < untilMs, `never held: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A notebook of the repository, as it is before anybody has executed it. */
async function emptied(name: string): Promise<{ cells: { id: string; outputs?: unknown[] }[] }> {
  const notebook = JSON.parse(await Deno.readTextFile(join(ROOT, "notebooks", name)));
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  return notebook;
}
