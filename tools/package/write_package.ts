import { createHash } from "node:crypto";
import type { Payload } from "./payload.ts";

/** The parts of a self-extracting file. */
export interface PackageParts {
  /** Where the file is written; one that is there, and may be running, is replaced. */
  readonly out: string;
  /** The compiled launcher. */
  readonly launcher: string;
  /** What is unpacked. */
  readonly payload: Payload;
  /** What is executed, with `{dir}` for the unpacked folder; the caller's arguments follow. */
  readonly words: readonly string[];
  /** Begins the name of the unpacked folder. */
  readonly version: string;
}

/** What the program is given beside the caller's environment. */
const VARIABLES = ["DENO_DIR={dir}/deno_dir", "DENO_NO_UPDATE_CHECK=1", "DENO_NO_PACKAGE_JSON=1"];

/** Writes `[launcher][payload][manifest][trailer]`, which `tools/package/package.c` reads. */
export async function writePackage({ out, launcher, payload, words, version }: PackageParts): Promise<void> {
  const id = createHash("sha256").update(payload.digest).update(words.join("\0")).digest("hex").slice(0, 16);
  const start = await Deno.readFile(launcher), fresh = `${out}.${Deno.pid}`;
  const manifest = new TextEncoder().encode(manifestText(`${version}-${id}`, words, payload));
  const bytes = payload.parts.reduce((sum, part) => sum + part.length, 0);
  const end = trailer(start.length, bytes, manifest.length);
  try {
    await Deno.writeFile(fresh, ReadableStream.from([start, ...payload.parts, manifest, end]), { mode: 0o755 });
    await Deno.rename(fresh, out);
  } finally {
    await Deno.remove(fresh).catch(() => {});
  }
}

function manifestText(id: string, words: readonly string[], { files }: Payload): string {
  const lines = [
    ["name", "sonde"],
    ["id", id],
    ...words.map((word) => ["word", word]),
    ...VARIABLES.map((variable) => ["variable", variable]),
    ...files.map(({ path, bytes }) => ["file", String(bytes), path]),
  ];
  return lines.map((line) => line.join("\t") + "\n").join("");
}

/** `SONDEPK1`, then where the payload begins, its length and the manifest's, as 64-bit little-endian numbers. */
function trailer(offset: number, payload: number, manifest: number): Uint8Array {
  const bytes = new Uint8Array(32), view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("SONDEPK1"));
  for (const [k, length] of [offset, payload, manifest].entries()) view.setBigUint64(8 + 8 * k, BigInt(length), true);
  return bytes;
}
