import { Buffer } from "node:buffer";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import wabt from "wabt";
import { ARRAY_OF } from "../src/core/dtype.ts";
import { random } from "../src/core/random.ts";
import { LEAST_SPLIT, mostBlockBytes } from "../src/zarr/blosc/cut.ts";
import { bloscDecode, bloscVouched } from "../src/zarr/blosc/decode.ts";
import { bloscBound, bloscEncode, bloscEncodeInto } from "../src/zarr/blosc/encode.ts";
import { HEADER_BYTES } from "../src/zarr/blosc/header.ts";
import { BloscScratch } from "../src/zarr/blosc/scratch.ts";
import { unshuffle } from "../src/zarr/blosc/shuffle.ts";
import { shuffleWasm } from "../src/zarr/blosc/shuffle_wasm.ts";
import { ZstdCompressor } from "../src/zarr/blosc/zstd.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

const SETTINGS = ["fast", "small"] as const;

/** What C-Blosc is asked to decode, and what it must find. */
interface Case {
  readonly name: string;
  readonly source: Uint8Array;
  readonly encoded: Uint8Array;
}

/** Has C-Blosc decode all of them, by way of numcodecs; gives what it found wrong. */
async function judge(cases: readonly Case[]): Promise<string[]> {
  let wrong: string[] = [];
  await withFolder(async (folder) => {
    const files = { source: join(folder, "source"), encoded: join(folder, "encoded") };
    for (const which of ["source", "encoded"] as const) {
      await Deno.writeFile(files[which], new Blob(cases.map((each) => each[which] as BlobPart)).stream());
    }
    wrong = await python<string[]>(
      `
from numcodecs import Blosc
source, encoded = open(data["files"]["source"], "rb").read(), open(data["files"]["encoded"], "rb").read()
s = e = 0
wrong = []
for name, ns, ne in data["cases"]:
    try:
        found = bytes(Blosc().decode(encoded[e:e + ne])) if ns else b""
        if found != source[s:s + ns]: wrong.append(name + ": other bytes")
    except Exception as error: wrong.append(name + ": " + repr(error))
    s, e = s + ns, e + ne
assert s == len(source) and e == len(encoded)
print(json.dumps(wrong))`,
      { files, cases: cases.map(({ name, source, encoded }) => [name, source.length, encoded.length]) },
    );
  });
  return wrong;
}

/** Encodes with both settings and tries our own decoder. */
function casesOf(name: string, source: Uint8Array, typesize: number, scratch?: BloscScratch): Case[] {
  return SETTINGS.map((setting) => {
    const encoded = bloscEncode(source, typesize, setting, scratch);
    assert(encoded.length <= 1.0005 * source.length + 40 + 32 * typesize, `${name}: much longer than the source`);
    assert(equal(bloscDecode(encoded), source), `${name}, ${setting}: our decoder finds other bytes`);
    return { name: `${name}, ${setting}, ${source.length} bytes of ${typesize}`, source, encoded };
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer as ArrayBuffer, a.byteOffset, a.length).equals(b);
}

/** Counts of a camera: noise around a spot, as uint16. */
function noisyFrames(pixels: number): Uint16Array {
  const { uniform } = random(7, "frames");
  return Uint16Array.from({ length: pixels }, (_, k) => {
    const mean = 100 + 900 * Math.exp(-(((k % 512) / 512 - 0.5) ** 2 + ((k >> 9) / 512 - 0.5) ** 2) * 40);
    let sum = 0;
    for (let each = 0; each < 6; each++) sum += uniform();
    return Math.round(mean + (sum - 3) * Math.sqrt(2 * mean));
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes of chance and of noise, of which every pattern takes its first ones. */
const MOST = 3 * 2 ** 19 + 10_000;
const CHANCE = Uint8Array.from({ length: MOST }, ((uniform) => () => uniform() * 256)(random(1, "bytes").uniform));
const NOISE = bytesOf(noisyFrames(MOST / 2));

/** Bytes of `length` bytes each: chance, one and the same, ramps, noise, and half of each. */
function patterns(length: number): Record<string, Uint8Array> {
  return {
    chance: CHANCE.subarray(0, length),
    noise: NOISE.subarray(0, length),
    halves: CHANCE.slice(0, length).fill(3, length >> 1),
    constant: new Uint8Array(length).fill(9),
    ramp: new Uint8Array(length).map((_, k) => k >> 3),
  };
}

Deno.test("C-Blosc decodes every length from 0 to 300, and every length around those where it splits", async () => {
  const cases = [1, 2, 3, 4, 8, 16].flatMap((typesize) => {
    const around = LEAST_SPLIT * typesize;
    const lengths = new Set(Array.from({ length: 301 }, (_, n) => n));
    for (let n = around - 2 * typesize; n <= around + 2 * typesize; n++) lengths.add(n);
    return [...lengths].flatMap((length) => {
      const { chance, ramp, constant } = patterns(length);
      return [
        ...casesOf("chance", chance, typesize),
        ...casesOf("ramp", ramp, typesize),
        ...casesOf("constant", constant, typesize),
      ];
    });
  });
  assertEquals(await judge(cases), []);
});

Deno.test("C-Blosc decodes every pattern at lengths around whole numbers of blocks, aligned or not", async () => {
  const cases = [1, 2, 4, 8].flatMap((typesize) => {
    const block = mostBlockBytes(typesize), around = [-1, 0, 1, typesize, 1000, 130 * typesize + 1];
    return [block, 2 * block, 3 * block].flatMap((length) =>
      around.flatMap((off) => {
        const all = patterns(length + off + 3);
        const names = length === block ? Object.keys(all) : ["noise", "halves"];
        return names.flatMap((name) => casesOf(`${name} ${length} ${off}`, all[name].subarray(3), typesize));
      })
    );
  });
  assertEquals(await judge(cases), []);
});

Deno.test("C-Blosc decodes arrays of every dtype", async () => {
  const { uniform } = random(3, "dtypes");
  const cases = Object.entries(ARRAY_OF).flatMap(([dtype, Of]) => {
    const wide = dtype.endsWith("int64");
    const walk = new (Of as Float64ArrayConstructor)(Array.from({ length: 70_001 }, (_, k) => {
      const element = 1000 * Math.sin(k / 5000) + 10 * uniform();
      return (wide ? BigInt(Math.round(element * 1e9)) : element) as number;
    }));
    return casesOf(dtype, bytesOf(walk), walk.BYTES_PER_ELEMENT);
  });
  assertEquals(await judge(cases), []);
});

Deno.test("C-Blosc decodes what fast-check thinks of", async () => {
  const cases: Case[] = [];
  const pieces = fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 3000 })), {
    maxLength: 12,
  });
  fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 16 }), (pieces, typesize) => {
    const source = bytesOf(Uint8Array.from(pieces.flatMap(([piece, times]) => {
      return Array.from({ length: Math.min(piece.length * times, 20_000) }, (_, k) => piece[k % piece.length]);
    })));
    cases.push(...casesOf("arbitrary", source, typesize));
  }));
  assertEquals(await judge(cases), []);
});

Deno.test("the sizes are those of blosc-lz4 and blosc-zstd, or less", async () => {
  const frames = noisyFrames(1 << 21), ramp = Float64Array.from({ length: 1 << 17 }, (_, k) => k / 7);
  for (const array of [frames, ramp]) {
    const source = bytesOf(array), sizes = await peerSizes(source, array.BYTES_PER_ELEMENT);
    for (const setting of SETTINGS) {
      const { length } = bloscEncode(source, array.BYTES_PER_ELEMENT, setting);
      const allowed = 1.02 * (setting === "fast" ? sizes.lz4 : sizes.zstd);
      assert(length <= allowed, `${setting}: ${length} bytes of ${source.length}; allowed: ${allowed}`);
    }
  }
});

/** What C-Blosc makes of the same bytes at level 1. */
async function peerSizes(source: Uint8Array, typesize: number): Promise<{ lz4: number; zstd: number }> {
  let sizes = { lz4: 0, zstd: 0 };
  await withFolder(async (folder) => {
    await Deno.writeFile(join(folder, "source"), source);
    sizes = await python(
      `
import numpy as np
from numcodecs import Blosc
source = np.fromfile(data["file"], dtype="V%d" % data["typesize"])
print(json.dumps({name: len(Blosc(name, 1, Blosc.SHUFFLE).encode(source)) for name in ("lz4", "zstd")}))`,
      { file: join(folder, "source"), typesize },
    );
  });
  return sizes;
}

Deno.test("bloscDecode() reads what C-Blosc writes with zstd, shuffled or not", async () => {
  const found = await python<{ encoded: number[] }[]>(`
import numpy as np
from numcodecs import Blosc
out = []
for n in (1, 127, 128, 5000, 70001):
    for shuffle in (Blosc.NOSHUFFLE, Blosc.SHUFFLE):
        for dtype in ("u1", "<u2", "<f4", "<f8"):
            source = (np.arange(n) // 3).astype(dtype)
            out.append(dict(encoded=list(Blosc("zstd", 5, shuffle).encode(source))))
print(json.dumps(out))`);
  let k = 0;
  for (const n of [1, 127, 128, 5000, 70001]) {
    for (const _ of ["whole", "shuffled"]) {
      for (const Of of [Uint8Array, Uint16Array, Float32Array, Float64Array]) {
        const source = Of.from(Array.from({ length: n }, (_, i) => Math.floor(i / 3)));
        assert(equal(bloscDecode(Uint8Array.from(found[k++].encoded)), bytesOf(source)), `${n} ${Of.name}`);
      }
    }
  }
});

Deno.test("every scratch gives the same bytes: with and without SIMD, one context or many, source in its memory or not", () => {
  const scratches = [
    new BloscScratch(),
    new BloscScratch({ simd: false }),
    new BloscScratch({ reuse: false }),
    new BloscScratch({ memory: new WebAssembly.Memory({ initial: 40, maximum: 65536, shared: true }), at: 65536 }),
  ];
  assert(scratches[0].shuffler.simd && scratches[0].zstd.reuses);
  assert(!scratches[1].shuffler.simd && !scratches[2].zstd.reuses);
  assert(scratches[3].shuffler.simd && scratches[3].bytes.buffer instanceof SharedArrayBuffer);
  for (const typesize of [1, 2, 4, 5, 8]) {
    for (const length of [77, 4321, 300_001]) {
      const { noise } = patterns(length), shared = new Uint8Array(new SharedArrayBuffer(length + 1)).subarray(1);
      shared.set(noise);
      const inside = scratches[3].bytes.subarray(65536 + BloscScratch.BYTES, 65536 + BloscScratch.BYTES + length);
      inside.set(noise);
      for (const setting of SETTINGS) {
        const expected = bloscEncode(noise, typesize, setting);
        for (const scratch of scratches) assertEquals(bloscEncode(noise, typesize, setting, scratch), expected);
        assertEquals(bloscEncode(shared, typesize, setting), expected);
        assertEquals(bloscEncode(inside, typesize, setting, scratches[3]), expected);
        const out = new Uint8Array(new SharedArrayBuffer(bloscBound(length, typesize)));
        const size = bloscEncodeInto(noise, typesize, setting, out);
        assert(equal(out.subarray(0, size), expected));
      }
    }
  }
});

Deno.test("fast finds the planes that shrink by itself, and follows when they change within a chunk", () => {
  const { uniform } = random(1, "planes"), length = 1 << 22;
  const source = Uint32Array.from({ length: length / 4 }, (_, k) => {
    const chance = Math.floor(uniform() * 65536);
    return k < length / 8 ? chance : chance * 65536;
  });
  const encoded = bloscEncode(bytesOf(source), 4, "fast").length;
  assert(encoded < 0.52 * length, `${encoded} bytes of ${length}: half of the planes are empty, and not the same ones`);
  assertEquals(bloscEncode(bytesOf(source), 4, "fast"), bloscEncode(bytesOf(source), 4, "fast"));
});

Deno.test("bloscEncode() refuses elements that cannot be shuffled, and outputs that are too short", () => {
  for (const typesize of [0, 17, 1.5, NaN]) {
    assertThrows(() => bloscEncode(new Uint8Array(10), typesize, "fast"), RangeError, "allowed: 1 to 16");
  }
  const out = new Uint8Array(bloscBound(1000, 2) - 1);
  assertThrows(() => bloscEncodeInto(new Uint8Array(1000), 2, "fast", out), RangeError, "needed: ");
  assertThrows(() => bloscBound(2 ** 31, 2), RangeError, "too large");
  const small = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  assertThrows(() => new BloscScratch({ memory: small }), RangeError, "does not fit");
});

Deno.test("bloscDecode() refuses whatever is cut off, and has a RangeError for damaged headers that make no sense", () => {
  const source = bytesOf(noisyFrames(3000)), encoded = bloscEncode(source, 2, "small");
  for (let n = 0; n < encoded.length; n += 1 + (n >> 4)) {
    assertThrows(() => bloscDecode(encoded.subarray(0, n)), RangeError, "damaged");
  }
  fc.assert(fc.property(fc.nat(HEADER_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
    const damaged = encoded.slice();
    damaged[at] ^= bits;
    try {
      assert(bloscDecode(damaged).length < 2 ** 31);
    } catch (error) {
      assert(error instanceof RangeError, String(error));
    }
  }));
});

Deno.test("every flipped bit of the planes is found, also of those that do not shrink", async () => {
  const { chance } = patterns(3001), ramp = patterns(3001).ramp, flipped: { name: string; encoded: Uint8Array }[] = [];
  for (const [name, source] of Object.entries({ chance, ramp })) {
    for (const setting of SETTINGS) {
      const encoded = bloscEncode(source, 2, setting);
      assert(bloscVouched(encoded, { typesize: 2, shuffle: "shuffle" }));
      for (let bit = 8 * (HEADER_BYTES + 8); bit < 8 * encoded.length; bit += 1 + (encoded.length >> 5)) {
        const damaged = encoded.slice();
        damaged[bit >> 3] ^= 1 << (bit & 7);
        const decoded = unlessRefused(damaged);
        assert(decoded === undefined || equal(decoded, source), `${name}, ${setting}: bit ${bit} is not noticed`);
        flipped.push({ name: `${name}, ${setting}, bit ${bit}`, encoded: damaged });
      }
    }
  }
  const peer = Uint8Array.from(await encodedByPeer());
  assert(!bloscVouched(peer, { typesize: 2, shuffle: "shuffle" }));
  for (const said of [{ typesize: 4, shuffle: "shuffle" }, { typesize: 2, shuffle: "noshuffle" }]) {
    assertThrows(() => bloscVouched(peer, said), RangeError, "not as the metadata say");
  }
  const unnoticed = await python<string[]>(
    `
from numcodecs import Blosc
sources = [bytes(s) for s in data["sources"]]
unnoticed = []
for name, encoded in data["flipped"]:
    try:
        if Blosc().decode(bytes(encoded)) not in sources: unnoticed.append(name)
    except Exception: pass
print(json.dumps(unnoticed))`,
    { sources: [chance, ramp], flipped: flipped.map(({ name, encoded }) => [name, encoded]) },
  );
  assertEquals(unnoticed, []);
});

function unlessRefused(encoded: Uint8Array): Uint8Array | undefined {
  try {
    return bloscDecode(encoded);
  } catch (error) {
    assert(error instanceof RangeError, String(error));
    return undefined;
  }
}

/** A container of C-Blosc, which has no checksums. */
function encodedByPeer(): Promise<number[]> {
  return python(`
import numpy as np
from numcodecs import Blosc
print(json.dumps(list(Blosc("zstd", 1, Blosc.SHUFFLE).encode(np.arange(1000, dtype="<u2")))))`);
}

Deno.test("ZstdCompressor says when a frame does not fit, and the next one is whole again", () => {
  const { chance } = patterns(5000), out = new Uint8Array(6000);
  for (const reuse of [true, false]) {
    const zstd = new ZstdCompressor(1, { reuse });
    assertEquals(zstd.reuses, reuse);
    const size = zstd.compress(chance, 0, 5000, out, 7, 5900);
    assert(size >= 5000);
    for (const room of [0, 1, 20, 4999]) assertEquals(zstd.compress(chance, 0, 5000, out, 7, room), 0);
    assertEquals(zstd.compress(chance, 0, 5000, out, 7, 5900), size);
  }
});

Deno.test("the kernels are what their text says, and they do what the loop in TypeScript does", async () => {
  const text = await Deno.readTextFile(new URL("../src/zarr/blosc/shuffle.wat", import.meta.url));
  const { parseWat } = await wabt();
  const assemble = (text: string) => parseWat("shuffle.wat", text, { simd: true, threads: true }).toBinary({}).buffer;
  assertEquals(assemble(text), shuffleWasm(false));
  assertEquals(assemble(text.replace("(memory 0 65536)", "(memory 0 65536 shared)")), shuffleWasm(true));

  const simd = new BloscScratch().shuffler, loop = new BloscScratch({ simd: false }).shuffler;
  const { chance } = patterns(8 * 100);
  for (const typesize of [2, 4, 8]) {
    for (let plane = 0; plane <= 100; plane++) {
      const planes = [simd, loop].map((shuffler) => {
        shuffler.bytes.set(chance, 1);
        shuffler.bytes.fill(0, 5000, 6000);
        shuffler.shuffle(1, 5000, plane, typesize);
        return shuffler.bytes.slice(5000, 6000);
      });
      assertEquals(planes[0], planes[1]);
      const back = new Uint8Array(plane * typesize);
      unshuffle(planes[0].subarray(0, back.length), back, typesize);
      assertEquals(back, chance.slice(0, back.length));
    }
  }
});
