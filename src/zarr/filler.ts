import type { Point, Setpoint } from "../core/point.ts";
import type { ArraySpec } from "./array_spec.ts";
import type { ElementView } from "./column.ts";
import { writeInt64, writeNanoseconds } from "./write_int64.ts";

/** Writes what one array keeps of a point at its place among the elements of a chunk. */
export type Filler = (view: ElementView, offset: number, point: Point) => void;

/** What fillers look things up in. */
export interface FillerContext {
  /** Bits of `failed` by detector. */
  readonly failedBits: ReadonlyMap<string, number>;
  /** The code of a pass. */
  passCode(pass: string): number;
}

/** The filler of an array with one element a point. They are made once, so that a point costs only the copying. */
export function fillerOf(spec: ArraySpec, context: FillerContext): Filler {
  const { source, dtype } = spec;
  switch (source.kind) {
    case "setpoint":
    case "readback":
      return dtype === "string" ? labelFiller(source.kind, source.axis) : numberFiller(source.kind, source.axis);
    case "reading":
      if (spec.storedAs === "bool") return flagFiller(source.channel);
      return readingFiller(source.channel, dtype === "int64" || dtype === "uint64");
    case "timestamp":
      return (view, offset, point) => {
        if (Number.isFinite(point.timestampMs)) writeNanoseconds(view as Uint32Array, offset, point.timestampMs);
      };
    case "failed":
      return (view, offset, point) => {
        if (point.failed.length) (view as Uint32Array)[offset] = failedMask(point.failed, context.failedBits);
      };
    case "pass":
      return (view, offset, point) => {
        (view as Int16Array)[offset] = context.passCode(point.pass);
      };
    case "index":
      return (view, offset, point) => {
        (view as Int32Array)[offset] = point.index[source.d] ?? -1;
      };
    default:
      throw new TypeError(`${spec.name} is not filled from points directly`);
  }
}

function numberFiller(kind: "setpoint" | "readback", axis: string): Filler {
  return (view, offset, point) => {
    const entry = point[kind][axis] as Setpoint | undefined;
    if (typeof entry === "number") (view as Float64Array)[offset] = entry;
  };
}

function labelFiller(kind: "setpoint" | "readback", axis: string): Filler {
  return (view, offset, point) => {
    const entry = point[kind][axis] as Setpoint | undefined;
    if (entry !== undefined) (view as string[])[offset] = String(entry);
  };
}

/** A failed reading is NaN, which integer arrays hold as their fill value, 0. */
function readingFiller(channel: string, wide: boolean): Filler {
  if (wide) {
    return (view, offset, point) => {
      const reading = point.reading[channel];
      if (typeof reading === "number") writeInt64(view as Uint32Array, offset, Math.trunc(reading));
    };
  }
  return (view, offset, point) => {
    const reading = point.reading[channel];
    if (typeof reading === "number") (view as Float64Array)[offset] = reading;
  };
}

/** Anything but 0 and NaN is true. */
function flagFiller(channel: string): Filler {
  return (view, offset, point) => {
    if (point.reading[channel]) (view as Uint8Array)[offset] = 1;
  };
}

function failedMask(failed: readonly string[], bits: ReadonlyMap<string, number>): number {
  let mask = 0;
  for (const detector of failed) mask |= bits.get(detector) ?? 0;
  return mask >>> 0;
}
