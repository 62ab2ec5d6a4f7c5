import { extname } from "@std/path";
import { InputError } from "../core/errors.ts";
import type { Figure } from "./figure.ts";

/** How a figure is written, by the extension of the file. */
const WRITERS: Readonly<Record<string, (figure: Figure) => string | Promise<string>>> = {
  ".svg": (figure) => figure.svg(),
  ".html": (figure) => figure.html(),
  ".txt": (figure) => figure.text({ width: 100 }) + "\n",
  ".json": (figure) => JSON.stringify(figure) + "\n",
};

/**
 * Writes a figure to a file: a picture (`.svg`), a page (`.html`), text (`.txt`), or its data (`.json`).
 *
 * @throws {InputError} when the extension is another one
 *
 * @example
 * ```ts
 * import { curveFigure } from "./figures/curve_figure.ts";
 * import { writeFigure } from "./write_figure.ts";
 * const file = await Deno.makeTempFile({ suffix: ".svg" });
 * const x = { name: "x", unit: "mm", values: [0, 1, 2] }, y = { name: "diode", unit: "V", values: [0, 2, 1] };
 * await writeFigure(curveFigure({ x, y }), file);
 * console.assert((await Deno.readTextFile(file)).includes("diode (V)"));
 * await Deno.remove(file);
 * ```
 */
export async function writeFigure(figure: Figure, path: string): Promise<void> {
  const extension = extname(path).toLowerCase(), write = WRITERS[extension], allowed = Object.keys(WRITERS).join(", ");
  if (!write) {
    throw InputError.at(
      "path",
      `a figure cannot be written as "${path}"; allowed extensions: ${allowed}`,
      path,
      allowed,
    );
  }
  await Deno.writeTextFile(path, await write(figure));
}
