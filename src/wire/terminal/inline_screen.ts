import { cellWidth } from "../../view/terminal/canvas.ts";
import type { ViewTerminal } from "./view_terminal.ts";

/** Shown at once by terminals that can (synchronised output), without wrapping, and without a cursor that jumps about. */
const BEGIN = "\x1b[?2026h\x1b[?25l\x1b[?7l", END = "\x1b[?7h\x1b[?25h\x1b[?2026l";
/** More prints than these between two pictures, and the picture waits for the next one. */
const MOST_PRINTS = 20;

/** Rows that lines take; of a terminal that breaks lines, those that are now too long take more. */
export function rowsOfLines(lines: readonly string[], columns: number, reflows: boolean): number {
  if (!reflows) return lines.length;
  // deno-lint-ignore no-control-regex
  const cells = lines.map((line) => cellWidth(line.replace(/\x1b\[[\d;]*m/g, "")));
  return cells.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / columns)), 0);
}

/**
 * Lines at the end of what a terminal shows, drawn again in place. What was there before stays and can be scrolled to, and
 * the last picture stays, too. Between two pictures the terminal is as it was (cursor, wrapping), so that nothing is to be
 * restored when the program is killed; the cursor stands at the end of the last line.
 */
export class InlineScreen {
  /** What is on the screen; empty when nothing is. */
  #drawn: readonly string[] = [];
  #wanted: readonly string[] = [];
  #columns = 0;
  #prints = 0;

  /** Nothing is drawn yet. */
  constructor(readonly terminal: ViewTerminal) {}

  /** Draws lines in place of the last ones; what is longer than a row is cut by the terminal. */
  draw(lines: readonly string[]): void {
    this.#wanted = lines;
    this.#prints = 0;
    const text = this.#change();
    if (text) this.terminal.write(`${BEGIN}${text}${END}`);
  }

  /** Lets somebody print whole lines above the picture. */
  above<T>(print: () => T): T {
    this.terminal.write(`${BEGIN}${this.#erase()}${END}`);
    try {
      return print();
    } finally {
      if (this.#prints++ < MOST_PRINTS) this.terminal.write(`${BEGIN}${this.#change()}${END}`);
    }
  }

  /** Leaves the picture where it is: what comes next begins below it. */
  leave(): void {
    if (this.#drawn.length) this.terminal.write("\r\n");
    this.#drawn = this.#wanted = [];
  }

  /** What turns the picture that is there into the one that is wanted; empty when it is that already. */
  #change(): string {
    const { columns, rows } = this.terminal.size();
    let text = columns === this.#columns || !this.#drawn.length ? "" : this.#erase();
    this.#columns = columns;
    // The end is worth more than the beginning: it says how far the run is, and what the keys do.
    const old = this.#drawn, lines = this.#wanted.slice(-Math.max(1, rows - 1)), last = lines.length - 1;
    if (!text && old.length === lines.length && lines.every((line, k) => line === old[k])) return "";
    text += toTop(old.length);
    lines.forEach((line, k) => {
      // The last one is written anyhow: the cursor is to stand at its end.
      if (line !== old[k] || k === last) text += `${line}\x1b[0m\x1b[K`;
      if (k < last) text += "\r\n";
    });
    if (old.length > lines.length) text += "\x1b[J";
    this.#drawn = lines;
    return text;
  }

  #erase(): string {
    if (!this.#drawn.length) return "";
    const { columns, rows } = this.terminal.size();
    const taken = columns < this.#columns
      ? rowsOfLines(this.#drawn, columns, this.terminal.reflows)
      : this.#drawn.length;
    this.#drawn = [];
    return `${toTop(Math.min(rows, taken))}\x1b[J`;
  }
}

/** From the last of some rows to the beginning of the first. */
function toTop(rows: number): string {
  return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
}
