import { dirname, join, relative } from "@std/path";
import { ROOT } from "../root.ts";
import { runCommand } from "../run_command.ts";
import { type ProgramEntry, WORKER_URL } from "./program_entry.ts";

/** A file of the program, by its path in the unpacked folder. */
export interface ProgramFile {
  /** With `/` between folders; ASCII, at most 99 characters. */
  readonly path: string;
  /** What it holds. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The program as JavaScript, ready to be run by any Deno of the same version. */
export interface BundledProgram {
  /** All that it needs beside Deno. */
  readonly files: readonly ProgramFile[];
  /** Path of the module that runs the command. */
  readonly main: string;
  /** Path of the import map that gives scans the library. */
  readonly imports: string;
}

/**
 * Bundles the command, the library and the Workers together, so that they share one copy of everything: a scan that
 * imports "sonde" gets the same classes as the command that runs it.
 *
 * @throws Error when `deno bundle` fails, or a Worker is named that was not bundled
 */
export async function bundleProgram({ main, library, workers }: ProgramEntry): Promise<BundledProgram> {
  const folder = await Deno.makeTempDir({ prefix: "sonde-bundle-" });
  try {
    const entries = [main, library, ...workers];
    const args = ["bundle", "--quiet", "--minify", "--code-splitting", "--outdir", folder, ...entries];
    const { code, text } = await runCommand(Deno.execPath(), args);
    if (code !== 0) throw new Error(`deno bundle failed:\n${text}`);
    const imports = JSON.stringify({ imports: { sonde: `./${scriptOf(library)}` } });
    const bundled = await readFiles(folder, "");
    const files = bundled.map((file) => ({ path: `app/${file.path}`, data: withWorkers(file, workers) }));
    files.push({ path: "app/imports.json", data: new TextEncoder().encode(imports) });
    return { files, main: `app/${scriptOf(main)}`, imports: "app/imports.json" };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function scriptOf(module: string): string {
  return module.replace(/\.ts$/, ".js");
}

async function readFiles(root: string, folder: string): Promise<ProgramFile[]> {
  const files: ProgramFile[] = [];
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = folder ? `${folder}/${name}` : name;
    if (isDirectory) files.push(...await readFiles(root, path));
    else files.push({ path, data: await Deno.readFile(join(root, path)) });
  }
  return files;
}

/** `deno bundle` leaves the URLs of Workers as they stood in the sources; here they lead to the bundled modules. */
function withWorkers({ path, data }: ProgramFile, workers: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(data);
  const rewritten = text.replaceAll(WORKER_URL, (_, url: string) => {
    const name = url.replace(/^.*\//, ""), found = workers.filter((worker) => worker.endsWith(`/${name}`));
    if (found.length !== 1) throw new Error(`${path} starts ${url}, which is ${found.length} of the bundled Workers`);
    const target = relative(dirname(join(ROOT, path)), join(ROOT, scriptOf(found[0]))).replaceAll("\\", "/");
    return `new URL(${JSON.stringify(target.startsWith(".") ? target : `./${target}`)},import.meta.url)`;
  });
  return rewritten === text ? data : new TextEncoder().encode(rewritten);
}
