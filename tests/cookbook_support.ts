import { join } from "@std/path";
import { type CheckReport, openRun, type RecordedRun, resume, scan } from "../mod.ts";
import { examineScan } from "../src/cli/examine_scan.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect } from "../src/hw/connect.ts";
import { deviceSpecs } from "../src/hw/device_specs.ts";
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

/** What `check` says of a scan, as `sonde check` asks it. */
export async function checkExample(file: ScanFile): Promise<CheckReport> {
  await using rig = await rigOf(file);
  return await examineScan(file, rig);
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
