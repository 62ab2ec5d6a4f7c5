import type { FigureData } from "../../view/mod.ts";
import type { Colour } from "../../view/terminal/canvas.ts";
import { renderText } from "../../view/terminal/render_text.ts";

/** A panel with less can hardly be read, and neither can a narrower one. */
const LEAST_ROWS = 9, LEAST_COLUMNS = 24;
/** The title, and the blank line below it. */
const HEAD = 2;

/** A rectangle of cells. */
export interface Room {
  /** Cells in a row. */
  readonly columns: number;
  /** Rows. */
  readonly rows: number;
}

/**
 * A figure as text, its title in one line: as many of its panels as there is room for. Empty where that is none.
 *
 * @example
 * ```ts
 * import { figureText } from "./figure_text.ts";
 * const series = [{ name: "diode", x: [1, 2, 3], y: [1, 5, 1] }];
 * const figure = { title: "neon", panels: [{ kind: "curve" as const, x: { name: "x" }, y: { name: "diode" }, series }] };
 * console.assert(figureText(figure, { columns: 60, rows: 12 }, "none").split("\n").length <= 12);
 * console.assert(figureText(figure, { columns: 60, rows: 8 }, "none") === "");
 * ```
 */
export function figureText({ title, subtitle, panels }: FigureData, { columns, rows }: Room, colour: Colour): string {
  const fit = Math.floor((rows - HEAD) / LEAST_ROWS), head = [title, subtitle].filter(Boolean).join(" · ");
  if (fit < 1 || columns < LEAST_COLUMNS) return "";
  return renderText({ title: head, panels: panels.slice(0, fit) }, { width: columns, height: rows, colour });
}
