import { assert } from "@std/assert";
import { type Lab, NO_JUPYTERLAB, withJupyterLab } from "./jupyterlab.ts";

/** A test with JupyterLab in Chromium, skipped by its name where one of them is missing. */
function testInLab(name: string, body: (lab: Lab) => Promise<void>): void {
  const reason = NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`;
  Deno.test({ name: name + reason, ignore: NO_JUPYTERLAB !== "", fn: () => withJupyterLab(body) });
}

testInLab("a cell shows its value, and the saved notebook holds it", async (lab) => {
  await lab.open("first.ipynb", ["# Words", `await new Promise((r) => setTimeout(r, 300)); ({ seen: "in the page" })`]);
  await lab.runAll();
  await lab.finished(1);
  await lab.page.locator(lab.output(1)).filter({ hasText: "in the page" }).waitFor();
  const { cells } = await lab.save();
  assert(String(cells[1].outputs?.[0].data?.["text/plain"]).includes("in the page"));
});
