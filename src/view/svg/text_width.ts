/** Advance widths of ASCII from the space on, in hundredths of the size: Helvetica's, with some reserve for wider fonts. */
const WIDTHS = [
  "28 28 36 56 56 89 67 19 33 33 39 58 28 33 28 28 56 56 56 56 56 56 56 56 56 56 28 28 58 58 58 56",
  "102 67 67 72 72 67 61 78 72 28 50 67 56 83 72 78 67 78 72 67 61 72 67 94 67 67 61 28 28 28 47 56",
  "33 56 56 50 56 56 28 56 56 22 22 50 22 83 56 56 56 56 33 50 28 56 50 72 50 50 50 33 26 33 58",
].join(" ").split(" ").map(Number);

const RESERVE = 1.12;

/** About how wide a line of text will be; rather too much than too little, for no font is at hand to ask. */
export function textWidth(text: string, size: number): number {
  let hundredths = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    hundredths += WIDTHS[code - 32] ?? (code >= 0x1100 ? 105 : code < 32 ? 0 : 62);
  }
  return hundredths / 100 * size * RESERVE;
}

/** The text, or as much of it as fits before an ellipsis. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const chars = [...text];
  while (chars.length && textWidth(chars.join("") + "…", size) > width) chars.pop();
  return chars.length ? chars.join("").trimEnd() + "…" : "";
}
