import { dirname, join } from "@std/path";
import { venvPython } from "./venv.ts";

/** What decides how JupyterLab is started. */
export interface JupyterLabOptions {
  /** The folder that it shows. */
  readonly folder: string;
  /** Whether it opens a browser. */
  readonly browser: boolean;
  /** More arguments of `jupyter lab`. */
  readonly args?: readonly string[];
}

/**
 * The command that starts the JupyterLab of `.venv-lab`: on the loopback interface only, and with the
 * Deno kernel of `.venv-lab` before any other of that name.
 */
export function jupyterLabCommand(
  { folder, browser, args = [] }: JupyterLabOptions,
): { command: string; args: string[]; env: Record<string, string> } {
  const root = Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : [];
  return {
    command: venvPython(".venv-lab"),
    args: [
      "-m",
      "jupyterlab",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.root_dir=${folder}`,
      "--LanguageServerManager.autodetect=False",
      ...root,
      ...browser ? [] : ["--no-browser"],
      ...args,
    ],
    env: labEnvironment(),
  };
}

/** What every process of Jupyter is told: our kernels first, and `deno` is the Deno that runs this. */
export function labEnvironment(): Record<string, string> {
  const apart = Deno.build.os === "windows" ? ";" : ":";
  return {
    JUPYTER_PREFER_ENV_PATH: "1",
    PATH: [dirname(Deno.execPath()), Deno.env.get("PATH") ?? ""].join(apart),
  };
}

/** Jupyter's own folders, moved to `folder`, so that those of the user are neither seen nor changed. */
export function jupyterFolders(folder: string): Record<string, string> {
  const place = (name: string) => join(folder, name);
  return {
    JUPYTER_CONFIG_DIR: place("config"),
    JUPYTER_DATA_DIR: place("data"),
    JUPYTER_RUNTIME_DIR: place("runtime"),
    JUPYTERLAB_SETTINGS_DIR: place("settings"),
    JUPYTERLAB_WORKSPACES_DIR: place("workspaces"),
    IPYTHONDIR: place("ipython"),
    MPLCONFIGDIR: place("matplotlib"),
  };
}
