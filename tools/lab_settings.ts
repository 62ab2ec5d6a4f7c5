import { join, resolve } from "@std/path";
import { ROOT } from "./root.ts";

/** JupyterLab asks nobody whether it may fetch news. */
const OVERRIDES = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/**
 * Writes the defaults of the JupyterLab in the virtual environment `venv`; what a user sets goes before them.
 *
 * @returns why it could not, or undefined when they are there
 */
export async function ensureLabSettings(venv: string): Promise<string | undefined> {
  const folder = resolve(ROOT, venv, "share", "jupyter", "lab", "settings"), file = join(folder, "overrides.json");
  const wanted = JSON.stringify(OVERRIDES, null, 2) + "\n";
  try {
    if (await Deno.readTextFile(file).catch(() => "") === wanted) return undefined;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(file, wanted);
    return undefined;
  } catch (thrown) {
    return `the settings of JupyterLab could not be written: ${thrown instanceof Error ? thrown.message : thrown}`;
  }
}
