import { isFloat, itemBytes, type NumericArray } from "../../core/dtype.ts";
import { show } from "../../core/errors.ts";
import { ReplyError } from "./reply_buffer.ts";
import type { ScpiDtype } from "./scpi_table.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** How SCPI 1999.0 (volume 1, 7.2.1.4 and 7.2.1.5) writes what is no number. */
const NOT_A_NUMBER = 9.91e37, INFINITE = 9.9e37;

/**
 * A number as instruments write it: `+1.234000E-03`, `5`, `.5`; NaN and ±Infinity as SCPI writes them, as `9.91E37` and
 * `±9.9E37`, or by name.
 *
 * @throws ReplyError for anything else
 */
export function parseNumber(text: string): number {
  const plain = text.trim();
  if (/^[+-]?nan$/i.test(plain)) return NaN;
  if (/^[+-]?inf(inity)?$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  if (!NUMBER.test(plain)) throw new ReplyError(`${show(plain)} is no number`);
  const number = Number(plain);
  if (number === NOT_A_NUMBER) return NaN;
  return Math.abs(number) === INFINITE ? Math.sign(number) * Infinity : number;
}

/**
 * Numbers with commas (or blanks) between them, into `target`.
 *
 * @throws ReplyError when one is no number, does not fit, or when there are more or fewer
 */
export function parseNumbers(text: string, dtype: ScpiDtype, target: NumericArray): void {
  const parts = text.trim().split(/\s*,\s*|\s+/);
  if (parts.length !== target.length) {
    throw new ReplyError(`${parts.length} numbers in ${show(text.slice(0, 60))}; expected: ${target.length}`);
  }
  for (let i = 0; i < parts.length; i++) target[i] = isFloat(dtype) ? parseNumber(parts[i]) : whole(parts[i], dtype);
  for (let i = 0; i < parts.length && !isFloat(dtype); i++) {
    // A typed array wraps what is too large for it.
    if (BigInt(target[i]) !== BigInt(whole(parts[i], dtype))) throw new ReplyError(`${parts[i]} does not fit ${dtype}`);
  }
}

/** 64-bit numbers exactly, also those beyond 2⁵³; others may be written with an exponent. */
function whole(text: string, dtype: ScpiDtype): number | bigint {
  if (/^[+-]?\d+$/.test(text) && dtype.endsWith("64")) return BigInt(text.replace("+", ""));
  const number = parseNumber(text);
  if (!Number.isInteger(number)) throw new ReplyError(`${text} is not a whole number, as ${dtype} wants it`);
  return dtype.endsWith("64") ? BigInt(number) : number;
}

const NATIVE_ORDER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/** The bytes of a block, as many as `target` has, into `target`; turned round where its order is not this computer's. */
export function copyBlock(
  bytes: Uint8Array,
  dtype: ScpiDtype,
  byteOrder: "big" | "little",
  target: NumericArray,
): void {
  const size = itemBytes(dtype), own = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  if (size === 1 || byteOrder === NATIVE_ORDER) return own.set(bytes);
  for (let i = 0; i < own.length; i += size) {
    for (let k = 0; k < size; k++) own[i + k] = bytes[i + size - 1 - k];
  }
}
