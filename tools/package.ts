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
import { PROGRAM_SETTINGS, writeProgramEntry } from "./package/program_entry.ts";
import { writePackage } from "./package/write_package.ts";
import { ROOT } from "./root.ts";
import { smokeAll } from "./smoke.ts";

/** How the file is made. */
export interface PackageOptions {
  /** Where it is written. */
  readonly out: string;
  /** zstd's level: 19 takes minutes the first time, 3 a second, and gives a third more bytes. */
  readonly level: number;
}

function wordsOf(main: string, imports: string): string[] {
  return ["{dir}/deno", "run", ...PROGRAM_SETTINGS, `--import-map={dir}/${imports}`, `{dir}/${main}`];
}

/**
 * Makes the file.
 *
 * @throws Error when a step fails
 */
export async function packageProgram({ out, level }: PackageOptions): Promise<void> {
  const launcher = await Deno.makeTempFile({ prefix: "sonde-launcher-" });
  try {
    await buildLauncher(launcher);
    const { files, main, imports } = await bundleProgram(await writeProgramEntry());
    const payload = await makePayload(files, Deno.execPath(), level), words = wordsOf(main, imports);
    await writePackage({ out, launcher, payload, words, version: SONDE_VERSION });
  } finally {
    await Deno.remove(launcher);
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
  const out = resolve(Deno.env.get("INIT_CWD") ?? ".", values.out ?? `${ROOT}/.cache/sonde-${Deno.build.target}`);
  await packageProgram({ out, level: Number(values.level ?? 19) });
  console.log(`package: ${out}, ${((await Deno.stat(out)).size / 1e6).toFixed(1)} MB`);
  if (!values["no-smoke"] && !await smokeAll(out)) Deno.exit(1);
}
