/**
 * Cells that a test runs in a Deno kernel which has imported what makes hardware safe.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { HAS_LAB, type Kernel, makeNotebookFolder, withKernel } from "./jupyter.ts";

const SOURCE = new URL("../src/", import.meta.url).href;
/** What the first cell of a notebook says. */
export const IMPORTS = `
import { connect, linspace, list, openRun, scan, sim } from "sonde";
import { unlock } from "${SOURCE}core/halt.ts";
import { withSafeState } from "${SOURCE}hw/make_safe.ts";
import "${SOURCE}wire/notebook/guard_kernel_cells.ts";
import { watchdogPid } from "${SOURCE}wire/notebook/watchdog.ts";
const op = { signal: new AbortController().signal }, kept = 42;`;
/** A test in a Deno kernel that has run the imports, skipped by its name where there is none. */
export function testInKernel(name: string, body: (kernel: Kernel, folder: string) => Promise<void>): void {
  const reason = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
  const fn = async () => {
    const cwd = await makeNotebookFolder();
    try {
      await withKernel(async (kernel) => {
        assertEquals((await kernel.execute(IMPORTS)).error, undefined);
        await body(kernel, cwd);
      }, { cwd });
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  };
  Deno.test({ name: name + reason, ignore: !HAS_LAB, fn });
}

/** Runs a cell that must go well; gives its value, as JSON. */
export async function valueOf(kernel: Kernel, code: string): Promise<unknown> {
  const { outputs, error } = await kernel.execute(`console.log("=" + JSON.stringify(${code}))`);
  assertEquals(error, undefined);
  const line = outputs.map(({ data }) => String(data["text/plain"])).find((text) => text.startsWith("="));
  return JSON.parse(line!.slice(1));
}

/** Lets time go by, for what is in motion. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
