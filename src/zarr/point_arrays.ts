import type { Dtype } from "../core/dtype.ts";
import type { ChannelInfo } from "../core/device.ts";
import type { LayoutCoordinate, LayoutGroup } from "../core/layout.ts";
import { QUALITY_CODE } from "../core/point.ts";
import type { RunHeader } from "../core/sink.ts";
import { type ArraySpec, type Attributes, type ElementType, fillOf, type Source } from "./array_spec.ts";
import { unitsAttribute } from "./units.ts";

/** A channel as far as storing it goes. */
export type NamedChannel = ChannelInfo & { readonly name: string; readonly device?: string };

/** The axes of a rig as far as storing them goes. */
export type AxisTable = RunHeader["axes"];

/** The fill value of times, which readers show as "not a time": −2⁶³. */
export const NOT_A_TIME: bigint = -(2n ** 63n);

/** The array of times of a stream; the index coordinate where the dimension has this name. */
export const STREAM_TIME = "time";

/** Detectors beyond this many share the last bit of `failed`. */
const MOST_BITS = 32;

/** What the points of a group hold; a channel that does not say its device is that of the run with its name. */
export function channelsOf(group: LayoutGroup, channels: readonly NamedChannel[]): readonly NamedChannel[] {
  return group.channels?.map((own) => ({ device: channels.find(({ name }) => name === own.name)?.device, ...own })) ??
    channels;
}

/** All arrays of a group that have an element, or a frame, for each point. */
export function pointArrays(context: GroupContext, channels: readonly NamedChannel[]): ArraySpec[] {
  const { group, scan, grows } = context;
  return [
    ...group.axes.flatMap((axis) => axisSpecs(axis, context)),
    ...(group.readbacks ?? []).map((axis) => axisSpecs(axis, context).at(-1)!),
    ...channels.map((channel) => readingSpec(channel, scan)),
    timestampSpec(scan),
    ...(group.stream ? [timeCoordinateSpec(scan)] : []),
    ...(grows && group.pass === undefined ? [passSpec(scan, [])] : []),
    ...(group.around ?? []).map((dimension, d) => aroundSpec(dimension, d, scan)),
    failedSpec(scan, channels),
    ...statusSpecs(scan),
  ];
}

/** The group that an axis is stored in. */
export interface GroupContext {
  readonly group: LayoutGroup;
  readonly scan: readonly string[];
  readonly grows: boolean;
  readonly axes: AxisTable;
}

/** Readbacks of an axis, and its setpoints where no coordinate along one dimension tells them. */
export function axisSpecs(axis: string, { group, scan, grows, axes }: GroupContext): ArraySpec[] {
  const along = group.dimensions.flatMap((dimension) => dimension.coordinates).find(({ name }) => name === axis);
  const { unit, longName, dtype } = axisTraits(axis, axes, along);
  const make = (name: string, source: Source, words: string): ArraySpec => ({
    name,
    source,
    dtype,
    dimensions: scan,
    frameShape: [],
    fill: fillOf(dtype),
    attributes: { units: unit, long_name: `${longName} ${words}` },
  });
  const readback = make(`${axis}_readback`, { kind: "readback", axis }, "readback");
  if (along) return [readback];
  const name = grows || scan.includes(axis) ? `${axis}_setpoint` : axis;
  return [make(name, { kind: "setpoint", axis }, "setpoint"), readback];
}

function axisTraits(axis: string, axes: AxisTable, along: LayoutCoordinate | undefined) {
  const info = axes.get(axis);
  const labels = along?.labels ?? info?.labels !== undefined;
  return {
    unit: labels ? "" : unitsAttribute(info?.unit ?? along?.unit ?? ""),
    longName: info?.longName ?? along?.longName ?? axis,
    dtype: (labels ? "string" : "float64") as ElementType,
  };
}

/** A reading over the scan dimensions, then its own (`camera_y`, `camera_x`). */
export function readingSpec(channel: NamedChannel, scan: readonly string[]): ArraySpec {
  const { dtype, pair, storedAs } = memoryOf(channel.dtype ?? "float64");
  return {
    name: channel.name,
    source: { kind: "reading", channel: channel.name },
    dtype,
    ...(storedAs ? { storedAs } : {}),
    dimensions: [...scan, ...frameDimensions(channel), ...(pair ? [`${channel.name} parts`] : [])],
    frameShape: [...channel.shape ?? [], ...(pair ? [2] : [])],
    fill: fillOf(dtype),
    attributes: {
      units: unitsAttribute(channel.unit),
      long_name: channel.longName ?? channel.name,
      ...(channel.expression === undefined ? {} : { expression: channel.expression }),
      ...(channel.cellMethods === undefined ? {} : { cell_methods: channel.cellMethods }),
    },
  };
}

/** How the writer holds a dtype for which there is no typed array: in numbers of the same bytes, complex ones in pairs. */
function memoryOf(dtype: Dtype): { readonly dtype: Dtype; readonly pair?: boolean; readonly storedAs?: Dtype } {
  if (dtype === "bool") return { dtype: "uint8", storedAs: dtype };
  if (dtype === "complex64") return { dtype: "float32", pair: true, storedAs: dtype };
  return dtype === "complex128" ? { dtype: "float64", pair: true, storedAs: dtype } : { dtype };
}

/** The names of a reading's own dimensions in the store. */
export function frameDimensions(channel: NamedChannel): string[] {
  const rank = channel.shape?.length ?? 0;
  const usual = rank <= 3 ? ["z", "y", "x"].slice(3 - rank) : Array.from({ length: rank }, (_, d) => `d${d}`);
  return (channel.dimensions ?? usual).map((name) => `${channel.name}_${name}`);
}

function timestampSpec(scan: readonly string[]): ArraySpec {
  return {
    name: "timestamp",
    source: { kind: "timestamp" },
    dtype: "int64",
    dimensions: scan,
    frameShape: [],
    fill: NOT_A_TIME,
    attributes: {
      units: "nanoseconds since 1970-01-01",
      calendar: "proleptic_gregorian",
      long_name: "time of the trigger",
    },
  };
}

/** Of a stream: its times as the coordinate along its dimension, so that readers can select by time. */
function timeCoordinateSpec(scan: readonly string[]): ArraySpec {
  return {
    ...timestampSpec(scan),
    name: STREAM_TIME,
    attributes: { ...timestampSpec(scan).attributes, long_name: "time" },
  };
}

/** Which pass each point belongs to; the meanings grow as passes appear. */
export function passSpec(scan: readonly string[], passes: readonly string[]): ArraySpec {
  return {
    name: "pass",
    source: { kind: "pass" },
    dtype: "int16",
    dimensions: scan,
    frameShape: [],
    fill: -1,
    attributes: { units: "1", long_name: "pass", ...flags(passes.map((_, k) => k), passes) },
  };
}

/** Where each point of a growing group stands along a loop around it. */
function aroundSpec(dimension: string, d: number, scan: readonly string[]): ArraySpec {
  return {
    name: `${dimension}_index`,
    source: { kind: "index", d },
    dtype: "int32",
    dimensions: scan,
    frameShape: [],
    fill: -1,
    attributes: { units: "1", long_name: `index along ${dimension}` },
  };
}

function failedSpec(scan: readonly string[], channels: readonly NamedChannel[]): ArraySpec {
  const names = channels.map((channel) => channel.name);
  const bits = names.length > MOST_BITS ? [...names.slice(0, MOST_BITS - 1), "others"] : names;
  const dtype = bits.length <= 8 ? "uint8" : bits.length <= 16 ? "uint16" : "uint32";
  const meanings = bits.length
    ? { flag_masks: bits.map((_, k) => 2 ** k), flag_meanings: bits.map(oneWord).join(" ") }
    : {};
  return {
    name: "failed",
    source: { kind: "failed" },
    dtype,
    dimensions: scan,
    frameShape: [],
    fill: 0,
    attributes: { units: "1", long_name: "detectors whose readings are missing", ...meanings },
  };
}

/** The bit of `failed` for each channel, and the bits of all its channels for each device. */
export function failedBits(channels: readonly NamedChannel[]): Map<string, number> {
  const bits = new Map<string, number>();
  channels.forEach(({ name, device }, k) => {
    const bit = 2 ** Math.min(k, MOST_BITS - 1);
    bits.set(name, bit);
    if (device !== undefined && device !== name) bits.set(device, ((bits.get(device) ?? 0) | bit) >>> 0);
  });
  return bits;
}

/** What appears only after all readings of a point. */
function statusSpecs(scan: readonly string[]): ArraySpec[] {
  const common = { dimensions: scan, frameShape: [] };
  const names = Object.keys(QUALITY_CODE);
  return [{
    ...common,
    name: "seq_num",
    source: { kind: "seqNum" },
    dtype: "int64",
    fill: -1n,
    attributes: { units: "1", long_name: "order of measurement" },
  }, {
    ...common,
    name: "quality",
    source: { kind: "quality" },
    dtype: "uint8",
    fill: QUALITY_CODE.unmeasured,
    attributes: { units: "1", long_name: "quality", ...flags(Object.values(QUALITY_CODE), names) },
  }];
}

function flags(codes: readonly number[], meanings: readonly string[]): Attributes {
  return codes.length ? { flag_values: codes, flag_meanings: meanings.map(oneWord).join(" ") } : {};
}

/** CF separates meanings by spaces. */
function oneWord(text: string): string {
  return text.trim().replace(/\s+/g, "_") || "_";
}
