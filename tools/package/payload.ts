import { createHash } from "node:crypto";
import { join } from "@std/path";
import zlib from "node:zlib";
import { ROOT } from "../root.ts";
import type { ProgramFile } from "./bundle_program.ts";

const encoder = new TextEncoder(), RECORD_BYTES = 512;
const WORTH_KEEPING_BYTES = 1 << 20;

/** A file in the payload. */
export interface PayloadFile {
  /** In the unpacked folder. */
  readonly path: string;
  /** Unpacked. */
  readonly bytes: number;
}

/** The compressed files of a program. */
export interface Payload {
  /** zstd frames, one after the other, of one tar. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  /** What is in it, in order. */
  readonly files: readonly PayloadFile[];
  /** SHA-256 of the names and contents, in hexadecimal. */
  readonly digest: string;
}

/**
 * Compresses the program and the Deno, or another file, that runs it. The tar has no times and no names of users, so that the same program
 * gives the same bytes. Deno's own frame is kept in `.cache/package`, since at high levels it takes minutes.
 *
 * @param level zstd's
 */
export async function makePayload(files: readonly ProgramFile[], deno: string, level: number): Promise<Payload> {
  const runtime = await Deno.readFile(deno);
  const head = files.flatMap(({ path, data }) => [tarHeader(path, data.length, 0o600), data, padding(data.length)]);
  head.push(tarHeader("deno", runtime.length, 0o700));
  const tail = [padding(runtime.length), new Uint8Array(2 * RECORD_BYTES)];
  const hash = createHash("sha256");
  for (const part of [...head, runtime]) hash.update(part);
  return {
    parts: [compress(concat(head), level), await compressRuntime(runtime, level), compress(concat(tail), level)],
    files: [...files.map(({ path, data }) => ({ path, bytes: data.length })), { path: "deno", bytes: runtime.length }],
    digest: hash.digest("hex"),
  };
}

async function compressRuntime(runtime: Uint8Array<ArrayBuffer>, level: number): Promise<Uint8Array<ArrayBuffer>> {
  if (runtime.length < WORTH_KEEPING_BYTES) return compress(runtime, level);
  const digest = createHash("sha256").update(runtime).digest("hex").slice(0, 16);
  const kept = join(ROOT, `.cache/package/deno-${digest}-${level}.zst`);
  try {
    return await Deno.readFile(kept);
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
  }
  const compressed = compress(runtime, level), fresh = `${kept}.${Deno.pid}`;
  await Deno.writeFile(fresh, compressed);
  await Deno.rename(fresh, kept);
  return compressed;
}

function compress(data: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  const { ZSTD_c_checksumFlag, ZSTD_c_compressionLevel, ZSTD_c_enableLongDistanceMatching, ZSTD_c_windowLog } =
    zlib.constants;
  const params = {
    [ZSTD_c_compressionLevel]: level,
    [ZSTD_c_checksumFlag]: 1,
    // The most that decoders take without being told.
    [ZSTD_c_windowLog]: 27,
    [ZSTD_c_enableLongDistanceMatching]: 1,
  };
  return new Uint8Array(zlib.zstdCompressSync(data, { params }));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array((RECORD_BYTES - bytes % RECORD_BYTES) % RECORD_BYTES);
}

/** A header of POSIX ustar. */
function tarHeader(path: string, bytes: number, mode: number): Uint8Array {
  const name = encoder.encode(path);
  if (name.length > 99) throw new Error(`too long for the package: ${path}`);
  const header = new Uint8Array(RECORD_BYTES), octal = (n: number, width: number) => n.toString(8).padStart(width, "0");
  const put = (offset: number, text: string) => header.set(encoder.encode(text), offset);
  header.set(name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(bytes, 11));
  put(136, octal(0, 11));
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\0" + "00");
  put(148, octal(header.reduce((sum, byte) => sum + byte, 0), 6) + "\0 ");
  return header;
}
