import type { Rgb } from "../palette.ts";

/** How colours are written: not at all, as one of 256, or as 24 bits. */
export type Colour = "none" | "256" | "24bit";

interface Cell {
  /** Empty for the right half of a wide character. */
  char: string;
  fg?: Rgb;
  bg?: Rgb;
}

// Scripts whose characters take two cells (East Asian Width W and F), near enough.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
// Most labels are made of these alone: each is a grapheme of one cell, and finding that out takes a tenth of the time.
const SIMPLE = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2013\u2014\u2026\u2190-\u2193\u2212\u2500-\u259f\u2800-\u28ff]*$/;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Characters as a terminal shows them: one entry a cell, control characters (and so escape sequences) left out. */
export function toCells(text: string): string[] {
  if (SIMPLE.test(text)) return text.split("");
  // deno-lint-ignore no-control-regex
  const shown = text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/g, "");
  return [...GRAPHEMES.segment(shown)].flatMap(({ segment }) => WIDE.test(segment) ? [segment, ""] : [segment]);
}

/** How many cells a text takes. */
export function cellWidth(text: string): number {
  return toCells(text).length;
}

/** A rectangle of characters with colours. What is written outside of it is lost. */
export class Canvas {
  readonly #cells: Cell[][];

  /** All blank. */
  constructor(readonly width: number, readonly height: number) {
    this.#cells = Array.from({ length: height }, () => Array.from({ length: width }, () => ({ char: " " })));
  }

  /** Sets one cell. */
  set(x: number, y: number, char: string, fg?: Rgb, bg?: Rgb): void {
    const row = this.#cells[y];
    if (!row || !(x >= 0 && x < this.width)) return;
    // Half of a wide character that is written over leaves a blank, or the line would grow or shrink.
    if (row[x].char === "" && char !== "" && x > 0) row[x - 1].char = " ";
    if (row[x + 1]?.char === "") row[x + 1].char = " ";
    row[x] = { char, fg, bg };
  }

  /** Puts a character into one cell and leaves the ground there as it is. */
  put(x: number, y: number, char: string, fg?: Rgb): void {
    this.set(x, y, char, fg, this.#cells[y]?.[x]?.bg);
  }

  /** Writes a line of text from a cell on; what does not fit into `room` cells ends with an ellipsis. */
  write(x: number, y: number, text: string, fg?: Rgb, room: number = this.width - x): void {
    let cells = toCells(text);
    if (cells.length > room) cells = [...cells.slice(0, Math.max(0, room - 1)), "…"].slice(0, Math.max(0, room));
    // A wide character cut in half would shift the rest of its line.
    const cut = cells.at(-1) === "…" && cells.at(-2) && WIDE.test(cells.at(-2)!);
    if (cut) cells[cells.length - 2] = " ";
    cells.forEach((char, k) => this.set(x + k, y, char, fg));
  }

  /** All lines, without blanks at their ends. */
  toString(colour: Colour): string {
    return this.#cells.map((row) => colour === "none" ? plain(row) : coloured(row, colour)).join("\n");
  }
}

function plain(row: readonly Cell[]): string {
  return row.map((cell) => cell.char).join("").trimEnd();
}

function coloured(row: readonly Cell[], colour: "256" | "24bit"): string {
  let line = "", fg = "", bg = "";
  const end = row.findLastIndex((cell) => cell.char !== " " || cell.bg) + 1;
  for (const cell of row.slice(0, end)) {
    const newFg = cell.fg ? code(cell.fg, 38, colour) : "39", newBg = cell.bg ? code(cell.bg, 48, colour) : "49";
    const changes = [newFg !== (fg || "39") && newFg, newBg !== (bg || "49") && newBg].filter(Boolean);
    if (changes.length) line += `\x1b[${changes.join(";")}m`;
    [fg, bg] = [newFg, newBg];
    line += cell.char;
  }
  return (fg && fg !== "39") || (bg && bg !== "49") ? line + "\x1b[0m" : line;
}

function code(rgb: Rgb, kind: 38 | 48, colour: "256" | "24bit"): string {
  return colour === "24bit" ? `${kind};2;${rgb.join(";")}` : `${kind};5;${nearest256(rgb)}`;
}

/** The nearest of the 216 colours of the cube and the 24 greys. */
function nearest256(rgb: Rgb): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = rgb.map((part) =>
    levels.reduce((best, level, i) => Math.abs(level - part) < Math.abs(levels[best] - part) ? i : best, 0)
  );
  const grey = Math.max(0, Math.min(23, Math.round(((rgb[0] + rgb[1] + rgb[2]) / 3 - 8) / 10)));
  const distance = (other: readonly number[]) => other.reduce((sum, part, k) => sum + (part - rgb[k]) ** 2, 0);
  const greyLevel = 8 + 10 * grey;
  return distance(cube.map((k) => levels[k])) <= distance([greyLevel, greyLevel, greyLevel])
    ? 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    : 232 + grey;
}
