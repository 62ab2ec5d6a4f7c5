import { cellWidth, toCells } from "../../view/terminal/canvas.ts";

/**
 * A text in rows of at most `width` cells, broken between words where that can be.
 *
 * @param separator what stands between words; a blank when left out
 *
 * @example
 * ```ts
 * import { wrapWords } from "./wrap_words.ts";
 * console.assert(wrapWords("a peak at 640.22 nm", 10).join("|") === "a peak at|640.22 nm");
 * console.assert(wrapWords("wavelength", 4).join("|") === "wave|leng|th");
 * ```
 */
export function wrapWords(text: string, width: number, separator: string = " "): string[] {
  const rows: string[] = [];
  for (const word of text.split(separator)) {
    const longer = rows.length ? `${rows.at(-1)}${separator}${word}` : word;
    if (cellWidth(longer) <= width) rows.splice(-1, 1, longer);
    else rows.push(...pieces(word, width));
  }
  return rows;
}

/** A word in pieces that fit; a wide character is never cut in half. */
function pieces(word: string, width: number): string[] {
  const rows = [""];
  let taken = 0;
  const cells = toCells(word);
  cells.forEach((char, k) => {
    if (char === "") return;
    const size = cells[k + 1] === "" ? 2 : 1;
    if (taken + size > width && rows.at(-1)) {
      rows.push("");
      taken = 0;
    }
    rows[rows.length - 1] += char;
    taken += size;
  });
  return rows;
}
