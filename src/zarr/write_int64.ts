/** 2³². */
const WORD = 4294967296;
/** Nanoseconds in a millisecond. */
const NS = 1_000_000;

/**
 * Writes an integer as element `at` of a 64-bit array seen as 32-bit words, low word first; no BigInt is made.
 *
 * @param n exact below 2⁵³; what is no number becomes 0
 */
export function writeInt64(words: Uint32Array, at: number, n: number): void {
  const high = Math.floor(n / WORD);
  words[2 * at] = n - high * WORD;
  words[2 * at + 1] = high;
}

/**
 * Writes milliseconds as nanoseconds, as exactly as the double says: today its steps are 244 ns.
 *
 * The product is cut at 2²⁰, so that every part of it stays below 2⁵³.
 */
export function writeNanoseconds(words: Uint32Array, at: number, ms: number): void {
  const whole = Math.floor(ms);
  const upper = Math.floor(whole / 1048576);
  const lower = (whole - upper * 1048576) * NS + Math.round((ms - whole) * NS);
  const millions = upper * NS;
  const rest = Math.floor(millions / 4096);
  const low = (millions - rest * 4096) * 1048576 + lower;
  const carry = Math.floor(low / WORD);
  words[2 * at] = low - carry * WORD;
  words[2 * at + 1] = rest + carry;
}
