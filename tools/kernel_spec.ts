import { join, resolve } from "@std/path";
import { ROOT } from "./root.ts";

/** Name of the kernel, as `deno jupyter --install` calls it, so that notebooks made with either open with the other. */
export const KERNEL_NAME = "deno";

/** The folder of the Deno kernel inside a virtual environment: only the Jupyter of that environment finds it there. */
export function kernelFolder(venv: string): string {
  return resolve(ROOT, venv, "share", "jupyter", "kernels", KERNEL_NAME);
}

/**
 * Makes the Jupyter in the virtual environment `venv` know this Deno as a kernel. `deno jupyter --install` always writes to
 * the user's own Jupyter folder; this leaves that alone, and follows Deno when it moves.
 *
 * @returns why it could not, or undefined when it is there
 */
export async function ensureKernelSpec(venv: string, say: (line: string) => void): Promise<string | undefined> {
  const file = join(kernelFolder(venv), "kernel.json");
  const wanted = JSON.stringify(kernelSpec(), null, 2) + "\n";
  try {
    if (await Deno.readTextFile(file).catch(() => "") === wanted) return undefined;
    say(`writing the Deno kernel into ${venv}`);
    await Deno.mkdir(kernelFolder(venv), { recursive: true });
    await Deno.writeTextFile(file, wanted);
    return undefined;
  } catch (thrown) {
    return `the kernel could not be written: ${thrown instanceof Error ? thrown.message : thrown}`;
  }
}

/** What Jupyter is told: the Deno that runs this, by its whole path, because PATH may know another or none. */
function kernelSpec() {
  return {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: "signal",
  };
}
