import { assert, assertEquals } from "@std/assert";
import { fakeClock } from "../src/core/fake_clock.ts";
import { Frame } from "../src/core/point.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key } from "../src/zarr/stores/store.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { PYTHON } from "./python.ts";
import { channel, header, OUTCOME, point, POINTS, withFolder } from "./zarr_fixture.ts";

/** Reads a growing group in a loop with one library, and says how often, and how many points it saw first and last. */
const READERS: Record<string, string> = {
  "zarr-python, by the root": `
def look(path):
    points = zarr.open_group(path, mode="r")["points"]
    return {name: array[...] for name, array in points.arrays()}
`,
  "zarr-python, array by array": `
def look(path):
    points = zarr.open_group(path + "/points", mode="r", use_consolidated=False)
    # Asked one after the other, while the run goes on: status first, for what it promises is there.
    return {name: points[name][...] for name in ["quality", "seq_num", "timestamp", "x_setpoint", "diode", "camera"]}
`,
  "tensorstore": `
import tensorstore as ts
def look(path):
    def read(name):
        spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": path + "/points/" + name}}
        return np.asarray(ts.open(spec).result().read().result())
    return {name: read(name) for name in ["quality", "seq_num", "timestamp", "x_setpoint", "diode", "camera"]}
`,
  "xarray": `
import xarray as xr
def look(path):
    ds = xr.open_zarr(path, group="points").compute()
    assert set(ds.coords) == {"x_setpoint"}, ds.coords
    found = {name: ds[name].values for name in ds.variables}
    found["timestamp"] = found["timestamp"].astype("datetime64[ns]").astype("int64")
    return found
`,
};

/** What every one of them must find: no less in any array than what \`quality\` promises, and the right elements. */
const WATCH = (look: string) => `
import sys, json, time, warnings
warnings.simplefilter("error")
import numpy as np, zarr
${look}
sizes, end = [], time.time() + 60
while time.time() < end and not (len(sizes) >= 15 and sizes[-1] > sizes[0]):
    found = look(sys.argv[1])
    n = len(found["quality"])
    k = np.arange(n)
    for name, elements in found.items(): assert len(elements) >= n, (name, len(elements), n)
    assert (found["quality"] == 1).all() and (found["seq_num"][:n] == k).all()
    assert (found["x_setpoint"][:n] == k).all() and (found["diode"][:n] == k).all()
    assert (found["camera"][:n] == k[:, None, None]).all()
    assert (found["timestamp"][:n] > 0).all()
    assert not sizes or n >= sizes[-1], (sizes, n)
    sizes.append(n)
assert sizes[-1] > sizes[0], sizes
print(json.dumps(len(sizes)))
`;

for (const [name, look] of Object.entries(READERS)) {
  Deno.test(`data and coordinates of a run that grows grow together for a reader (${name})`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/growing.zarr`, sink = zarrSink({ url: path });
      const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: [30, 40] })];
      await sink.open(header({ groups: [POINTS] }, channels));
      let written = 0;
      const write = async () => {
        const camera = new Frame(new Uint16Array(1200).fill(written), [30, 40]);
        await sink.write(point([written], written, { setpoint: { x: written }, reading: { diode: written, camera } }));
        written++;
      };
      for (let k = 0; k < 50; k++) await write();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      const child = new Deno.Command(PYTHON, { args: ["-c", WATCH(look), path], stdout: "piped", stderr: "piped" });
      let done = false;
      const output = child.output().finally(() => done = true);
      while (!done && written < 6e4) {
        await write();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const { success, stderr } = await output;
      await sink.close(OUTCOME);
      assert(success, new TextDecoder().decode(stderr));
    }));
}

Deno.test("an array that says that points are there is never longer than those that hold them", async () => {
  const store = new Lengths(), clock = fakeClock();
  const sink = zarrSink({ store, clock }), channels = [channel("diode"), channel("camera", { shape: [2, 2] })];
  await sink.open(header({ groups: [POINTS] }, channels));
  for (let k = 0; k < 40; k++) {
    const camera = new Frame(new Float64Array(4), [2, 2]);
    await sink.write(point([k], k, { setpoint: { x: k }, reading: { diode: k, camera } }));
    await clock.sleep(700);
  }
  await sink.close(OUTCOME);
  assertEquals([store.of.get("/points/quality"), store.of.get("/points/camera")], [40, 40]);
  assert(store.growths > 2, `it grew ${store.growths} times`);
});

/** A store that looks, at every publication of metadata, how long the arrays of a group are for a reader. */
class Lengths extends MemoryStore {
  readonly of = new Map<string, number>();
  growths = 0;
  override async set(key: Key, bytes: Uint8Array): Promise<void> {
    // Objects take different times, as on a real disk.
    for (let turns = key.length % 5; turns > 0; turns--) await Promise.resolve();
    await super.set(key, bytes);
    const array = /^(\/points\/.+)\/zarr\.json$/.exec(key)?.[1];
    if (!array) return;
    this.of.set(array, JSON.parse(new TextDecoder().decode(bytes)).shape[0]);
    const least = Math.min(...this.of.values()), status = this.of.get("/points/quality") ?? 0;
    assert(status <= least, `quality has ${status} points, and another array ${least}`);
    if (array === "/points/quality") this.growths++;
  }
}
