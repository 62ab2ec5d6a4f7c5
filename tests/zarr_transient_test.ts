import { assert, assertEquals } from "@std/assert";
import { chunkCodec } from "../src/zarr/codecs.ts";

for (const setting of ["fast", "small"] as const) {
  Deno.test(`encodeTransient() of ${setting} gives the bytes of encode(), in memory that the next call takes again`, async () => {
    const codec = chunkCodec(setting).forItems(2);
    const chunks = [300_000, 100_001, 300_000].map((bytes, seed) => {
      return Uint8Array.from({ length: bytes }, (_, k) => k % 2 ? k >> 12 : Math.imul(k + seed, 0x9e3779b1) >>> 24);
    });
    const memories = new Set<ArrayBufferLike>();
    for (const chunk of chunks) {
      const expected = await codec.encode(chunk), transient = codec.encodeTransient!(chunk);
      assertEquals(transient.length, expected.length);
      assert(expected.every((byte, k) => byte === transient[k]));
      memories.add(transient.buffer);
    }
    assertEquals(memories.size, 1);
  });
}
