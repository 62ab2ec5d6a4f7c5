import { assert, assertEquals } from "@std/assert";
import { HAS_LAB, withKernel } from "./jupyter.ts";
import { type Lab, NO_JUPYTERLAB, withJupyterLab } from "./jupyterlab.ts";
import { clickCell, rowsOf, slide } from "./notebook_explore_support.ts";

/** Explores a stored run in a real notebook. */
const SOURCE = new URL("../src/", import.meta.url).href;
const IN_LAB = [
  `import { connect, linspace, nest, openRun, type Plan, scan, sim, zoom } from "sonde";
import { explore } from "${SOURCE}wire/notebook/explore.ts";
const rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  y: sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 }),
  x: sim.stage({ unit: "mm", limits: [-5, 5], speed: 1000 }),
  diode: sim.photodiode(),
  camera: sim.camera({ shape: [48, 64], exposureMs: 1 }),
});
await scan(nest(linspace("wavelength", 600, 700, 3), linspace("y", -1, 1, 5), linspace("x", -1, 1, 5)),
  { rig, read: ["diode", "camera"], to: "map.zarr", quiet: true }).done;`,
  `explore(await openRun("map.zarr"))`,
];

async function exploreInLab(lab: Lab): Promise<void> {
  const { page } = lab, asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await lab.open("explore.ipynb", IN_LAB);
  await lab.runAll();
  await lab.finished(1);
  await page.locator("[data-drawn]").waitFor();
  const before = await rowsOf(page, 0);
  await slide(page, "wavelength", 0);
  assert(JSON.stringify(await rowsOf(page, 0)) !== JSON.stringify(before), "the slider changes the figure");
  await clickCell(page, 2, 2);
  await page.locator('[data-detail^="camera at wavelength = 600 nm, y = 0 mm, x = 0 mm"]').waitFor();
  await lab.screenshot("explore");
  assert(asked.every((url) => /^(http:\/\/(127\.0\.0\.1|localhost)|data:|blob:)/.test(url)), asked.join("\n"));
  const saved = await lab.save(), text = JSON.stringify(saved.cells[1].outputs);
  assert(!text.includes("127.0.0.1") && text.length < 200_000, `${text.length}`);
  await lab.reload();
  await page.locator("[data-view] .js-plotly-plot").first().waitFor(); // the same window finds its kernel again
}

Deno.test({
  name: `in JupyterLab a slider changes the figure and a click shows the frame${
    NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`
  }`,
  ignore: NO_JUPYTERLAB !== "",
  fn: () => withJupyterLab(exploreInLab, { size: [1100, 1400] }),
});

Deno.test({
  name: `executed by a program, the cell is left with its picture and no address${HAS_LAB ? "" : " (no .venv-lab)"}`,
  ignore: !HAS_LAB,
  fn: () =>
    withKernel(async (kernel) => {
      assertEquals((await kernel.execute(IN_LAB[0])).error, undefined);
      for (const _ of [1, 2]) {
        const { error, outputs, stderr } = await kernel.execute(IN_LAB[1]), left = JSON.stringify(outputs);
        assertEquals([error, stderr], [undefined, ""]);
        const kinds = outputs.map(({ data }) => Object.keys(data).sort());
        assertEquals(kinds, [["text/html", "text/plain"], ["image/svg+xml", "text/html", "text/plain"]]);
        assertEquals(outputs[0].data["text/html"], "<span></span>");
        assert(!left.includes("127.0.0.1") && left.length < 200_000, `${left.length}`);
      }
    }),
});

/** The kernel is on another computer: to the page it is as if nobody listened where it says. */
async function exploreFromAfar(lab: Lab): Promise<void> {
  const { page } = lab, { host } = new URL(lab.url);
  await page.route((url) => url.hostname === "127.0.0.1" && url.host !== host, (route) => route.abort());
  await lab.open("afar.ipynb", IN_LAB);
  await lab.runAll();
  await lab.finished(1);
  const said = page.locator(`${lab.output(1)} >> [role=status]`).first();
  await said.filter({ hasText: "The kernel cannot be reached from this page" }).waitFor();
  const before = await said.innerText();
  await slide(page, "wavelength", 2);
  assert(await said.innerText() !== before, before);
  assert(await page.locator(`${lab.output(1)} >> [data-still] img`).first().isVisible());
}

Deno.test({
  name: `in JupyterLab on another computer than the kernel, the slider moves through what is saved${
    NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`
  }`,
  ignore: NO_JUPYTERLAB !== "",
  fn: () => withJupyterLab(exploreFromAfar, { size: [1100, 1800], theme: "dark" }),
});
