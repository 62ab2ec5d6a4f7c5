import { assertEquals } from "@std/assert";
import {
  crossedLayers,
  exportsOf,
  logicOf,
  longFiles,
  machinePlaces,
  misnamedFiles,
  strayFileAccess,
  strayLibraries,
  withoutComments,
} from "../tools/architecture.ts";
import { readImports, readSources } from "../tools/source_tree.ts";

const sources = await readSources();
const inSource = sources.filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts"));
const textOf = (path: string) => sources.find((source) => source.path === path)!.text;

/** Files that hold many small things of one kind, and are named after the kind. */
const FAMILIES: Readonly<Record<string, string>> = {
  "src/hw/rig_types.ts": "how the compiler gets from device specs to the axes and readings of a rig",
  "src/core/around_plan.ts": "a plan with what is done around it, and all that can be done",
  "src/scan/nodes.ts": "a function for each node of a plan",
  "src/adapt/triggers/trigger_nodes.ts": "a function for each trigger",
  "src/scan/adaptive_nodes.ts": "a function for each node that looks at what was measured",
  "src/scan/setpoint_columns.ts": "the arithmetic behind the nodes that name setpoints",
  "src/wire.ts": "where the layers meet",
  "src/view/palette.ts": "the colours of all figures",
  "src/view/svg/annotations.ts": "what is drawn over the data",
  "src/zarr/grid.ts": "index arithmetic",
};

/** The offenders are the message: they are all that one needs to mend it. */
function assertNone(offenders: readonly string[], rule: string): void {
  assertEquals(offenders, [], `${rule}:\n  ${offenders.join("\n  ")}\n`);
}

Deno.test("every layer imports only what lies beneath it", async () => {
  const imports = await readImports(["mod.ts", ...inSource.map(({ path }) => path)]);
  assertNone(crossedLayers(imports), "imports that cross the layers");
});

Deno.test("native libraries are loaded only in src/hw", () => {
  assertNone(strayLibraries(sources), "these mention dlopen");
});

Deno.test("data files are touched only where files are the point", async () => {
  const imports = await readImports(inSource.map(({ path }) => path));
  assertNone(strayFileAccess(sources, imports), "these touch the file system");
});

Deno.test("no file has more than 400 lines", () => {
  assertNone(longFiles(sources, 400), "these are too long");
});

Deno.test("mod.ts is nothing but exports", () => {
  assertEquals(logicOf(textOf("mod.ts")), "");
});

Deno.test("every source file is named after something that it exports", () => {
  assertNone(misnamedFiles(sources, FAMILIES), "these are named after nothing that they export");
});

Deno.test("every file that is excused from being named after an export is there, and needs the excuse", () => {
  const misnamed = misnamedFiles(sources).map((line) => line.split(":")[0]);
  assertNone(Object.keys(FAMILIES).filter((path) => !misnamed.includes(path)), "these need no excuse");
});

Deno.test("deno.jsr.json is deno.json with @std from JSR", () => {
  const plain = JSON.parse(textOf("deno.json")), jsr = JSON.parse(textOf("deno.jsr.json"));
  for (const name of ["@std/assert", "@std/path", "@std/yaml"]) plain.imports[name] = `jsr:${name}@^1`;
  assertEquals(jsr, plain);
});

Deno.test("no file names a home folder or the host of a package registry", () => {
  assertNone(machinePlaces(sources), "these name a place of one machine");
});

Deno.test("the rules notice whoever breaks them", () => {
  const imports = new Map([
    ["src/core/a.ts", ["src/scan/b.ts"]],
    ["src/zarr/b.ts", ["src/core/a.ts", "src/view/c.ts"]],
    ["src/scan/b.ts", ["src/adapt/c.ts", "src/hw/d.ts", "src/wire.ts"]],
    ["src/cli/e.ts", ["src/hw/d.ts", "src/wire.ts", "mod.ts"]],
    ["src/hw/d.ts", ["mod.ts", "npm:zarrita@1.0.0"]],
    ["src/wire/f.ts", ["src/view/c.ts", "src/cli/e.ts"]],
  ]);
  assertEquals(crossedLayers(imports), [
    "src/core/a.ts → src/scan/b.ts",
    "src/zarr/b.ts → src/view/c.ts",
    "src/scan/b.ts → src/hw/d.ts",
    "src/scan/b.ts → src/wire.ts",
    "src/hw/d.ts → mod.ts",
    "src/wire/f.ts → src/cli/e.ts",
  ]);
  const at = (path: string, text: string) => [{ path, text }];
  assertEquals(strayLibraries(at("src/view/a.ts", "Deno.dlopen(x, {})")), ["src/view/a.ts"]);
  assertEquals(strayLibraries(at("src/view/a.ts", "// Deno.dlopen(x, {})\n")), []);
  assertEquals(strayFileAccess(at("src/scan/a.ts", "await Deno.readTextFileSync(p)"), new Map()), [
    "src/scan/a.ts: Deno.readTextFileSync",
  ]);
  assertEquals(strayFileAccess(at("src/scan/a.ts", ""), new Map([["src/scan/a.ts", ["node:fs/promises"]]])), [
    "src/scan/a.ts: node:fs/promises",
  ]);
  assertEquals(strayFileAccess(at("src/zarr/journal.ts", "Deno.openSync(p)"), new Map()), []);
  assertEquals(longFiles(at("src/a.ts", "\n".repeat(401)), 400), ["src/a.ts: 401"]);
  assertEquals(machinePlaces(at("a.md", `see "${"/"}home/me/x"`)), [`a.md: ${"/"}home/m`]);
  assertEquals(machinePlaces(at("a.md", "see https://example.org/home/page and ./root/x")), []);
});

Deno.test("misnamedFiles() knows the ways to be named after an export", () => {
  const named = (path: string, text: string) => misnamedFiles([{ path, text }]).length === 0;
  assertEquals(named("src/adapt/find_peaks.ts", "export function findPeaks() {}"), true);
  assertEquals(named("src/core/errors.ts", "export class SondeError {}"), true);
  assertEquals(named("src/zarr/stores/fs.ts", "export class FsStore {}"), true);
  assertEquals(named("src/view/axes.ts", "export function axisTicks() {}"), true);
  assertEquals(named("src/zarr/encode_worker.ts", "self.onmessage = () => {};"), true);
  assertEquals(named("src/core/channel.ts", "export class ByteBudget {}"), false);
});

Deno.test("logicOf() finds a statement among exports", () => {
  assertEquals(logicOf('// words\nexport { a, type B } from "./a.ts";\nexport type { C } from "./c.ts";\n'), "");
  assertEquals(logicOf('export { a } from "./a.ts";\nconst b = 1;'), "const b = 1;");
});

Deno.test("exportsOf() and withoutComments() read code, not comments", () => {
  assertEquals(
    exportsOf(
      "export async function* a() {}\n/* export const b = 1 */\nexport { c as d };\nexport abstract class E {}",
    ),
    ["a", "E", "d"],
  );
  assertEquals(withoutComments('const url = "https://a"; // b\n/** c */ d'), 'const url = "https://a"; \n d');
});
