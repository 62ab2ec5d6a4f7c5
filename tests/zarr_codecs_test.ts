import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { chunkCodec, decodeShard, encodeLabels, shardIndexBytes } from "../src/zarr/codecs.ts";
import { crc32c } from "../src/zarr/crc32c.ts";
import { writeInt64, writeNanoseconds } from "../src/zarr/write_int64.ts";
import { ShardLayout } from "../src/zarr/shard_layout.ts";
import { python } from "./python.ts";

const BYTES = fc.uint8Array({ maxLength: 200 });

Deno.test("crc32c() agrees with google-crc32c on inputs of every length", async () => {
  const inputs = Array.from(
    { length: 70 },
    (_, n) => Uint8Array.from({ length: n }, (_, k) => (k * 37 + n * 11) & 255),
  );
  const expected = await python<number[]>(
    `import google_crc32c
print(json.dumps([google_crc32c.value(bytes(d)) for d in data]))`,
    inputs,
  );
  assertEquals(inputs.map((bytes) => crc32c(bytes)), expected);
});

for (const compression of ["small", "fast", "zstd", "none"] as const) {
  Deno.test(`chunkCodec() gives back what it was given, small or large (${compression})`, async () => {
    const codec = chunkCodec(compression);
    for (const length of [0, 1, 1000, 65535, 65536, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, k) => (k * k) >> 3);
      assertEquals(codec.decode(await codec.encode(bytes)), bytes);
    }
  });
}

Deno.test("decodeShard() takes apart what ShardLayout put together", () => {
  fc.assert(fc.property(fc.array(fc.option(BYTES, { nil: undefined }), { minLength: 1, maxLength: 20 }), (chunks) => {
    assertEquals(decodeShard(new ShardLayout().assemble(chunks, 0), chunks.length).map(copy), chunks);
  }));
});

function copy(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes);
}

Deno.test("decodeShard() refuses a torn shard", () => {
  const shard = new ShardLayout().assemble([Uint8Array.of(1, 2, 3), Uint8Array.of(4)], 0);
  assertThrows(() => decodeShard(shard.subarray(0, shard.length - 1), 2), RangeError, "checksum");
  assertThrows(() => decodeShard(shard.subarray(0, 10), 2), RangeError, "cannot have 10 bytes");
  shard[5] ^= 1;
  assertThrows(() => decodeShard(shard, 2), RangeError, "checksum");
});

/** What a reader finds who took the index from one version of a shard and the chunks from another. */
function readAcross(index: Uint8Array, chunks: Uint8Array, count: number): (Uint8Array | undefined)[] {
  const payload = chunks.length - shardIndexBytes(count);
  return decodeShard(index, count).map((chunk) => {
    if (!chunk) return undefined;
    const offset = chunk.byteOffset - index.byteOffset;
    return copy(chunks.subarray(0, payload).subarray(offset, offset + chunk.length));
  });
}

Deno.test("a reader between two versions of a shard finds whole chunks, of one version or the other", () => {
  const version = fc.array(fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 9 })), { nil: undefined }), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(fc.property(fc.array(version, { minLength: 2, maxLength: 8 }), fc.nat(3000), (versions, stepMs) => {
    const layout = new ShardLayout();
    let chunks: (Uint8Array | undefined)[] = new Array(4).fill(undefined);
    const history = versions.map((changes, v) => {
      chunks = chunks.map((old, k) => changes[k] ? new Uint8Array(changes[k][1]).fill(changes[k][0]) : old);
      return { nowMs: v * stepMs, shard: layout.assemble(chunks, v * stepMs), chunks };
    });
    for (const [v, before] of history.entries()) {
      for (const after of history.slice(v).filter(({ nowMs }) => nowMs - before.nowMs < 10_000)) {
        const found = readAcross(before.shard, after.shard, 4);
        const possible = history.slice(v).map((each) => each.chunks);
        found.forEach((chunk, k) => {
          const whole = possible.some((each) => each[k] && chunk && equal(each[k], chunk));
          assertEquals(whole, before.chunks[k] !== undefined);
        });
      }
    }
  }));
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, k) => byte === b[k]);
}

Deno.test("ShardLayout leaves no gap when every chunk comes once, and fills gaps again after ten seconds", () => {
  const layout = new ShardLayout(), make = (length: number) => new Uint8Array(length).fill(length);
  const first = make(10), rest = [make(7), make(8)];
  assertEquals(layout.assemble([first, undefined, undefined], 0).length, 10 + shardIndexBytes(3));
  assertEquals(layout.assemble([first, ...rest], 1).length, 25 + shardIndexBytes(3));
  const longer = make(12);
  assertEquals(layout.assemble([longer, ...rest], 2).length, 37 + shardIndexBytes(3));
  assertEquals(layout.assemble([make(5), ...rest], 20_000).length, 37 + shardIndexBytes(3));
  assertEquals(layout.assemble([make(3), ...rest], 40_000).length, 25 + shardIndexBytes(3));
});

Deno.test("encodeLabels() agrees with numcodecs' vlen-utf8", async () => {
  const labels = ["", "a", "BP600", "ä€😀", "two words", "\u0000"];
  const expected = await python<number[]>(
    `
import numcodecs, numpy as np
print(json.dumps(list(bytes(numcodecs.VLenUTF8().encode(np.array(data, dtype=object))))))`,
    labels,
  );
  assertEquals(Array.from(encodeLabels(labels)), expected);
});

Deno.test("writeNanoseconds() writes exactly the nanosecond nearest to the double", () => {
  const words = new Uint32Array(2), big = new BigInt64Array(words.buffer);
  const ms = fc.double({ min: -8e12, max: 8e12, noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(fc.oneof(ms, fc.integer({ min: 0, max: 2 ** 41 }).map((n) => n + 0.125)), (ms) => {
    writeNanoseconds(words, 0, ms);
    const whole = Math.floor(ms);
    assertEquals(big[0], BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
  }));
});

Deno.test("writeInt64() writes every integer that a double holds exactly", () => {
  const words = new Uint32Array(2), big = new BigInt64Array(words.buffer);
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => {
    writeInt64(words, 0, n);
    assertEquals(big[0], BigInt(n));
  }));
  writeInt64(words, 0, NaN);
  assertEquals(big[0], 0n);
});
