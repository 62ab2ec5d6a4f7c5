/** Bits sorted in one pass: 6 passes for 64 bits, with counters that stay in the first-level cache. */
const DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS;

/**
 * The order that sorts `keys` ascending; equal keys (0 and −0 are equal) stay in the order in which they came.
 * Keys must not be NaN.
 *
 * A radix sort on the bits of the floats, least significant digit first, after flipping them so that they compare as
 * unsigned integers (Herf, "Radix Tricks", 2001). It is several times faster than a sort with a comparison function
 * and skips digits that all keys share, as the low ones of small integers.
 */
export function argsort(keys: Float64Array): Int32Array {
  const { high, low } = sortableBits(keys);
  let order = new Int32Array(keys.length), next = new Int32Array(keys.length);
  for (let k = 0; k < order.length; k++) order[k] = k;
  for (let shift = 0; shift < 64; shift += DIGIT_BITS) {
    const digit = digitsAt(high, low, shift), starts = digitStarts(digit);
    if (!starts) continue;
    for (let k = 0; k < order.length; k++) next[starts[digit[order[k]]]++] = order[k];
    [order, next] = [next, order];
  }
  return order;
}

/** The upper and lower 32 bits of each key, flipped so that their order as integers is that of the keys. */
function sortableBits(keys: Float64Array): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(keys.length), low = new Uint32Array(keys.length);
  const key = new Float64Array(1), words = new Uint32Array(key.buffer), upper = LITTLE_ENDIAN ? 1 : 0;
  for (let k = 0; k < keys.length; k++) {
    key[0] = keys[k] + 0; // −0 becomes 0
    const negative = words[upper] >> 31;
    high[k] = words[upper] ^ (negative | 0x80000000);
    low[k] = words[1 - upper] ^ negative;
  }
  return { high, low };
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The digit of each key that begins at bit `shift`. */
function digitsAt(high: Uint32Array, low: Uint32Array, shift: number): Uint16Array {
  const digit = new Uint16Array(high.length), mask = DIGITS - 1;
  for (let k = 0; k < digit.length; k++) {
    if (shift >= 32) digit[k] = (high[k] >>> (shift - 32)) & mask;
    else digit[k] = ((low[k] >>> shift) | (shift > 32 - DIGIT_BITS ? high[k] << (32 - shift) : 0)) & mask;
  }
  return digit;
}

/** Where the keys of each digit begin in the sorted order; undefined when all share one. */
function digitStarts(digit: Uint16Array): Int32Array | undefined {
  const starts = new Int32Array(DIGITS);
  for (let k = 0; k < digit.length; k++) starts[digit[k]]++;
  if (!digit.length || starts[digit[0]] === digit.length) return undefined;
  let sum = 0;
  for (let d = 0; d < DIGITS; d++) {
    const count = starts[d];
    starts[d] = sum;
    sum += count;
  }
  return starts;
}
