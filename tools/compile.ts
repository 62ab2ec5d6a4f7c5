/**
 * Sonde as one executable by `deno compile`: `deno task compile [--target TARGET] [--out FILE]`. It needs denort, which
 * Deno downloads, or takes from `DENORT_BIN`. It ends with the smoke test, where what it made can run here.
 *
 * @module
 */
import { dirname, join, resolve } from "@std/path";
import { parseArgs } from "node:util";
import { type BundledProgram, bundleProgram } from "./package/bundle_program.ts";
import { writeProgramEntry } from "./package/program_entry.ts";
import { ROOT } from "./root.ts";
import { runCommand } from "./run_command.ts";
import { smokeAll } from "./smoke.ts";

/** What is compiled. */
export interface CompileOptions {
  /** Where the executable is written. */
  readonly out: string;
  /** Deno's name of a system, as in `x86_64-pc-windows-msvc`. */
  readonly target: string;
}

/** Words that only the Deno CLI holds, in the help of a command that no compiled program has. */
const CLI_WORDS = "Deno kernel for Jupyter notebooks";

/**
 * Compiles the bundled program, so that Workers, plotly.js and the library for scans are found as they are in the packaged
 * form. Nothing is left at `out` when that fails.
 *
 * @throws Error with what has to be done
 */
export async function compileProgram({ out, target }: CompileOptions): Promise<void> {
  const folder = join(ROOT, ".cache/package/program"), program = await bundleProgram(await writeProgramEntry());
  await writeProgram(program, folder);
  const settings = ["-A", "--quiet", "--no-prompt", "--no-lock", "--no-config", "--no-check", "--app-name", "sonde"];
  const args = [
    "--import-map",
    join(folder, program.imports),
    "--include",
    folder,
    "--target",
    target,
    "--output",
    out,
  ];
  const { code, text } = await runCommand(Deno.execPath(), [
    "compile",
    ...settings,
    ...args,
    join(folder, program.main),
  ]);
  if (code !== 0) throw new Error(`${text.trim()}\n${adviceFor(target)}`);
  if (holds(await Deno.readFile(out), CLI_WORDS)) {
    await Deno.remove(out);
    const denort = Deno.env.get("DENORT_BIN");
    const cause = denort
      ? `DENORT_BIN (${denort}) is the Deno CLI, not denort`
      : "what Deno took for denort is its CLI";
    throw new Error(`what came out is a copy of the Deno CLI and holds no program: ${cause}\n${adviceFor(target)}`);
  }
}

async function writeProgram({ files }: BundledProgram, folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const { path, data } of files) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeFile(join(folder, path), data);
  }
}

function adviceFor(target: string): string {
  return `deno compile needs denort ${Deno.version.deno} for ${target}. Where its download cannot be had, set DENORT_BIN ` +
    "to the file from another machine, or make the self-extracting form: deno task package";
}

function holds(data: Uint8Array<ArrayBuffer>, words: string): boolean {
  const wanted = new TextEncoder().encode(words);
  for (let at = data.indexOf(wanted[0]); at >= 0; at = data.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, k) => data[at + k] === byte)) return true;
  }
  return false;
}

if (import.meta.main) {
  const { values } = parseArgs({ args: Deno.args, options: { out: { type: "string" }, target: { type: "string" } } });
  const target = values.target ?? Deno.build.target, suffix = target.includes("windows") ? ".exe" : "";
  const out = resolve(
    Deno.env.get("INIT_CWD") ?? ".",
    values.out ?? join(ROOT, `.cache/sonde-compiled-${target}${suffix}`),
  );
  try {
    await compileProgram({ out, target });
  } catch (thrown) {
    console.error(`compile: FAILED\n${thrown instanceof Error ? thrown.message : thrown}`);
    Deno.exit(1);
  }
  console.log(`compile: ${out}, ${((await Deno.stat(out)).size / 1e6).toFixed(1)} MB`);
  if (target !== Deno.build.target) {
    console.log(`compile: NOT TRIED, because it is for ${target}: run tools/smoke.ts on it there`);
  } else if (!await smokeAll(out)) Deno.exit(1);
}
