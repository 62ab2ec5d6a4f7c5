import { join } from "@std/path";
import { check, type CheckReport, openRun, type RecordedRun, resume, scan } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Reading, Readings, Setpoints } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect } from "../src/hw/connect.ts";
import { type DeviceEntry, deviceSpecs } from "../src/hw/device_specs.ts";
import { parseScanFile, type ScanFile } from "../src/scan/scan_file.ts";
import { ROOT } from "../tools/root.ts";
import { python } from "./python.ts";

/** The scan that an example's YAML describes. */
export async function readExample(name: string): Promise<ScanFile> {
  return parseScanFile(await Deno.readTextFile(join(ROOT, "examples", `${name}.yaml`)), `${name}.yaml`);
}

/** The rig of a scan on a clock of its own, so that a night takes as long as its arithmetic. */
export async function rigOf({ rig, seed }: ScanFile, clock: Clock = fakeClock()): Promise<Rig> {
  return await connect(deviceSpecs(rig!), { seed, clock }) as unknown as Rig;
}

/** A run of a scan on its rig, as `sonde run` makes it. */
export function runOf(file: ScanFile, rig: Rig, to: string): RecordedRun {
  const { plan, rig: devices, ...rest } = file;
  return scan(plan, { ...rest, rig, devices, read: file.read, to, quiet: true } as never);
}

/** Goes on with a run on a rig that has just been connected. */
export async function goOn(rig: Rig, to: string): Promise<void> {
  await (await resume(to, rig, { quiet: true })).done;
}

/** A twin of a simulated rig that answers at once: what `check` may rehearse a plan on. */
export interface Twin extends AsyncDisposable {
  /** What the detectors read at a setpoint. */
  respond(setpoint: Setpoints): Readings;
}

const SIMULATED = /^sim\.(?!sample$|instant$|counter$|constant$)/;

/** The twin of the rig of a scan: the same devices with the same seed, without time. */
export async function twinOf({ rig, seed }: ScanFile): Promise<Twin> {
  const instant = (entry: DeviceEntry) => SIMULATED.test(String(entry.driver)) ? { ...entry, instant: true } : entry;
  const entries = Object.entries(rig!).map(([name, entry]) => [name, instant(entry)] as const);
  const twin = await rigOf({ rig: Object.fromEntries(entries), seed } as ScanFile);
  const op = { signal: new AbortController().signal };
  return {
    respond(setpoint) {
      for (const [name, to] of Object.entries(setpoint)) void twin.axes.get(name)?.set(to, op);
      const reading: Record<string, Reading> = {};
      for (const [name, { detector }] of twin.devices) {
        if (!detector) continue;
        void detector.trigger?.(op);
        const seen = detector.read(op) as Reading | Record<string, Reading>;
        const single = "" in detector.channels;
        if (single) reading[name] = seen as Reading;
        else for (const [channel, one] of Object.entries(seen)) reading[`${name}.${channel}`] = one as Reading;
      }
      return reading;
    },
    [Symbol.asyncDispose]: () => twin[Symbol.asyncDispose](),
  };
}

/** What `check` says of a scan, rehearsed on the twin of its rig. */
export async function checkExample(file: ScanFile): Promise<CheckReport> {
  const { plan, rig: _, ...rest } = file;
  await using rig = await rigOf(file);
  await using twin = await twinOf(file);
  const respond = (setpoint: Setpoints) => twin.respond(setpoint);
  return await check(plan as Plan, rig, { ...rest, respond } as never);
}

/** Bytes of all arrays of a run before compression, its log left out. */
export async function bytesOf(place: string): Promise<number> {
  let sum = 0;
  for (const [name, array] of (await openRun(place)).arrays) {
    if (name.startsWith("log/")) continue;
    const { data } = await array.read();
    sum += ArrayBuffer.isView(data) ? data.byteLength : 0;
  }
  return sum;
}

/** What xarray sees of a run, warnings as errors. */
export interface Seen {
  /** Sizes of the dimensions of each group, by its path. */
  readonly dims: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Units by full name, as in `/pass_0/diode`. */
  readonly units: Readonly<Record<string, string>>;
  /** Numbers by full name, flat; of frames their `centre` along x in pixels, and their `sharpness`. */
  readonly values: Readonly<Record<string, readonly (number | string)[]>>;
  /** How often each quality stands in each group. */
  readonly good: Readonly<Record<string, number>>;
}

/** Opens a run as its users do: `xarray.open_datatree`, and `open_zarr` for its root. */
export function openInXarray(place: string): Promise<Seen> {
  return python<Seen>(
    `
import xarray as xr, numpy as np
tree = xr.open_datatree(data, engine="zarr")
xr.open_zarr(data)
dims, units, values, good = {}, {}, {}, {}
for node in tree.subtree:
    ds = node.to_dataset(inherit=False)
    path = node.path
    dims[path] = {str(k): int(v) for k, v in ds.sizes.items()}
    for name in ds.variables:
        full = path.rstrip("/") + "/" + str(name)
        v = ds[name]
        if "units" in v.attrs: units[full] = v.attrs["units"]
        if v.size > 20000:
            if name + "_y" in ds.sizes:
                a = v.values.astype(float)
                light = np.clip(a - 2500, 0, None).sum(axis=-2)
                with np.errstate(invalid="ignore"):
                    x = (light * np.arange(a.shape[-1])).sum(axis=-1) / light.sum(axis=-1)
                sharp = ((a[..., 2:] - a[..., :-2]) ** 2).mean(axis=(-1, -2)) / (a.mean(axis=(-1, -2)) - 100) ** 2
                values[full + " centre"] = [float(c) for c in x.ravel()]
                values[full + " sharpness"] = [float(c) for c in sharp.ravel()]
            continue
        a = v.values
        if a.dtype.kind in "mM": a = a.astype("int64") / 1e9
        if a.dtype.kind in "fiub": values[full] = [float(x) for x in a.ravel()]
        elif a.dtype.kind in "OUST": values[full] = [str(x) for x in a.ravel()]
    if "quality" in ds: good[path] = int((ds.quality.values == 1).sum())
print(json.dumps(dict(dims=dims, units=units, values=values, good=good)))`,
    place,
  );
}
