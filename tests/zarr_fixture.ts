import { assertEquals } from "@std/assert";
import type { Layout, LayoutGroup } from "../src/core/layout.ts";
import { Frame, type Point, QUALITY_CODE, type Reading, type Setpoint } from "../src/core/point.ts";
import type { RigChannel } from "../src/core/rig.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../src/core/sink.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { python } from "./python.ts";

/** A channel of a made-up rig. */
export function channel(name: string, info: Partial<RigChannel> = {}): RigChannel {
  return { name, device: name, channel: "", unit: "V", ...info };
}

/** A dimension with a coordinate of its own name, in steps of a half. */
export function dimension(name: string, size: number, unit = "mm") {
  return { name, size, coordinates: [{ name, unit, at: (i: number) => i * 0.5 }] };
}

/** One grid in the root group. */
export function gridLayout(...extents: [string, number][]): Layout {
  const dimensions = extents.map(([name, size]) => dimension(name, size));
  return { groups: [{ path: "", dimensions, axes: extents.map(([name]) => name) }] };
}

/** A group that grows. */
export const POINTS: LayoutGroup = { path: "points", dimensions: [{ name: "point", coordinates: [] }], axes: ["x"] };

export function header(layout: Layout, channels: RigChannel[], more: Partial<RunHeader> = {}): RunHeader {
  return {
    experimentId: "4b825dc6-42cb-4eb9-9a6e-5f1d1cbe4f0a",
    name: "map",
    sample: "neon",
    operator: "someone",
    notes: "first light",
    createdAt: "2026-01-31T12:00:00.000Z",
    sondeVersion: "0.1.0",
    plan: { kind: "nest", plans: [] },
    layout,
    axes: new Map(),
    channels,
    devices: { x: { unit: "mm", limits: [-5, 5] } },
    seed: 1,
    host: "lab",
    estimate: { timeMs: 1000, bytes: 2000 },
    origin: {},
    ...more,
  };
}

export const OUTCOME: Outcome = {
  status: "success",
  reason: "",
  endedAt: "2026-01-31T12:01:00.000Z",
  points: 0,
  actual: { timeMs: 60000, bytes: 12345 },
};

/** A good point; the readback is a little off the setpoint. */
export function point(index: number[], seqNum: number, more: Partial<Point> = {}): Point {
  const setpoint = more.setpoint ?? {};
  const off = (entry: Setpoint) => typeof entry === "number" ? entry + 0.001 : entry;
  return {
    pass: "pass_0",
    index,
    setpoint,
    readback: Object.fromEntries(Object.entries(setpoint).map(([axis, entry]) => [axis, off(entry)])),
    reading: {},
    timestampMs: 1_769_860_800_000.125 + seqNum * 1.25,
    seqNum,
    quality: "good",
    failed: [],
    ...more,
  };
}

/** Every index of a grid in C order. */
export function indices(shape: number[]): number[][] {
  let all: number[][] = [[]];
  for (const extent of shape) all = all.flatMap((head) => Array.from({ length: extent }, (_, k) => [...head, k]));
  return all;
}

export async function record(
  sink: Sink,
  head: RunHeader,
  points: Iterable<Point>,
  log: LogEntry[] = [],
): Promise<void> {
  await sink.open(head);
  for (const each of points) await sink.write(each);
  for (const entry of log) await sink.log(entry);
  await sink.close({ ...OUTCOME, points: [...points].length });
}

/** What a reader found: elements in C order, 64-bit integers as text. */
export interface Found {
  dtype: string;
  shape: number[];
  dimensions: string[];
  attributes: Record<string, unknown>;
  elements: unknown[];
}

/**
 * Reads a store with zarr-python, tensorstore and xarray (warnings are errors), which must all find the same, and gives it.
 */
export function readEverywhere(path: string): Promise<Record<string, Found>> {
  return python<Record<string, Found>>(
    `
import numpy as np, zarr, xarray as xr, tensorstore as ts
def plain(a):
    a = np.asarray(a)
    if a.dtype.kind in "iu" and a.dtype.itemsize == 8: return [str(v) for v in a.ravel().tolist()]
    if a.dtype.kind in "fiu": return [v for v in a.ravel().tolist()]
    return [str(v) for v in a.ravel().tolist()]
def walk(group, prefix=""):
    for name, node in group.members():
        if isinstance(node, zarr.Group): yield from walk(node, prefix + name + "/")
        else: yield prefix + name, node
def same(a, b, where):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (where, a.shape, b.shape)
    equal = (a == b) | ((a != a) & (b != b))
    assert np.all(equal), (where, a, b)
listed = dict(walk(zarr.open_group(data, mode="r", use_consolidated=False)))
root = zarr.open_group(data, mode="r", use_consolidated=True)
tree = xr.open_datatree(data, engine="zarr")
flat = xr.open_zarr(data)
assert set(flat.variables) == {k for k in listed if "/" not in k}
out = {}
for path, array in listed.items():
    values = array[...]
    same(values, root[path][...], path)
    group, _, name = path.rpartition("/")
    variable = tree["/" + group].to_dataset().variables[name]
    assert list(variable.dims) == list(array.metadata.dimension_names), path
    if variable.dtype.kind == "M": same(values, variable.values.astype("datetime64[ns]").astype("int64"), path)
    else: same(values, variable.values, path)
    if array.dtype.kind in "fiu":
        spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": data + "/" + path}}
        same(values, ts.open(spec).result().read().result(), path)
    out[path] = dict(dtype=str(array.metadata.data_type.to_json(zarr_format=3)), shape=list(array.shape),
        dimensions=list(array.metadata.dimension_names), attributes=dict(array.attrs), elements=plain(values))
    assert "units" in array.attrs and "long_name" in array.attrs, path
print(json.dumps(out))
`,
    path,
  );
}

/** What Sonde's own reader, on zarrita, finds. */
export async function readOurselves(path: string): Promise<Record<string, Found>> {
  const run = await openRun(path), found: Record<string, Found> = {};
  for (const [name, array] of run.arrays) {
    const { data, shape } = await array.read();
    assertEquals(shape, array.shape);
    const elements = Array.from(data as ArrayLike<unknown>, (v) => typeof v === "bigint" ? String(v) : v);
    found[name] = {
      dtype: array.dtype,
      shape: [...shape],
      dimensions: [...array.dimensions],
      attributes: { ...array.attributes },
      elements,
    };
  }
  return found;
}

/** Reads a store with all readers, which must agree. */
export async function readAll(path: string): Promise<Record<string, Found>> {
  const theirs = await readEverywhere(path), ours = await readOurselves(path);
  assertEquals(Object.keys(ours).sort(), Object.keys(theirs).sort());
  for (const [name, found] of Object.entries(theirs)) assertEquals(ours[name], found, name);
  return theirs;
}

/** Nanoseconds of a time in ms, exactly, by big integers. */
export function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
}

/** What a fixed grid in `group` must hold, worked out without chunks: elements by array, scalars and frames alike. */
export function gridModel(group: LayoutGroup, channels: RigChannel[], points: Point[]): Record<string, unknown[]> {
  const shape = group.dimensions.map(({ size }) => size!);
  const total = shape.reduce((a, b) => a * b, 1);
  const arrays: Record<string, unknown[]> = {
    timestamp: new Array(total).fill(String(-(2n ** 63n))),
    seq_num: new Array(total).fill("-1"),
    quality: new Array(total).fill(0),
    failed: new Array(total).fill(0),
  };
  for (const axis of group.axes) arrays[`${axis}_readback`] = new Array(total).fill(NaN);
  const size = (c: RigChannel) => (c.shape ?? []).reduce((a, b) => a * b, 1);
  for (const c of channels) arrays[c.name] = new Array(total * size(c)).fill(emptyElement(c.dtype));
  for (const p of points) {
    const at = p.index.reduce((sum, k, d) => sum * shape[d] + k, 0);
    arrays.quality[at] = QUALITY_CODE[p.quality];
    if (p.quality === "skipped") continue;
    arrays.seq_num[at] = String(p.seqNum);
    arrays.timestamp[at] = nanoseconds(p.timestampMs);
    arrays.failed[at] = p.failed.reduce((mask, name) => mask | 2 ** channels.findIndex((c) => c.name === name), 0);
    for (const axis of group.axes) {
      if (typeof p.readback[axis] === "string") arrays[`${axis}_readback`] = textual(arrays[`${axis}_readback`]);
      arrays[`${axis}_readback`][at] = p.readback[axis];
    }
    for (const c of channels) putReading(arrays[c.name], at * size(c), p.reading[c.name], c.dtype);
  }
  return arrays;
}

function textual(elements: unknown[]): unknown[] {
  return elements.map((v) => typeof v === "string" ? v : "");
}

function emptyElement(dtype = "float64"): unknown {
  return dtype.startsWith("float") ? NaN : dtype.endsWith("int64") ? "0" : 0;
}

function putReading(into: unknown[], at: number, reading: Reading | undefined, dtype = "float64"): void {
  if (reading === undefined) return;
  const wide = (v: unknown) => dtype.endsWith("int64") ? String(v) : v;
  if (reading instanceof Frame) reading.data.forEach((v: number | bigint, k: number) => into[at + k] = wide(v));
  else if (!Number.isNaN(reading) || dtype.startsWith("float")) into[at] = wide(reading);
}

/** Compares what was read with a model. */
export function assertModel(found: Record<string, Found>, model: Record<string, unknown[]>, prefix = ""): void {
  for (const [name, elements] of Object.entries(model)) {
    assertEquals(found[prefix + name]?.elements, elements, prefix + name);
  }
}

/** A folder that is gone after the test. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sonde é " });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** All files below a folder, as paths within it. */
export async function filesIn(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(`${folder}/${prefix}`)) {
    const path = prefix + entry.name;
    files.push(...(entry.isDirectory ? await filesIn(folder, `${path}/`) : [path]));
  }
  return files.sort();
}
