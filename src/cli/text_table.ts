import { cellWidth } from "../view/terminal/canvas.ts";

/** How a table is set. */
export interface TableOptions {
  /** The columns, by their numbers from 0, that are set flush right: numbers. */
  readonly right?: readonly number[];
  /** Lines are cut here, with an ellipsis; never when left out. */
  readonly width?: number;
}

/**
 * Rows as lines with aligned columns, two spaces apart, without spaces at the ends.
 *
 * @param rows as many cells each
 *
 * @example
 * ```ts
 * import { textTable } from "./text_table.ts";
 * console.assert(textTable([["x", "1.5"], ["wavelength", "640"]], { right: [1] }) === "x           1.5\nwavelength  640");
 * ```
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { right = [], width = Infinity }: TableOptions = {},
): string {
  const plain = rows.map((row) => row.map(oneLine));
  const widths = (plain[0] ?? []).map((_, k) => Math.max(...plain.map((row) => cellWidth(row[k]))));
  const pad = (cell: string, k: number) => {
    const spaces = " ".repeat(widths[k] - cellWidth(cell));
    return right.includes(k) ? spaces + cell : cell + spaces;
  };
  return plain.map((row) => cut(row.map(pad).join("  ").trimEnd(), width)).join("\n");
}

/** Names come from files of others: nothing in them moves the cursor. */
function oneLine(cell: string): string {
  // deno-lint-ignore no-control-regex
  return cell.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

function cut(line: string, width: number): string {
  if (cellWidth(line) <= width) return line;
  let kept = "", cells = 1;
  for (const character of line) {
    cells += cellWidth(character);
    if (cells > width) break;
    kept += character;
  }
  return `${kept}…`;
}
