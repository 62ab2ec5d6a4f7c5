/**
 * Executes notebooks and writes them back with their outputs: `deno run -A tools/run_notebook.ts notebooks/*.ipynb`.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import { jupyterFolders, labEnvironment } from "./jupyter_lab.ts";
import { ROOT } from "./root.ts";
import { runCommand } from "./run_command.ts";
import { setup } from "./setup.ts";
import { venvPython } from "./venv.ts";

/** A notebook as its file has it. */
export interface NotebookFile {
  readonly cells: readonly NotebookCell[];
  readonly metadata: { readonly kernelspec: { readonly name: string } };
}

/** A cell of a notebook. */
export interface NotebookCell {
  /** What it is called in the file. */
  readonly id: string;
  readonly cell_type: "code" | "markdown" | "raw";
  /** One line each, with its end. */
  readonly source: readonly string[];
  /** Of code only; null when it has not been executed. */
  readonly execution_count?: number | null;
  /** Of code only. */
  readonly outputs?: readonly NotebookOutput[];
}

/** An output of a cell. */
export interface NotebookOutput {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  /** `stdout` or `stderr` of a stream. */
  readonly name?: string;
  readonly text?: string | readonly string[];
  /** By media type. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What `runNotebook` is told. */
export interface RunNotebookOptions {
  /** Where the executed notebook is written; a file that is gone afterwards when left out. */
  readonly to?: string;
  /** The folder in which it runs; that of the notebook when left out. */
  readonly cwd?: string;
  /** It is killed after this long; ten minutes when left out. */
  readonly timeoutMs?: number;
}

/**
 * Executes a notebook in a new kernel, waiting for outputs that come late.
 *
 * @returns the notebook with its outputs
 * @throws Error with all that the runner said, when a cell ends with an error that its tag does not allow
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookFile> {
  const { cwd = dirname(resolve(path)), timeoutMs = 600_000 } = options;
  const scratch = await Deno.makeTempDir({ prefix: "sonde-run-" });
  try {
    const to = options.to ?? join(scratch, basename(path));
    const args = [join(ROOT, "tools", "run_notebook.py"), resolve(path), resolve(to), cwd];
    const env = { ...labEnvironment(), ...jupyterFolders(scratch), NO_COLOR: "1" };
    const { code, text, late } = await runCommand(venvPython(".venv-lab"), args, { env, cwd, timeoutMs });
    if (code !== 0) throw new Error(`${path} ${late ? "took too long" : "failed"}:\n${text}`);
    return JSON.parse(await Deno.readTextFile(to)) as NotebookFile;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) {
  await setup("lab");
  for (const path of Deno.args) {
    const startedMs = performance.now();
    await runNotebook(path, { to: path });
    const { size } = await Deno.stat(path), seconds = (performance.now() - startedMs) / 1000;
    console.log(`${path}: ${seconds.toFixed(1)} s, ${(size / 1000).toFixed(0)} kB`);
  }
}
