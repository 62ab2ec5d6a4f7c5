import { type Dtype, makeArray, type NumericArray } from "../core/dtype.ts";
import { Frame, type Point, type Reading } from "../core/point.ts";

/** A point in a journal, and where it belongs. */
export interface JournalRecord {
  /** The run that it is of. */
  readonly experimentId: string;
  /** The path of the group that stores it, `""` for the root. */
  readonly group: string;
  /** Its number in order of arrival within that group, from 0. */
  readonly order: number;
  /** Whole, frames included. */
  readonly point: Point;
}

/** A frame as the text of a record tells of it: its elements stand after the text. */
interface FrameEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Numbers in its memory: more than its shape says where they are complex. */
  readonly length: number;
  /** From the end of the text, bytes. */
  readonly offset: number;
}

/**
 * A record as bytes: the length of a JSON text (32 bits, little-endian), the text, then the elements of the frames. It is
 * a copy of all that the point holds.
 */
export function encodeRecord({ point, ...where }: JournalRecord): Uint8Array {
  const frames: Frame[] = [], reading: Record<string, number | FrameEntry> = {};
  let offset = 0;
  for (const [name, read] of Object.entries(point.reading)) {
    if (!(read instanceof Frame)) reading[name] = read;
    else {
      reading[name] = { dtype: dtypeOf(read.data), shape: read.shape, length: read.data.length, offset };
      offset += read.data.byteLength;
      frames.push(read);
    }
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...where, point: { ...point, reading } }, exactly));
  const bytes = new Uint8Array(4 + text.length + offset);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const { data } of frames) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** What `encodeRecord` was given. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), from = 4 + length;
  const text = new TextDecoder().decode(bytes.subarray(4, from));
  const { point, ...where } = JSON.parse(text, backAgain) as JournalRecord;
  const reading: Record<string, Reading> = {};
  for (const [name, read] of Object.entries(point.reading as unknown as Record<string, number | FrameEntry>)) {
    reading[name] = typeof read === "number" ? read : frameOf(bytes.subarray(from + read.offset), read);
  }
  return { ...where, point: { ...point, reading } };
}

/** In memory of its own, because elements must be aligned. */
function frameOf(bytes: Uint8Array, { dtype, shape, length }: FrameEntry): Frame {
  const data = makeArray(dtype, length);
  new Uint8Array(data.buffer).set(bytes.subarray(0, data.byteLength));
  return new Frame(data, shape);
}

/** `Uint16Array` → `uint16`, `BigInt64Array` → `int64`. */
function dtypeOf(data: NumericArray): Dtype {
  return data.constructor.name.replace(/^Big/, "").replace(/Array$/, "").toLowerCase() as Dtype;
}

/** JSON has no NaN, infinities or negative zero. */
function exactly(_: string, entry: unknown): unknown {
  if (typeof entry !== "number" || Number.isFinite(entry) && !Object.is(entry, -0)) return entry;
  return { $number: Object.is(entry, -0) ? "-0" : String(entry) };
}

function backAgain(_: string, entry: unknown): unknown {
  const text = (entry as { $number?: unknown } | null)?.$number;
  return typeof text === "string" ? Number(text) : entry;
}
