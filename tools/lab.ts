/**
 * Opens JupyterLab on the notebooks with the Deno kernel ready: `deno task lab`, or `deno task lab FOLDER` for a folder
 * of one's own. What is missing is installed into `.venv-lab` and said; the user's own Jupyter is left alone. Arguments
 * that begin with a dash go to JupyterLab (`--no-browser`).
 *
 * @module
 */
import { resolve } from "@std/path";
import { jupyterFolders, jupyterLabCommand } from "./jupyter_lab.ts";
import { ROOT } from "./root.ts";
import { setup } from "./setup.ts";

/** The folder to show, seen from where the task was called, and what else JupyterLab is told. */
function readArguments(words: readonly string[]): { folder: string; args: string[] } {
  const folder = words.find((word) => !word.startsWith("-"));
  return {
    folder: folder === undefined ? resolve(ROOT, "notebooks") : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), folder),
    args: words.filter((word) => word.startsWith("-")),
  };
}

async function main(words: readonly string[]): Promise<number> {
  const missing = (await setup("lab")).find(({ name }) => name === ".venv-lab");
  if (missing) return 1;
  const { folder, args } = readArguments(words);
  const { command, args: all, env } = jupyterLabCommand({ folder, browser: true, args });
  console.log(`lab: JupyterLab on ${folder}; Ctrl-C ends it`);
  // Ctrl-C reaches JupyterLab too, which ends its kernels in order; this waits for that.
  Deno.addSignalListener("SIGINT", () => {});
  const own = jupyterFolders(resolve(ROOT, ".venv-lab", "jupyter"));
  return (await new Deno.Command(command, { args: all, env: { ...env, ...own } }).spawn().status).code;
}

Deno.exit(await main(Deno.args));
