import type { LiveStatus } from "../../view/notebook/live_page.ts";
import { type Colour, toCells } from "../../view/terminal/canvas.ts";
import { bar } from "./show_progress.ts";
import { wrapWords } from "./wrap_words.ts";

/** What a view shows at a moment. */
export interface ViewContent {
  /** The figure as text; empty where there is no room for one. */
  readonly figure: string;
  /** How far the run is, where the time goes, where the axes stand and what was read. */
  readonly status: LiveStatus;
  /** What a person is asked, in rows that fit; empty when nothing is. */
  readonly question: readonly string[];
  /** What the keys do; empty where there are none. */
  readonly keys: string;
}

/** Rows for how far it is, and for setpoints and readings: of more, the last ones are left out. */
const MOST_STATUS_ROWS = 2, MOST_ENTRY_ROWS = 3;
/** Cells of the bar. */
const BAR = 24;

/**
 * The lines of a view, none of them wider than `width`: the figure, the question, the status and the keys.
 *
 * @example
 * ```ts
 * import { viewLines } from "./view_lines.ts";
 * const status = { part: 0.5, state: "running", lines: ["5 of 10 points · running", "", "x 1 mm · diode 0.2 V"] };
 * const lines = viewLines({ figure: "", status, question: [], keys: "p pause" }, 100, "none");
 * console.assert(lines[0] === "████████████░░░░░░░░░░░░  50 %  5 of 10 points · running");
 * console.assert(lines.slice(1).join("|") === "x 1 mm · diode 0.2 V|p pause");
 * ```
 */
export function viewLines(content: ViewContent, width: number, colour: Colour): string[] {
  const { figure, status: { part, state, lines: [how, report, entries] }, question, keys } = content;
  const styled = (line: string, style: string) => {
    const text = cut(line, width);
    return colour === "none" || !style || !text ? text : `\x1b[${style}m${text}\x1b[0m`;
  };
  const percent = part === undefined ? "" : `${String(Math.floor(100 * part)).padStart(3)} %  `;
  const head = part === undefined ? "" : `${bar(part, Math.min(BAR, Math.floor(width / 4)))} ${percent}`;
  // What is asked stands above in full.
  const now = question.length ? how.replace(/ · waiting for an answer: .*?\? · /, " · waiting for an answer · ") : how;
  return [
    ...(figure ? [...figure.split("\n"), ""] : []),
    ...question.map((line, k) => styled(line, k === question.length - 1 ? BOLD : "")),
    ...rowsOf(head + now, width, MOST_STATUS_ROWS).map((row) => styled(row, STATE_STYLES[state] ?? "")),
    ...(entries ? rowsOf(entries, width, MOST_ENTRY_ROWS) : []),
    ...(report ? [styled(report, DIM)] : []),
    ...(keys ? [styled(keys, DIM)] : []),
  ];
}

const BOLD = "1", DIM = "2";
const STATE_STYLES: Readonly<Record<string, string>> = {
  paused: "1;33",
  waiting: "1;33",
  success: "32",
  aborted: "31",
  failed: "31",
};

/** At most `width` cells of a text, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  const cells = toCells(text);
  if (cells.length <= width) return cells.join("");
  // The right half of a wide character is an empty cell: without it its left half has to go too.
  const kept = cells.slice(0, Math.max(0, width - 1));
  if (cells[kept.length] === "") kept[kept.length - 1] = " ";
  return `${kept.join("")}…`;
}

/** Parts beside each other, in as few rows as they need, and no more than `most`. */
function rowsOf(text: string, width: number, most: number): string[] {
  const rows = wrapWords(text, width, " · ");
  return rows.length > most ? [...rows.slice(0, most - 1), cut(`${rows[most - 1]} · …`, width)] : rows;
}
