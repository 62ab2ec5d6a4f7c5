/** Edits (insert, delete, replace, swap of neighbours) between two words: the Damerau–Levenshtein distance, case folded. */
function edits(a: string, b: string): number {
  const s = a.toLowerCase(), t = b.toLowerCase();
  const rows = Array.from({ length: s.length + 1 }, (_, i) => [i, ...new Array<number>(t.length).fill(0)]);
  for (let j = 0; j <= t.length; j++) rows[0][j] = j;
  for (let i = 1; i <= s.length; i++) {
    for (let j = 1; j <= t.length; j++) {
      const same = s[i - 1] === t[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[s.length][t.length];
}

/**
 * The allowed word nearest to a misspelt one, or undefined when none is near (more than a third of the letters differ).
 *
 * @example
 * ```ts
 * import { nearest } from "./nearest.ts";
 * console.assert(nearest("wavelenght", ["x", "wavelength"]) === "wavelength");
 * ```
 */
export function nearest(word: string, allowed: Iterable<string>): string | undefined {
  let best: string | undefined, least = Infinity;
  for (const candidate of allowed) {
    const distance = edits(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best !== undefined && least <= Math.max(1, Math.ceil(Math.max(word.length, best.length) / 3))
    ? best
    : undefined;
}

/** The end of a sentence about an unknown word: `did you mean "x"? Allowed: x, y`. */
export function didYouMean(word: string, allowed: Iterable<string>): string {
  const list = [...allowed], near = nearest(word, list);
  const known = list.length ? `allowed: ${list.join(", ")}` : "there are none";
  return near === undefined ? known : `did you mean "${near}"? ${known[0].toUpperCase()}${known.slice(1)}`;
}
