/// <reference lib="deno.worker" />
import { type ChunkCodec, chunkCodec } from "../codecs.ts";
import { writeAt } from "../stores/write_at.ts";
import { type EncodedChunk, type EncodeReply, type EncodeRequest, type EncodeSetup, failureOf } from "./encode_job.ts";

/** Compresses chunks out of shared memory, and writes them into the files of their shards. */
let codec: ChunkCodec | undefined;
const codecs = new Map<number, ChunkCodec>();
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<EncodeSetup | EncodeRequest>) => {
  if ("compression" in data) codec = chunkCodec(data.compression);
  else last = last.then(() => perform(data));
};

async function perform({ id, memory, offset, bytes, itemBytes, file }: EncodeRequest): Promise<void> {
  try {
    const startMs = performance.now();
    const encoded = await encode(codecFor(itemBytes), new Uint8Array(memory, offset, bytes), file === undefined);
    const encodedMs = performance.now();
    const chunk = file ? append(file, encoded) : { offset: 0, length: encoded.length, encoded: unshared(encoded) };
    reply({ id, chunk, codecMs: encodedMs - startMs, writeMs: performance.now() - encodedMs });
  } catch (error) {
    reply({ id, failure: failureOf(error) });
  }
}

function codecFor(itemBytes: number): ChunkCodec {
  let known = codecs.get(itemBytes);
  if (!known) codecs.set(itemBytes, known = codec!.forItems(itemBytes));
  return known;
}

/** What goes into a file at once need not be kept. */
function encode(codec: ChunkCodec, bytes: Uint8Array, keep: boolean): Uint8Array | Promise<Uint8Array> {
  return keep || !codec.encodeTransient ? codec.encode(bytes) : codec.encodeTransient(bytes);
}

/** Takes a place at the end of the file, which no other Worker then gets. */
function append({ path, tail }: NonNullable<EncodeRequest["file"]>, encoded: Uint8Array): EncodedChunk {
  const offset = Number(Atomics.add(tail, 0, BigInt(encoded.length)));
  writeAt(path, encoded, offset);
  return { offset, length: encoded.length };
}

/** Memory of its own: the ring's is used again. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
}

function reply(message: EncodeReply): void {
  self.postMessage(message);
}
