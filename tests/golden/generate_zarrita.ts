/**
 * Writes a golden store with zarrita 0.7.5: `deno run -A tests/golden/generate_zarrita.ts FOLDER`.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import * as zarrita from "zarrita";

const folder = Deno.args[0], SHAPE = [5, 7], CHUNKS = [3, 4];
const manifest: Record<string, { dtype: string; shape: number[]; bytes: string }> = {};
const store: zarrita.Mutable = {
  get: (key) => Deno.readFile(join(folder, "zarrita", key)).catch(() => undefined),
  async set(key, bytes) {
    const path = join(folder, "zarrita", key);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
  },
};
const CODECS = {
  plain: [],
  zstd: [{ name: "zstd", configuration: { level: 1 } }],
  blosc: [{ name: "blosc", configuration: { cname: "zstd", clevel: 1, shuffle: "shuffle", typesize: 4, blocksize: 0 } }],
};
const ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

for (const [dtype, Of] of Object.entries(ARRAYS)) {
  for (const [codec, codecs] of Object.entries(CODECS)) {
    const data = new Of(35);
    for (let k = 0; k < 35; k++) data[k] = (dtype.endsWith("int64") ? BigInt(k * 3) * 2n ** 40n : k * 3 - 20) as never;
    const endian = { name: "bytes", configuration: { endian: "little" } };
    const array = await zarrita.create(zarrita.root(store).resolve(`/${dtype}_${codec}`), {
      shape: SHAPE,
      chunkShape: CHUNKS,
      dtype: dtype as zarrita.NumberDataType,
      fillValue: 0 as never,
      codecs: [endian, ...codecs],
    });
    await zarrita.set(array, null, { data: data as never, shape: SHAPE, stride: [7, 1] });
    const bytes = Array.from(new Uint8Array(data.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
    manifest[`${dtype}_${codec}`] = { dtype, shape: SHAPE, bytes };
  }
}
await Deno.writeTextFile(join(folder, "zarrita.json"), JSON.stringify(manifest, undefined, 0));
