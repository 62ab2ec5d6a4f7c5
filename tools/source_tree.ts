import { join, relative } from "@std/path";
import { ROOT } from "./root.ts";
import { runCommand } from "./run_command.ts";

/** A file of the repository. */
export interface Source {
  /** From the root, with `/` between folders. */
  readonly path: string;
  readonly text: string;
}

/** Which files a source file imports, of ours by their path from the root, of others by their specifier. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** What git does not know, and what is not text. */
const LEFT_OUT =
  /^(\.git|\.venv|\.venv-bench|\.venv-lab|\.ipynb_checkpoints|screenshots|\.cache|node_modules|runs|coverage|__pycache__|.*\.zarr)$/;
const TEXT = /(\.(ts|js|mjs|json|jsonc|md|py|in|txt|yaml|yml|ipynb|c|h|conf|html|css|svg|sh|toml|db)|\/run|\.lock)$/;

/** All text files under `folder`, in order; none when it is not there. */
export async function readSources(folder = "."): Promise<Source[]> {
  const sources: Source[] = [];
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, folder))).catch(() => []);
  for (const { name, isDirectory, isFile } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (LEFT_OUT.test(name)) continue;
    const path = folder === "." ? name : `${folder}/${name}`;
    if (isDirectory) sources.push(...await readSources(path));
    else if (isFile && TEXT.test(`/${path}`)) {
      sources.push({ path, text: await Deno.readTextFile(join(ROOT, path)) });
    }
  }
  return sources;
}

/**
 * What each of `paths` imports, for its types too, as `deno info --json` resolves it: asked once, of a module that
 * imports them all. That every import leads somewhere is for `deno check` to say.
 */
export async function readImports(paths: readonly string[]): Promise<Imports> {
  const entry = await Deno.makeTempFile({ prefix: "sonde-", suffix: ".ts" });
  try {
    const url = (path: string) => new URL(path.split("/").map(encodeURIComponent).join("/"), rootUrl()).href;
    await Deno.writeTextFile(entry, paths.map((path) => `import ${JSON.stringify(url(path))};\n`).join(""));
    const config = join(ROOT, "deno.json");
    const { code, text } = await runCommand(Deno.execPath(), ["info", "--quiet", "--json", "--config", config, entry]);
    if (code !== 0) throw new Error(`deno info failed:\n${text}`);
    return importsOf(JSON.parse(text) as Info);
  } finally {
    await Deno.remove(entry);
  }
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

function importsOf({ modules }: Info): Imports {
  const imports = new Map<string, readonly string[]>();
  for (const { specifier, dependencies = [] } of modules) {
    if (!specifier.startsWith(rootUrl())) continue;
    imports.set(
      pathOf(specifier),
      dependencies.map(({ specifier, code, type }) => pathOf(code?.specifier ?? type?.specifier ?? specifier)),
    );
  }
  return imports;
}

function rootUrl(): string {
  return new URL("..", import.meta.url).href;
}

/** Files of ours by their path, everything else as it stands. */
function pathOf(specifier: string): string {
  return specifier.startsWith(rootUrl())
    ? relative(ROOT, decodeURIComponent(new URL(specifier).pathname).replace(/^\/(?=[A-Za-z]:)/, "")).replaceAll(
      "\\",
      "/",
    )
    : specifier;
}
