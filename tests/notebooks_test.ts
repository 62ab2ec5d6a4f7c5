import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { type NotebookFile, runNotebook } from "../tools/run_notebook.ts";
import { HAS_LAB, makeNotebookFolder } from "./jupyter.ts";
import { digestOf } from "./notebook_figures.ts";

const FOLDER = join(ROOT, "notebooks");
const LARGEST_BYTES = 200_000;

const names = (await Array.fromAsync(Deno.readDir(FOLDER))).map(({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();

async function stored(name: string): Promise<NotebookFile> {
  return JSON.parse(await Deno.readTextFile(join(FOLDER, name)));
}

/** Examples stand beside the notebooks, as they do in the repository. */
async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const parent = await makeNotebookFolder(), folder = join(parent, "notebooks");
  try {
    await Deno.mkdir(folder);
    await copyFolder(join(ROOT, "examples"), join(parent, "examples"));
    await body(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

for (const name of names) {
  Deno.test(`notebooks/${name} is kept executed, without errors, and small`, async () => {
    const { size } = await Deno.stat(join(FOLDER, name)), { cells } = await stored(name);
    assert(size < LARGEST_BYTES, `${size} bytes; allowed: less than ${LARGEST_BYTES}`);
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    assertEquals(code.filter(({ execution_count }) => !execution_count).map(({ id }) => id), [], "not executed");
    assertEquals(code.filter(({ outputs }) => outputs?.some(isError)).map(({ id }) => id), [], "with an error");
  });

  Deno.test({
    name: `notebooks/${name} gives the outputs and the figures that it is kept with${
      HAS_LAB ? "" : " (skipped: there is no .venv-lab)"
    }`,
    ignore: !HAS_LAB,
    fn: () =>
      withFolder(async (cwd) => {
        const executed = digestOf(await runNotebook(join(FOLDER, name), { cwd }));
        for (const [i, { figures, ...cell }] of digestOf(await stored(name)).entries()) {
          const { figures: drawn, ...rest } = executed[i];
          assertEquals(rest, cell);
          assertEquals(drawn, figures, `the figures of cell ${cell.id}`);
        }
      }),
  });
}

function isError({ output_type }: { readonly output_type: string }): boolean {
  return output_type === "error";
}
