import { assert, assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import type { Page } from "playwright-core";
import { labEnvironment } from "../tools/jupyter_lab.ts";
import { type NotebookFile, runNotebook } from "../tools/run_notebook.ts";
import { HAS_LAB, LAB_PYTHON, makeNotebookFolder } from "./jupyter.ts";
import { NO_JUPYTERLAB, startChromium, withJupyterLab } from "./jupyterlab.ts";

/** Each shows what its last value is. */
const CELLS = [
  `import { check, connect, linspace, nest, openRun, runPeaks, scan, sim, snake, zoom } from "sonde";
const x = sim.stage({ unit: "mm", limits: [-5, 5] }), y = sim.stage({ unit: "mm", limits: [-5, 5] });
const wavelength = sim.monochromator({ unit: "nm", limits: [400, 900] });
const rig = await connect({ wavelength, y, x, diode: sim.photodiode(), camera: sim.camera({ shape: [48, 64] }) });
rig`,
  `const map = nest(linspace("y", -1, 1, 8), snake(linspace("x", -1, 1, 8)));
map`,
  `zoom(linspace("wavelength", 638, 644, 31), { on: "diode" })`,
  `await check(linspace("x", -6, 1, 11), rig, { read: ["diode"] })`,
  `const run = scan(linspace("wavelength", 640, 640.5, 26), { rig, read: ["diode"], quiet: true, to: "line.zarr" });
await run.done;
run`,
  `const data = await openRun("line.zarr");
data`,
  `await runPeaks(data, "diode", { prominence: 0.03 })`,
];
/** Those of them that have a picture. */
const PICTURES = [1, 2, 4, 5, 6];

function notebook(): unknown {
  const cells = CELLS.map((source, i) => ({
    id: `cell-${i}`,
    cell_type: "code",
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  }));
  const kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  return { cells, metadata: { kernelspec, language_info: { name: "typescript" } }, nbformat: 4, nbformat_minor: 5 };
}

/** The notebook, executed in a folder that is removed afterwards. */
async function withExecuted(body: (executed: NotebookFile, path: string, folder: string) => Promise<void>) {
  const folder = await makeNotebookFolder(), path = join(folder, "shown.ipynb");
  try {
    await Deno.writeTextFile(path, JSON.stringify(notebook()));
    await body(await runNotebook(path, { to: path }), path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The HTML export of a notebook by nbconvert, which is what people send around. */
async function exportHtml(path: string, folder: string): Promise<string> {
  const { success, stderr } = await new Deno.Command(LAB_PYTHON, {
    args: ["-m", "nbconvert", "--to", "html", "--output", "shown.html", path],
    env: labEnvironment(),
    cwd: folder,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return resolve(folder, "shown.html");
}

/** Width and height of all pictures in a page, as they came out; 0 where one is broken. */
function pictureSizes(page: Page, selector: string): Promise<(readonly [number, number])[]> {
  return page.locator(selector).evaluateAll(async (images) =>
    await Promise.all(images.map(async (image) => {
      const picture = image as unknown as { decode(): Promise<void>; naturalWidth: number; naturalHeight: number };
      await picture.decode().catch(() => {});
      return [picture.naturalWidth, picture.naturalHeight] as const;
    }))
  );
}

const noLab = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
const noBrowser = NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`;

Deno.test({
  name: `the last value of a cell shows itself in every kind that a notebook may want${noLab}`,
  ignore: !HAS_LAB,
  fn: () =>
    withExecuted(async ({ cells }, path) => {
      cells.forEach(({ outputs = [] }, i) => {
        assertEquals(outputs.length, 1, `cell ${i}: ${JSON.stringify(outputs).slice(0, 500)}`);
        const kinds = ["text/html", "text/plain"];
        // The runner keeps each picture once, inside the HTML.
        if (PICTURES.includes(i)) kinds.push("application/vnd.plotly.v1+json");
        assertEquals(Object.keys(outputs[0].data ?? {}).sort(), kinds.sort(), `cell ${i}`);
      });
      const { size } = await Deno.stat(path);
      assert(size < 400_000, `${size} bytes`);
    }),
});

Deno.test({
  name: `a notebook exported as HTML holds every picture${noBrowser}`,
  ignore: NO_JUPYTERLAB !== "",
  fn: () =>
    withExecuted(async (_, path, folder) => {
      const page = await exportHtml(path, folder), browser = await startChromium();
      try {
        const tab = await browser.newPage();
        await tab.goto(new URL(`file://${page}`).href);
        const sizes = await pictureSizes(tab, ".jp-OutputArea-output img");
        assertEquals(sizes.length, PICTURES.length);
        for (const [width, height] of sizes) assert(width === 720 && height > 200, `${width} × ${height}`);
        assertEquals(await tab.locator(".jp-OutputArea-output table").count() > PICTURES.length, true);
      } finally {
        await browser.close();
      }
    }),
});

Deno.test({
  name: `JupyterLab shows pictures and tables of a notebook that it does not trust${noBrowser}`,
  ignore: NO_JUPYTERLAB !== "",
  fn: () =>
    withExecuted((executed) =>
      withJupyterLab(async (lab) => {
        await Deno.writeTextFile(join(lab.folder, "shown.ipynb"), JSON.stringify(executed));
        await lab.open("shown.ipynb");
        await lab.page.locator(".jp-OutputArea-output img").first().waitFor();
        for (const cell of PICTURES) {
          const output = `.jp-Notebook .jp-Cell >> nth=${cell} >> .jp-OutputArea-output`;
          await lab.page.locator(".jp-Notebook .jp-Cell").nth(cell).scrollIntoViewIfNeeded();
          const [[width, height]] = await pictureSizes(lab.page, `${output} img`);
          assert(width === 720 && height > 200, `cell ${cell}: ${width} × ${height}`);
        }
        // Cells out of sight are taken out of the page, so those in sight are found by what they say.
        const said = (text: string) => lab.page.locator(".jp-OutputArea-output").filter({ hasText: text });
        await lab.page.locator(".jp-Notebook .jp-Cell").first().scrollIntoViewIfNeeded();
        await said("x would go to -6 mm; allowed: -5 … 5 mm").first().scrollIntoViewIfNeeded();
        await lab.screenshot("display-check");
      })
    ),
});
