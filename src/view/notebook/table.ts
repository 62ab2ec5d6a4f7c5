import { escapeXml } from "../svg/element.ts";

/** A cell: text, or text that is marked as good or bad news. */
export type Cell = string | { readonly text: string; readonly mark: "error" | "warning" };

/** A column. */
export interface Column {
  /** Above it. */
  readonly head: string;
  /** Whether its entries are numbers, which end at the right. */
  readonly right?: boolean;
}

/** Rows of text under heads. */
export interface Table {
  /** Above all. */
  readonly title?: string;
  /** Left to right. */
  readonly columns: readonly Column[];
  /** As many cells each as there are columns. */
  readonly rows: readonly (readonly Cell[])[];
}

/** More rows than this are counted, not shown. */
const MOST_ROWS = 40;
/** A cell of more characters is cut. */
const MOST_CHARACTERS = 300;
/** Colours that can be read on a light and on a dark ground; the word itself stands beside. */
const COLOURS = { error: "#d1242f", warning: "#bc6c00" } as const;

function textOf(cell: Cell): string {
  const text = typeof cell === "string" ? cell : cell.text;
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function restOf({ rows }: Table): string {
  const rest = rows.length - MOST_ROWS;
  return rest > 0 ? `and ${rest.toLocaleString("en")} more` : "";
}

/**
 * A table as HTML that every notebook lets pass, also where it is not trusted: no style sheet, no script, all text
 * escaped.
 *
 * @example
 * ```ts
 * import { tableHtml } from "./table.ts";
 * const html = tableHtml({ columns: [{ head: "axis" }], rows: [["<x>"]] });
 * console.assert(html.includes("&lt;x&gt;"));
 * ```
 */
export function tableHtml(table: Table): string {
  const { title, columns, rows } = table, rest = restOf(table);
  const side = (k: number) => `style="text-align:${columns[k]?.right ? "right" : "left"}"`;
  const heads = columns.map(({ head }, k) => `<th ${side(k)}>${escapeXml(head)}</th>`).join("");
  const body = rows.slice(0, MOST_ROWS).map((row) =>
    `<tr>${row.map((cell, k) => `<td ${side(k)}>${cellHtml(cell)}</td>`).join("")}</tr>`
  );
  if (rest) body.push(`<tr><td colspan="${columns.length}" style="text-align:left">${rest}</td></tr>`);
  const caption = title ? `<p><b>${escapeXml(title)}</b></p>` : "";
  return `${caption}<table><thead><tr>${heads}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function cellHtml(cell: Cell): string {
  const text = escapeXml(textOf(cell));
  return typeof cell === "string" ? text : `<b style="color:${COLOURS[cell.mark]}">${text}</b>`;
}

/** The same table as lines for a terminal or a log. */
export function tableText(table: Table): string {
  const { title, columns, rows } = table, rest = restOf(table);
  const lines = [columns.map(({ head }) => head), ...rows.slice(0, MOST_ROWS).map((row) => row.map(textOf))]
    .map((row) => row.map((cell) => cell.replaceAll(/\s+/g, " ")));
  const widths = columns.map((_, k) => Math.max(...lines.map((row) => row[k]?.length ?? 0)));
  const text = lines.map((row) =>
    row.map((cell, k) => columns[k].right ? cell.padStart(widths[k]) : cell.padEnd(widths[k])).join("  ").trimEnd()
  );
  return [title && `${title}:`, ...text, rest].filter(Boolean).join("\n");
}
