import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { type Lab, NO_JUPYTERLAB, withJupyterLab } from "./jupyterlab.ts";

/** A test with JupyterLab in Chromium, skipped by its name where one of them is missing. */
function testInLab(name: string, body: (lab: Lab) => Promise<void>): void {
  const reason = NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`;
  Deno.test({ name: name + reason, ignore: NO_JUPYTERLAB !== "", fn: () => withJupyterLab(body) });
}

/** A rig with one slow axis: a scan of it takes some seconds. */
const RIG = `import { connect, linspace, scan, sim, unlock } from "sonde";
const rig = await connect({ x: sim.stage({ unit: "mm", limits: [0, 100], speed: 5 }), diode: sim.photodiode() });`;

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
  await Deno.writeTextFile(join(lab.folder, "first-scan.ipynb"), JSON.stringify(notebook));
  await lab.open("first-scan.ipynb");
  await lab.runAll();

  const live = lab.page.locator(".sonde-live").first();
  await live.locator(".sonde-plot .scatterlayer path.js-line").first().waitFor();
  const early = await curveOf(lab);
  await lab.page.waitForFunction((early) => {
    const curve = document.querySelector(".sonde-live .scatterlayer path.js-line")?.getAttribute("d") ?? "";
    return curve.length > 1.5 * early;
  }, early);
  await live.scrollIntoViewIfNeeded();
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

/** How much of the curve there is. */
async function curveOf(lab: Lab): Promise<number> {
  return (await lab.page.locator(".sonde-live .scatterlayer path.js-line").first().getAttribute("d") ?? "").length;
}

/** A notebook of the repository, as it is before anybody has executed it. */
async function emptied(name: string): Promise<{ cells: { id: string; outputs?: unknown[] }[] }> {
  const notebook = JSON.parse(await Deno.readTextFile(join(ROOT, "notebooks", name)));
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  return notebook;
}
