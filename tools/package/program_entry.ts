import { dirname, join } from "@std/path";
import { ROOT } from "../root.ts";
import { lastLine, runCommand } from "../run_command.ts";

/** What an executable is built from: its entry, and the Workers that have to be found beside it. */
export interface ProgramEntry {
  /** The module that runs the command, from the repository's root. */
  readonly main: string;
  /** What `import … from "sonde"` means in a scan. */
  readonly library: string;
  /** Modules that are started as Workers. */
  readonly workers: readonly string[];
}

/** How a Worker's module is named in the sources: nothing else tells a bundler that it is needed. */
export const WORKER_URL: RegExp = /new URL\("(\.{1,2}\/[^"]+\.ts)",\s*import\.meta\.url\)/g;

/** Permissions and settings that are baked in. What is in the folders of the caller decides nothing. */
export const PROGRAM_SETTINGS: readonly string[] = [
  "-A",
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-prompt",
  "--node-modules-dir=none",
];

/** Writes the entry of an executable, which knows its commit and how it is started once more, and finds the Workers. */
export async function writeProgramEntry(): Promise<ProgramEntry> {
  const main = ".cache/package/main.ts";
  await Deno.mkdir(join(ROOT, dirname(main)), { recursive: true });
  // Loaded late: in a bundle it would otherwise be part of the entry, where import.meta.main of the command is true.
  const text = `const { endProcess, runExecutable } = await import("../../src/cli/executable.ts");
const map = "--import-map=" + new URL("../../imports.json", import.meta.url).href;
const words = ["run", ...${JSON.stringify(PROGRAM_SETTINGS)}, map, import.meta.url];
endProcess(runExecutable({ commit: ${JSON.stringify(await commitName())} }, Deno.args, words));
`;
  await Deno.writeTextFile(join(ROOT, main), text);
  return { main, library: "mod.ts", workers: await findWorkers("src") };
}

/** The commit, with `+` where tracked files have been changed since; "unknown" outside of a checkout. */
async function commitName(): Promise<string> {
  const commit = await runCommand("git", ["rev-parse", "--short=10", "HEAD"]);
  if (commit.code !== 0) return "unknown";
  const { text } = await runCommand("git", ["status", "--porcelain", "--untracked-files=no"]);
  return lastLine(commit.text) + (text.trim() ? "+" : "");
}

async function findWorkers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await findWorkers(path));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(join(ROOT, path));
      for (const [, url] of text.matchAll(WORKER_URL)) found.push(join(folder, url).replaceAll("\\", "/"));
    }
  }
  return [...new Set(found)].sort();
}
