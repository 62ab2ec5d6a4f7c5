import { assert } from "@std/assert";
import type { Layout } from "../src/core/layout.ts";
import { Frame } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { PYTHON } from "./python.ts";
import { channel, gridLayout, header, OUTCOME, point, POINTS, withFolder } from "./zarr_fixture.ts";

/** What all readers do: open the run anew, again and again, for some seconds; what they see must be true and only grow. */
const LOOP = `
import sys, json, time, warnings
warnings.simplefilter("error")
import numpy as np
path, group = sys.argv[1], sys.argv[2]
prefix = group + "/" if group else ""

def check(read):
    """quality is read first: what it calls good is there in all that is read after it."""
    good = np.asarray(read("quality")).ravel() == 1
    n = int(good.sum())
    assert good[:n].all(), "a hole"
    k = np.arange(n)
    assert (np.asarray(read("diode")).ravel()[:n] == k).all(), "diode"
    assert (np.asarray(read("flag")).ravel()[:n] == (k % 2 == 1)).all(), "flag"
    camera = np.asarray(read("camera"))
    assert (camera.reshape(-1, 40, 50)[:n] == (k % 65536)[:, None, None]).all(), "camera"
    wave = np.asarray(read("wave")).reshape(-1, 3)
    assert (wave[:n] == (k - 1j * k)[:, None]).all(), "wave"
    return n

def loop(once, seconds=6):
    sizes, end = [], time.time() + seconds
    while time.time() < end or len(sizes) < 10:
        sizes.append(once())
        assert len(sizes) < 2 or sizes[-1] >= sizes[-2], sizes[-2:]
    print(json.dumps(dict(opened=len(sizes), least=min(sizes), most=max(sizes))))
`;

const READERS = {
  xarray: `
import xarray as xr
def once():
    ds = xr.open_datatree(path, engine="zarr")["/" + group].to_dataset()
    for name in ("diode", "flag", "seq_num", "timestamp"):
        assert ds[name].shape == ds.quality.shape, name
    assert ds.camera.shape == ds.quality.shape + (40, 50)
    if group == "":
        assert list(ds.x.values) == [0.5 * k for k in range(ds.sizes["x"])]
    return check(lambda name: ds[name].values)
loop(once)`,
  "zarr-python": `
import zarr
def once():
    root = zarr.open_group(path, mode="r")
    return check(lambda name: root[prefix + name][...])
loop(once)`,
  tensorstore: `
import tensorstore as ts
def once():
    def read(name):
        store = {"driver": "file", "path": path + "/" + prefix + name}
        return ts.open({"driver": "zarr3", "kvstore": store}, read=True).result().read().result()
    return check(read)
loop(once)`,
};

const CASES: Record<string, { layout: Layout; group: string; index(k: number): number[] }> = {
  "a grid": { layout: gridLayout(["y", 400], ["x", 50]), group: "", index: (k) => [Math.floor(k / 50), k % 50] },
  "points that grow": { layout: { groups: [POINTS] }, group: "points", index: (k) => [k] },
};

for (const [name, { layout, group, index }] of Object.entries(CASES)) {
  Deno.test(`while ${name} with frames is written, xarray, zarr-python and tensorstore read nothing but the truth`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/live.zarr`, sink = zarrSink({ url: path, clock: hurried() });
      const channels = [
        channel("diode"),
        channel("flag", { dtype: "bool" }),
        channel("wave", { dtype: "complex64", shape: [3] }),
        channel("camera", { dtype: "uint16", shape: [40, 50] }),
      ];
      await sink.open(header(layout, channels));
      let running = 0;
      const readers = Object.values(READERS).map((program) => {
        running++;
        const args = ["-c", LOOP + program, path, group];
        return new Deno.Command(PYTHON, { args, stdout: "piped", stderr: "piped" }).output().finally(() => running--);
      });
      const camera = new Frame(new Uint16Array(2000), [40, 50]), wave = new Frame(new Float32Array(6), [3]);
      let k = 0;
      for (; running && k < 20_000; k++) {
        camera.data.fill(k as never);
        (wave.data as Float32Array).set([k, -k, k, -k, k, -k]);
        const reading = { diode: k, flag: k % 2, wave, camera };
        await sink.write(point(index(k), k, { setpoint: { x: k }, reading }));
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      const ended = await Promise.all(readers);
      await sink.close({ ...OUTCOME, points: k });
      ended.forEach(({ success, stdout, stderr }, r) => {
        assert(success, `${Object.keys(READERS)[r]}: ${new TextDecoder().decode(stderr)}`);
        const { opened, least, most } = JSON.parse(new TextDecoder().decode(stdout));
        assert(
          opened >= 10 && most > least,
          `${Object.keys(READERS)[r]} opened it ${opened} times, ${least} to ${most} points`,
        );
      });
      const { whole, points, findings } = await verifyRun(path);
      assert(whole && points === k, JSON.stringify(findings.slice(0, 3)));
      assert((await openRun(path)).attributes.exit_status === "success");
    }));
}

/** Publishes every 20 ms instead of every second, so that a reader meets many publications. */
function hurried() {
  return {
    nowMs: () => performance.now() * 1000,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
    timer: (_: number, callback: () => void) => {
      const handle = setTimeout(callback, 20);
      return () => clearTimeout(handle);
    },
  };
}
