import type { Imports, Source } from "./source_tree.ts";

/** What each folder of `src` may import of ours beside itself; `src/wire.ts` with `src/wire/` import anything but `src/cli`, which imports anything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  scan: ["core", "adapt"],
  adapt: ["core"],
  hw: ["core"],
  zarr: ["core"],
  view: ["core"],
};

/** Where everything meets: only these may import it. */
const WIRING = /^src\/wire(\.ts$|\/)/;

/** Where data files are touched: few places, so that they can be counted. */
const TOUCHES_FILES = [
  "src/zarr/stores/fs.ts",
  "src/zarr/stores/write_at.ts",
  "src/zarr/journal.ts",
  "src/zarr/note_spool.ts",
  "src/zarr/run_folder.ts",
  "src/zarr/run_catalogue.ts",
  "src/zarr/run_attributes.ts",
  "src/zarr/writer_of.ts",
  "src/view/write_figure.ts",
  "src/view/plotly_source.ts",
  "src/wire/terminal/in_foreground.ts",
  "src/cli/",
  "src/hw/ffi/",
];

const FILE_CALL = new RegExp(
  `\\bDeno\\.(${
    "open|create|read(Text)?File|write(Text)?File|mkdir|rename|remove|l?stat|readDir|readLink|copyFile|truncate|link|" +
    "symlink|realPath|chmod|chown|utime|makeTempDir|makeTempFile|watchFs"
  })(Sync)?\\b`,
);

/** Imports of ours that cross the layers, as `from → to`. */
export function crossedLayers(imports: Imports): string[] {
  const offenders: string[] = [];
  for (const [from, targets] of imports) {
    for (const to of targets) if (!mayImport(from, to)) offenders.push(`${from} → ${to}`);
  }
  return offenders;
}

function mayImport(from: string, to: string): boolean {
  const ours = to.startsWith("src/") || to === "mod.ts";
  if (!ours || !from.startsWith("src/")) return true;
  if (from.startsWith("src/cli/")) return true;
  // What a script shares with the command line is no part of the command line.
  if (to.startsWith("src/cli/")) return false;
  if (WIRING.test(from)) return true;
  if (to === "mod.ts" || WIRING.test(to)) return false;
  const layer = from.split("/")[1], target = to.split("/")[1];
  // A file that stands alone in src, as the version does, is a noun of no layer: it builds on core.
  return layer === target || (MAY_IMPORT[layer] ?? ["core"]).includes(target);
}

/** Source files outside of `src/hw` that load a native library. */
export function strayLibraries(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path, text }) =>
      inSource(path) && !path.startsWith("src/hw/") && /\bdlopen\b/.test(withoutComments(text))
    )
    .map(({ path }) => path);
}

/** Source files that touch the file system, as `path: what`, where they should not. */
export function strayFileAccess(sources: readonly Source[], imports: Imports): string[] {
  const offenders: string[] = [];
  for (const { path, text } of sources) {
    if (!inSource(path) || TOUCHES_FILES.some((place) => path === place || path.startsWith(place))) continue;
    const call = FILE_CALL.exec(withoutComments(text));
    if (call) offenders.push(`${path}: ${call[0]}`);
    const module = imports.get(path)?.find((target) => /^(node:)?fs(\/promises)?$/.test(target));
    if (module) offenders.push(`${path}: ${module}`);
  }
  return offenders;
}

/** TypeScript files of more than `most` lines, as `path: lines`. */
export function longFiles(sources: readonly Source[], most: number): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ path, lines }) => path.endsWith(".ts") && lines > most)
    .map(({ path, lines }) => `${path}: ${lines}`);
}

/** What a module has beside `export … from`; empty when it is only a list of exports. */
export function logicOf(text: string): string {
  return withoutComments(text)
    .replace(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})(\s+from\s+"[^"]*")?\s*;/g, "")
    .trim();
}

/**
 * Source files that are not named after anything they export, as `path: what they export`. The words of the file's name
 * stand in the name of an export, in the singular or plural: `find_peaks.ts` holds `findPeaks`, `errors.ts` holds
 * `SondeError`, `lamp.ts` holds `lampThroughSlit`. A folder's `mod.ts` only lists, and entries of programs and Workers
 * export nothing.
 *
 * @param families files that hold many small things of one kind and are named after the kind, with the reason
 */
export function misnamedFiles(sources: readonly Source[], families: Readonly<Record<string, string>> = {}): string[] {
  return sources
    .filter(({ path, text }) =>
      inSource(path) && !(path in families) && !isNameless(path) && !isNamedAfterExport(path, text)
    )
    .map(({ path, text }) => `${path}: exports ${exportsOf(text).join(", ") || "nothing"}`);
}

function isNameless(path: string): boolean {
  return /\/(main|mod|worker|\w+_worker)\.ts$/.test(path);
}

function isNamedAfterExport(path: string, text: string): boolean {
  const file = path.replace(/^.*\//, "").replace(/\.ts$/, "").replaceAll("_", "");
  return exportsOf(text).some((name) => {
    const plain = name.replaceAll("_", "").toLowerCase();
    return plain.includes(file) || plain.includes(singular(file));
  });
}

/** Of the plurals that files are named by: `axes`, `entries`, `errors`. */
function singular(word: string): string {
  return word.replace(/axes$/, "axis").replace(/ies$/, "y").replace(/(?<![is])s$/, "");
}

/** The names that a module exports. */
export function exportsOf(text: string): string[] {
  const code = withoutComments(text);
  const declared = code.matchAll(
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|interface|type|enum)\s+(\w+)/gm,
  );
  const listed = [...code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)]
    .flatMap(([, list]) => list.split(",").map((item) => item.trim().split(/\s+/).at(-1)!));
  return [...Array.from(declared, ([, name]) => name), ...listed].filter((name) => name);
}

/** Places of one machine that a text names, as `path: what`: home folders and hosts of package registries. */
export function machinePlaces(sources: readonly Source[]): string[] {
  // In pieces, so that this file does not name them either.
  const home = ["home", "root", "Users"].map((folder) => `(?<![\\w.~}-])/${folder}/\\w`).join("|");
  const registry = "https?" + "://[\\w.-]*registry[\\w.-]*";
  return sources.flatMap(({ path, text }) => {
    const found = new RegExp(`${home}|${registry}`).exec(text);
    return found ? [`${path}: ${found[0]}`] : [];
  });
}

function inSource(path: string): boolean {
  return path.startsWith("src/") && path.endsWith(".ts");
}

/** The code without its comments; strings stay, whatever they hold. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, quoted) => quoted ?? "",
  );
}
