import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../src/core/errors.ts";
import type { NumericArray } from "../src/core/dtype.ts";
import { openArray } from "../src/zarr/open_array.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { ROOT } from "../tools/root.ts";
import { python } from "./python.ts";
import { readEverywhere, readOurselves } from "./zarr_fixture.ts";

const GOLDEN = join(ROOT, "tests", "golden");

/** What a generator says is in one of its arrays: little-endian bytes, or labels. */
interface Expected {
  readonly dtype: string;
  readonly shape: number[];
  readonly bytes?: string;
  readonly labels?: string[];
}

async function manifest<T>(name: string): Promise<Record<string, T>> {
  return JSON.parse(await Deno.readTextFile(join(GOLDEN, `${name}.json`)));
}

function hex(data: NumericArray): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const writer of ["zarr_python", "tensorstore", "zarrs", "zarrita"]) {
  Deno.test(`every array that ${writer} wrote is read byte for byte`, async () => {
    const arrays = await manifest<Expected>(writer), wrong: string[] = [];
    assert(Object.keys(arrays).length >= 30);
    for (const [name, { dtype, shape, bytes, labels }] of Object.entries(arrays)) {
      const array = await openArray(join(GOLDEN, writer), name), found = await array.read();
      const elements = labels ? found.data : hex(found.data as NumericArray);
      assertEquals({ dtype: array.dtype, shape: [...found.shape] }, { dtype, shape }, name);
      if (JSON.stringify(elements) !== JSON.stringify(labels ?? bytes)) wrong.push(name);
    }
    assertEquals(wrong, []);
  });
}

/** The golden runs that versions of Sonde wrote. */
async function runs(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(GOLDEN)) {
    if (isDirectory && name.startsWith("sonde_")) names.push(name);
  }
  return names.sort();
}

Deno.test("every golden run of Sonde is what it was, is whole, and all readers agree on it", async () => {
  const names = await runs();
  assert(names.length >= 5, `${names.length} runs`);
  for (const name of names) {
    const path = join(GOLDEN, name), expected = await manifest(name);
    const ours = JSON.parse(JSON.stringify(await readOurselves(path), (_, v) => Number.isNaN(v) ? "NaN" : v));
    assertEquals(ours, expected, name);
    assertEquals((await verifyRun(path)).findings, [], name);
  }
});

Deno.test("zarr-python, tensorstore and xarray find in the golden runs of Sonde what Sonde finds", async () => {
  for (const name of await runs()) {
    const path = join(GOLDEN, name), ours = await readOurselves(path), theirs = await readEverywhere(path);
    assertEquals(Object.keys(ours).sort(), Object.keys(theirs).sort());
    for (const [array, found] of Object.entries(theirs)) {
      assertEquals([found.dtype, found.shape, found.dimensions], [
        ours[array].dtype,
        ours[array].shape,
        ours[array].dimensions,
      ], array);
      if (/complex|bool/.test(found.dtype)) continue;
      assertEquals(found.elements, ours[array].elements, `${name}/${array}`);
    }
    const bits = await python<Record<string, string>>(
      `
import numpy as np, zarr
out = {}
def walk(group, prefix=""):
    for name, node in group.members():
        if isinstance(node, zarr.Group): walk(node, prefix + name + "/")
        elif node.dtype.kind in "bc": out[prefix + name] = np.asarray(node[...], order="C").tobytes().hex()
walk(zarr.open_group(data, mode="r"))
print(json.dumps(out))`,
      path,
    );
    assert(Object.keys(bits).length >= 3, name);
    for (const [array, found] of Object.entries(bits)) {
      assertEquals(hex((await (await openArray(path, array)).read()).data as NumericArray), found, `${name}/${array}`);
    }
  }
});

Deno.test("openArray() refuses what is no array, and reads a place that is one", async () => {
  await assertRejects(() => openArray(GOLDEN), InputError, "there is no zarr.json");
  await assertRejects(() => openArray(join(GOLDEN, "zarr_python")), InputError, "that of another node");
  const direct = await openArray(join(GOLDEN, "zarr_python", "int16")),
    inside = await openArray(join(GOLDEN, "zarr_python"), "/int16/");
  assertEquals((await direct.read()).data, (await inside.read()).data);
  assertEquals((await direct.read([4, [5, 7]])).shape, [2]);
});
