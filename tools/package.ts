/**
 * Makes one self-extracting file of Sonde and the Deno that runs it: `deno task package [--out FILE] [--level N]`. It
 * needs a C compiler, and the network once for the sources of zstd's decoder. It ends with the smoke test of what it made.
 *
 * @module
 */
import { resolve } from "@std/path";
import { parseArgs } from "node:util";
import { SONDE_VERSION } from "../src/core/version.ts";
import { buildLauncher } from "./package/build_launcher.ts";
import { bundleProgram } from "./package/bundle_program.ts";
import { makePayload } from "./package/payload.ts";
import { writeProgramEntry } from "./package/program_entry.ts";
import { ROOT } from "./root.ts";
import { smokeAll } from "./smoke.ts";

/** How the file is made. */
export interface PackageOptions {
  /** Where it is written. */
  readonly out: string;
  /** zstd's level: 19 takes minutes the first time, 3 a second, and gives a third more bytes. */
  readonly level: number;
}

/** What the file says of itself where its launcher can read it. */
interface Manifest {
  readonly id: string;
  readonly words: readonly string[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/** Permissions and settings that are baked in. What is in the folders of the caller decides nothing. */
function wordsOf(main: string, imports: string): string[] {
  const settings = ["-A", "--quiet", "--no-config", "--no-lock", "--no-prompt", "--node-modules-dir=none"];
  return ["{dir}/deno", "run", ...settings, `--import-map={dir}/${imports}`, `{dir}/${main}`];
}

const VARIABLES = ["DENO_DIR={dir}/deno_dir", "DENO_NO_UPDATE_CHECK=1", "DENO_NO_PACKAGE_JSON=1"];

function manifestText({ id, words, files }: Manifest): string {
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

/**
 * Makes the file.
 *
 * @throws Error when a step fails
 */
export async function packageProgram({ out, level }: PackageOptions): Promise<void> {
  const launcher = await Deno.makeTempFile({ prefix: "sonde-launcher-" }), fresh = `${out}.${Deno.pid}`;
  try {
    await buildLauncher(launcher);
    const program = await bundleProgram(await writeProgramEntry());
    const { parts, files, digest } = await makePayload(program.files, Deno.execPath(), level);
    const id = `${SONDE_VERSION}-${digest.slice(0, 16)}`, words = wordsOf(program.main, program.imports);
    const start = await Deno.readFile(launcher),
      manifest = new TextEncoder().encode(manifestText({ id, words, files }));
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    await Deno.writeFile(
      fresh,
      ReadableStream.from([start, ...parts, manifest, trailer(start.length, bytes, manifest.length)]),
      { mode: 0o755 },
    );
    // In place of a file that may be running.
    await Deno.rename(fresh, out);
  } finally {
    await Deno.remove(launcher);
    await Deno.remove(fresh).catch(() => {});
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { out: { type: "string" }, level: { type: "string" }, "no-smoke": { type: "boolean" } },
  });
  if (Deno.build.os === "windows") {
    console.error("package: the launcher is written for Linux and macOS; on Windows use deno task compile");
    Deno.exit(2);
  }
  const out = resolve(values.out ?? `${ROOT}/.cache/sonde-${Deno.build.target}`);
  await packageProgram({ out, level: Number(values.level ?? 19) });
  console.log(`package: ${out}, ${((await Deno.stat(out)).size / 1e6).toFixed(1)} MB`);
  if (!values["no-smoke"] && !await smokeAll(out)) Deno.exit(1);
}
