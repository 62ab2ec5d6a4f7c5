import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { type NotebookFile, type NotebookOutput, runNotebook } from "../tools/run_notebook.ts";
import { HAS_LAB, makeNotebookFolder } from "./jupyter.ts";

const PATH = join(ROOT, "notebooks", "adaptive.ipynb");
const stored: NotebookFile = JSON.parse(await Deno.readTextFile(PATH));

const dataOf = (output: NotebookOutput) => Object.keys(output.data ?? {}).sort();
const textOf = ({ text = "" }: NotebookOutput) => Array.isArray(text) ? text.join("") : String(text);

/** All that a notebook has printed. */
const said = ({ cells }: NotebookFile) => cells.flatMap(({ outputs = [] }) => outputs.map(textOf)).join("");

/** The media types of all values, by cell. */
const values = ({ cells }: NotebookFile) =>
  cells.map(({ outputs = [] }) => outputs.filter(({ data }) => data).map(dataOf));

/** What has to be true of the notebook, as it is stored and as it runs. */
function assertShowsAll(notebook: NotebookFile): void {
  const kinds = notebook.cells.flatMap(({ outputs = [] }) => outputs.map(({ output_type }) => output_type));
  assert(!kinds.includes("error"), said(notebook));
  const figures = values(notebook).flat().filter((types) => types.includes("application/vnd.plotly.v1+json"));
  assertEquals(figures.length, 5, "zoom, align, the map of the best z, its stacks, learn");
  for (const types of figures) {
    assertEquals(types, ["application/vnd.plotly.v1+json", "text/html", "text/plain"]);
  }
  const text = said(notebook), saving = /(\d+) points instead of (\d+): (\d+) %/.exec(text);
  assert(saving && Number(saving[1]) < Number(saving[2]) / 4, text);
  // The default was taken, and said: while it ran, and in the log.
  assertStringIncludes(text, "cancel (nobody has answered)");
  assert(/^ask: .*\? cancel$/m.test(text) && text.includes("ends because not approved"), text);
  // The strong lines are where they were published.
  const found = text.slice(text.indexOf("633.44:", text.indexOf("633.44:") + 1)).split("\n").slice(0, 3);
  for (const line of found) assert(Math.abs(Number(line.split(": ")[1])) < 0.01, text);
}

Deno.test("the notebook of adaptive scans is stored with its figures, and small", async () => {
  assertShowsAll(stored);
  assert((await Deno.stat(PATH)).size < 200_000);
});

Deno.test({
  name: `the notebook of adaptive scans runs as it stands, and no output is lost${
    HAS_LAB ? "" : " (skipped: there is no .venv-lab)"
  }`,
  ignore: !HAS_LAB,
  async fn() {
    const cwd = await makeNotebookFolder();
    try {
      const executed = await runNotebook(PATH, { cwd });
      assertShowsAll(executed);
      assertEquals(values(executed), values(stored));
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
});
