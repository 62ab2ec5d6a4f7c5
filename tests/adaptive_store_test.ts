import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  connect,
  derive,
  fakeClock,
  focus,
  fold,
  Frame,
  learn,
  linspace,
  list,
  nest,
  type Point,
  repeat,
  scan,
  sim,
  snake,
  step,
  track,
  zoom,
} from "../mod.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import type { Plan } from "../src/core/plan.ts";
import { hash32, random } from "../src/core/random.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

type Place = Record<"t" | "y" | "x" | "z" | "exposure", number>;

/** Where the sample is sharp: it is tilted. */
const bestZ = (y: number, x: number) => 0.1 * y - 0.05 * x;
/** Where the line is that a diode sees, at a temperature. */
const lineAt = (t: number) => 0.4 * t - 0.3;

/** Axes, a diode that sees a line which moves with the temperature, and a camera that sees a sample in focus or not. */
function connectRig() {
  const place: Place = { t: 0, y: 0, x: 0, z: 0, exposure: 5 };
  let reads = 0;
  const axis = (name: keyof Place, unit: string): DeviceSpec<{ "": number }, Record<never, never>> => {
    const set = (to: unknown) => void (place[name] = Number(to));
    const axes = {
      "": { unit, limits: [-5, 5] as const, longName: `stage ${name}`, set, readback: () => place[name] },
    };
    return { driver: "test.axis", connect: () => ({ driver: "test.axis", axes }) };
  };
  const diode: DeviceSpec<Record<never, never>, { "": number }> = {
    driver: "test.diode",
    connect: () => ({
      driver: "test.diode",
      detector: {
        channels: { "": { unit: "V", longName: "photodiode" } },
        read: () => {
          const { normal } = random(hash32(11, String(reads++)));
          return 1 + Math.exp(-(((place.x - lineAt(place.t)) / 0.1) ** 2) / 2) + 0.01 * normal();
        },
      },
    }),
  };
  const camera: DeviceSpec<{ exposure: number }, { "": Frame }> = {
    driver: "test.camera",
    connect: () => ({
      driver: "test.camera",
      axes: {
        exposure: {
          unit: "ms",
          limits: [1, 1000],
          set: (to) => void (place.exposure = Number(to)),
          readback: () => place.exposure,
        },
      },
      detector: {
        channels: { "": { unit: "count", dtype: "uint16", shape: [8, 10], dimensions: ["y", "x"], longName: "image" } },
        read: () => {
          const contrast = 1 / (1 + ((place.z - bestZ(place.y, place.x)) / 0.1) ** 2), memory = new Uint16Array(80);
          for (let k = 0; k < 80; k++) {
            const bright = (Math.floor(k / 10 / 2) + Math.floor(k % 10 / 2)) % 2;
            memory[k] = Math.round(place.exposure * (20 + 20 * bright * contrast) + (hash32(reads, String(k)) % 3));
          }
          reads++;
          return new Frame(memory, [8, 10]);
        },
      },
    }),
  };
  const [t, y, x, z] = [axis("t", "K"), axis("y", "mm"), axis("x", "mm"), axis("z", "mm")];
  return connect({ t, y, x, z, camera, diode, spare: sim.constant() }, { clock: fakeClock(), seed: 3 });
}

/** What xarray makes of a store, warnings as errors: each group's variables with dimensions, attributes and values. */
const LOOK = `
import numpy as np, xarray as xr
def as_text(some):
    return [as_text(one) for one in some] if isinstance(some, list) else str(some)
def look(v):
    a = np.asarray(v.values)
    if a.dtype.kind in "MmOUT": a = a.astype(object)
    return dict(dims=list(v.dims), coords=sorted(v.coords), values=as_text(a.tolist()) if a.dtype == object else a.tolist(),
                attrs={k: str(w) for k, w in v.attrs.items()})
def tree(path):
    found = {}
    for node in xr.open_datatree(path, engine="zarr", consolidated=True).subtree:
        ds = node.to_dataset(inherit=False)
        found[node.path] = {str(n): look(v) for n, v in ds.variables.items() if n != "camera" for v in [ds[n]]}
        if "camera" in ds: found[node.path]["camera"] = dict(dims=list(ds.camera.dims), coords=[], values=[],
            attrs={k: str(w) for k, w in ds.camera.attrs.items()}, shape=list(ds.camera.shape))
    root = xr.open_zarr(path)
    assert set(root.data_vars) <= set(found["/"]), (set(root.data_vars), set(found["/"]))
    return found
`;

interface Seen {
  readonly dims: readonly string[];
  readonly coords: readonly string[];
  // deno-lint-ignore no-explicit-any
  readonly values: any;
  readonly attrs: Readonly<Record<string, string>>;
  readonly shape?: readonly number[];
}

type Tree = Readonly<Record<string, Readonly<Record<string, Seen>>>>;

/** A run from its points to what xarray finds in its store. */
async function stored(
  folder: string,
  plan: Plan,
  options: {
    readonly read: readonly ("diode" | "camera")[];
    readonly keep?: readonly string[];
    readonly derive?: ReturnType<typeof derive>;
  },
): Promise<{ readonly points: Point[]; readonly tree: Tree; readonly store: string }> {
  const store = join(folder, "run.zarr"), points: Point[] = [];
  {
    await using rig = await connectRig();
    const run = scan(plan as never, { rig, ...options, to: store, quiet: true });
    for await (const point of run) points.push({ ...point as unknown as Point });
    assertEquals(run.status.state, "success", run.status.reason);
  }
  return { points, store, tree: await python<Tree>(`${LOOK}\nprint(json.dumps(tree(data)))`, store) };
}

/** The element of nested lists at an index. */
// deno-lint-ignore no-explicit-any
const at = (values: any, index: readonly number[]) => index.reduce((some, i) => some[i], values);

/** Each number that the loop saw stands at its place in the store, and no other. */
function agree(group: Readonly<Record<string, Seen>>, points: readonly Point[], names: readonly string[]): void {
  assert(points.length > 0);
  for (const { index, reading, quality } of points) {
    for (const name of names) {
      if (quality === "skipped") continue;
      const saw = reading[name] as number, found = at(group[name].values, index);
      assert(Object.is(saw, found) || saw === found, `${name} [${index}]: ${saw} was seen, ${found} is stored`);
    }
    assertEquals(at(group.quality.values, index), quality === "good" ? 1 : 4, `quality [${index}]`);
  }
}

/** Whatever is stored of a group has units and a name for people. */
function described(group: Readonly<Record<string, Seen>>): void {
  for (const [name, { attrs }] of Object.entries(group)) {
    if (["timestamp", "seq_num", "quality", "failed", "pass"].includes(name)) continue;
    assert(attrs.units !== undefined || attrs.flag_values, `${name} has no units`);
    assert(attrs.long_name, `${name} has no long_name`);
  }
}

Deno.test("an autofocus at each pixel of a map: short stacks inside, one long exposure at the best z", () =>
  withFolder(async (folder) => {
    const sharp = fold(focus(linspace("z", -0.4, 0.4, 11), { on: "camera", by: "brenner" }), {
      go: ["z"],
      at: { "camera.exposure": 500 },
      read: ["camera"],
    });
    // The loop of one exposure sets it back for the stack of the next pixel.
    const map = nest(linspace("y", -1, 1, 2), snake(linspace("x", -1, 1, 3)), list("camera.exposure", [5]), sharp);
    const { tree, points } = await stored(folder, map as Plan, {
      read: ["camera"],
      keep: ["camera_brenner", "camera"],
    });
    const root = tree["/"], folds = points.filter(({ pass }) => pass === "fold");
    assertEquals(folds.length, 6);
    const loops = ["y", "x", "camera.exposure"];
    assertEquals(root.z_fold.dims, loops);
    assertEquals(root.camera.dims, [...loops, "camera_y", "camera_x"]);
    assertEquals(root.camera.shape, [2, 3, 1, 8, 10]);
    assertEquals([root.z_fold.attrs.units, root.z_fold.attrs.long_name], ["mm", "z of best focus"]);
    assertEquals(root.focus_sharpness.dims, loops);
    described(root);
    agree(root, folds, ["z_fold", "focus_sharpness", "focus_error", "focus_edge"]);
    for (const { index: [y, x], setpoint, readback, reading } of folds) {
      assertAlmostEquals(Number(reading.z_fold), bestZ(y * 2 - 1, x - 1), 0.02);
      assertEquals([setpoint.z, setpoint["camera.exposure"]], [reading.z_fold, 500]);
      assertEquals(root["camera.exposure_readback"].values[y][x][0], readback["camera.exposure"]);
    }
    // Of the stacks only the sharpness is kept, and they were taken with the short exposure.
    const coarse = points.filter(({ pass }) => pass === "pass_0");
    assertEquals(coarse.length, 66);
    assert(coarse.every(({ readback }) => readback["camera.exposure"] === 5));
    const inner = tree["/pass_0"];
    assertEquals(inner.camera_brenner.dims, [...loops, "z"]);
    assertEquals(inner.camera_brenner.attrs.expression, "brenner(camera)");
    agree(inner, coarse, ["camera_brenner"]);
  }));

Deno.test("a zoom at each temperature: what was found over the temperatures, all its points in a group that grows", () =>
  withFolder(async (folder) => {
    const plan = nest(linspace("t", 0, 2, 3), zoom(step("x", -1, 1, 0.2), { on: "diode", depth: 2, noise: 0.01 }));
    const { tree, points, store } = await stored(folder, plan as Plan, { read: ["diode"] });
    const root = tree["/"], folds = points.filter(({ pass }) => pass === "fold");
    assertEquals(root.x_fold.dims, ["t"]);
    assertEquals([root.x_fold.attrs.units, root.zoom_height.attrs.units], ["mm", "V"]);
    described(root);
    agree(root, folds, Object.keys(folds[0].reading));
    for (const [k, t] of [0, 1, 2].entries()) assertAlmostEquals(root.x_fold.values[k], lineAt(t), 0.02);
    assertEquals(tree["/pass_0"].diode.dims, ["t", "x"]);
    agree(tree["/pass_0"], points.filter(({ pass }) => pass === "pass_0"), ["diode"]);
    const free = points.filter(({ pass }) => pass !== "pass_0" && pass !== "fold"), grown = tree["/points"];
    assert(free.length >= 9);
    assertEquals(grown.diode.dims, ["point"]);
    assertEquals(grown.diode.values, free.map(({ reading }) => reading.diode));
    assertEquals(grown.x_setpoint.values, free.map(({ setpoint }) => setpoint.x));
    assertEquals(grown.t_index.values, free.map(({ index }) => index[0]));
    // The peak is where the highest reading is, as numpy finds it among all points of a temperature.
    const highest = await python<number[]>(
      `
import numpy as np, xarray as xr
tree = xr.open_datatree(data, engine="zarr")
coarse, fine = tree["pass_0"].to_dataset(), tree["points"].to_dataset()
at = []
for k in range(3):
    one, more = coarse.isel(t=k), fine.isel(point=fine.t_index.values == k)
    a, b = int(np.argmax(one.diode.values)), int(np.argmax(more.diode.values))
    high = [(one.diode.values[a], one.x.values[a]), (more.diode.values[b], more.x_setpoint.values[b])]
    at.append(max(high)[1])
print(json.dumps(at))`,
      store,
    );
    for (const [k, x] of highest.entries()) assertAlmostEquals(root.x_fold.values[k], x, 0.06);
  }));

Deno.test("a tracker over a loop: the walk of the peak in the root, windows with coordinates of their own", () =>
  withFolder(async (folder) => {
    const plan = nest(linspace("t", 0, 3, 7), track(linspace("x", -0.8, 0.2, 21), { on: "diode" }));
    const { tree, points } = await stored(folder, plan as Plan, { read: ["diode"] });
    const root = tree["/"], window = tree["/pass_0"], seen = points.filter(({ pass }) => pass === "pass_0");
    agree(root, points.filter(({ pass }) => pass === "fold"), ["x_fold", "track_height", "track_width", "track_lost"]);
    described(root);
    for (let k = 0; k < 7; k++) assertAlmostEquals(root.x_fold.values[k], lineAt(k / 2), 0.03);
    assertEquals([window.diode.dims, window.x.dims], [["t", "k"], ["t", "k"]]);
    assert(window.diode.coords.includes("x"));
    agree(window, seen, ["diode"]);
    for (const { index, setpoint } of seen) assertEquals(at(window.x.values, index), setpoint.x);
  }));

Deno.test("an outer learn over inner averages: numpy has the same means and errors from the points inside", () =>
  withFolder(async (folder) => {
    const mean = fold(repeat(8), { give: ["diode", "double"] as never });
    const plan = nest(learn(linspace("x", -1, 1, 9), { on: "diode", until: { points: 25 } }), mean);
    const derived = derive({ double: { expression: "2 * diode", unit: "V" } });
    const { tree, points, store } = await stored(folder, plan as Plan, { read: ["diode"], derive: derived });
    const groups = Object.keys(tree), coarse = points.filter(({ pass }) => pass === "pass_0");
    assertEquals(points.filter(({ pass }) => pass === "pass_0" || pass === "pass_1").length, 25);
    assertEquals(groups.toSorted(), ["/", "/log", "/pass_0", "/points"]);
    const carried = ["diode", "diode_sem", "diode_n", "double", "double_sem", "double_n"], outer = tree["/pass_0"];
    assertEquals(outer.diode.dims, ["x"]);
    assertEquals(outer.diode.attrs.cell_methods, "repeat: mean");
    assertEquals(outer.diode_sem.attrs.cell_methods, "repeat: standard_error");
    assertEquals([outer.diode.attrs.units, outer.diode_sem.attrs.units, outer.diode_n.attrs.units], ["V", "V", "1"]);
    assertEquals(outer.diode.attrs.expression, "mean(diode)");
    described(outer);
    agree(outer, coarse, carried);
    const again = await python<number[][]>(
      `
import numpy as np, xarray as xr
tree = xr.open_datatree(data, engine="zarr")
coarse, free = tree["pass_0"].to_dataset(), tree["points"].to_dataset()
names = free["pass"].attrs["flag_meanings"].split()
inner, outer = (free.isel(point=free["pass"].values == names.index(name)) for name in ("pass_2", "pass_1"))
points = [(int(s), float(d), float(e), float(n)) for ds in (coarse, outer) for s, d, e, n in
    zip(ds.seq_num.values, ds.diode.values, ds.diode_sem.values, ds.diode_n.values)]
found, last = [], -1
for seq, d, e, n in sorted(points):
    own = inner.diode.values[(inner.seq_num.values > last) & (inner.seq_num.values < seq)]
    found.append([d, own.mean(), e, own.std(ddof=1) / np.sqrt(own.size), n, own.size])
    last = seq
print(json.dumps(found))`,
      store,
    );
    assertEquals(again.length, 25);
    for (const [mean, ownMean, sem, ownSem, n, size] of again) {
      assertAlmostEquals(mean, ownMean, 1e-12);
      assertAlmostEquals(sem, ownSem, 1e-12);
      assertEquals([n, size], [8, 8]);
    }
  }));

Deno.test("averages until the error is small, over a map: means and errors over the loops, numpy agrees", () =>
  withFolder(async (folder) => {
    const mean = fold(repeat(60), { give: ["diode"], until: "sem(diode) < 2e-3 and n(diode) >= 4" });
    const plan = nest(linspace("t", 0, 1, 2), linspace("x", -0.2, 0.2, 3), mean);
    const { tree, points, store } = await stored(folder, plan as Plan, { read: ["diode"] });
    const root = tree["/"], folds = points.filter(({ pass }) => pass === "fold");
    assertEquals(root.diode.dims, ["t", "x"]);
    described(root);
    agree(root, folds, ["diode", "diode_sem", "diode_n"]);
    assert(folds.every(({ reading }) => Number(reading.diode_sem) < 2e-3 || Number(reading.diode_n) === 60));
    assert(folds.some(({ reading }) => Number(reading.diode_n) < 60));
    const off = await python<number[]>(
      `
import numpy as np, xarray as xr
tree = xr.open_datatree(data, engine="zarr")
root, inner = tree.to_dataset(), tree["pass_0"].to_dataset()
assert inner.diode.dims == ("t", "x", "repeat"), inner.diode.dims
mean, n = inner.diode.mean("repeat"), inner.diode.count("repeat")
sem = inner.diode.std("repeat", ddof=1) / np.sqrt(n)
print(json.dumps([float(abs(root.diode - mean).max()), float(abs(root.diode_sem - sem).max()), float(abs(root.diode_n - n).max())]))`,
      store,
    );
    assert(off[0] < 1e-12 && off[1] < 1e-12 && off[2] === 0, JSON.stringify(off));
  }));

Deno.test("a learn over averages at each temperature: what it found over the temperatures in the root", () =>
  withFolder(async (folder) => {
    const mean = fold(repeat(3), { give: ["diode"] });
    const outer = learn(linspace("x", -0.8, 0.8, 9), { on: "diode", until: { points: 20 } });
    const { tree, points } = await stored(folder, nest(linspace("t", 0, 2, 3), outer, mean) as Plan, {
      read: ["diode"],
    });
    const root = tree["/"], folds = points.filter(({ pass }) => pass === "fold");
    assertEquals(folds.length, 3);
    assertEquals([root.x_fold.dims, root.learn_height.attrs.units], [["t"], "V"]);
    described(root);
    agree(root, folds, ["x_fold", "learn_height", "learn_loss", "learn_points"]);
    for (const [k, t] of [0, 1, 2].entries()) assertAlmostEquals(root.x_fold.values[k], lineAt(t), 0.05);
    assertEquals(tree["/pass_0"].diode.dims, ["t", "x"]);
    agree(tree["/pass_0"], points.filter(({ pass }) => pass === "pass_0"), ["diode", "diode_sem", "diode_n"]);
    // What the loop chose, and the points inside of it, are told apart by their pass and by the loop around.
    const grown = tree["/points"], free = points.filter(({ pass }) => pass === "pass_1" || pass === "pass_2");
    assertEquals(grown.t_index.values, free.map(({ index }) => index[0]));
    assertEquals(grown.diode.values, free.map(({ reading }) => reading.diode));
    assertEquals(grown.x_setpoint.values, free.map(({ setpoint }) => setpoint.x));
  }));
