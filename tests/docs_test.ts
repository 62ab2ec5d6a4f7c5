import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parse } from "@std/yaml";
import { makeProgram } from "../src/cli/program.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { ROOT } from "../tools/root.ts";

/** Documents of the repository, by their path in it. */
async function documents(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const folder of ["", "docs", "docs/decisions"]) {
    for await (const { name, isFile } of Deno.readDir(join(ROOT, folder))) {
      if (!isFile || !name.endsWith(".md")) continue;
      texts.set(join(folder, name), await Deno.readTextFile(join(ROOT, folder, name)));
    }
  }
  return texts;
}

/** The anchor that a heading gets: lower case, without punctuation, words joined by hyphens. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
}

function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));
}

/** Links within the repository: to a file, to a heading, or to both. */
function links(text: string): { file: string; anchor: string }[] {
  const prose = text.replace(/^```[^]*?^```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ file: target.split("#")[0], anchor: target.split("#")[1] ?? "" }));
}

Deno.test("every link between documents leads somewhere", async () => {
  const texts = await documents(), dead: string[] = [];
  for (const [path, text] of texts) {
    for (const { file, anchor } of links(text)) {
      const target = file ? join(dirname(path), file) : path;
      const there = await Deno.stat(join(ROOT, target)).then(() => true, () => false);
      const known = !anchor || !texts.has(target) || anchors(texts.get(target)!).includes(anchor);
      if (!there || !known) dead.push(`${path}: ${file}${anchor && `#${anchor}`}`);
    }
  }
  assertEquals(dead, []);
});

Deno.test("docs/cli.md names every command, option and argument of the sonde command", async () => {
  const text = await Deno.readTextFile(join(ROOT, "docs/cli.md")), missing: string[] = [];
  for (const command of makeProgram().commands) {
    if (!text.includes(`\n## ${command.name()}\n`)) missing.push(command.name());
    for (const { long, short } of command.options) {
      for (const flag of [long, short]) {
        if (flag && !text.includes(`\`${flag}`)) missing.push(`${command.name()} ${flag}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("docs/cli.md names no option that the sonde command does not have", async () => {
  const text = await Deno.readTextFile(join(ROOT, "docs/cli.md")), program = makeProgram();
  const known = new Set([program, ...program.commands].flatMap(({ options }) => options.map(({ long }) => long)));
  const named = new Set([...text.matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag));
  assertEquals([...named].filter((flag) => !known.has(flag) && flag !== "--help"), []);
});

Deno.test("every document stands in the index", async () => {
  const index = links(await Deno.readTextFile(join(ROOT, "docs/README.md"))).map(({ file }) => file);
  for (const path of (await documents()).keys()) {
    if (dirname(path) !== "docs" || path === join("docs", "README.md")) continue;
    assert(index.includes(path.slice("docs/".length)), `docs/README.md does not name ${path}`);
  }
});

Deno.test("the scan files that README.md and docs/getting-started.md show are those of examples/, or parts that a scan file may have", async () => {
  const neon = parse(await Deno.readTextFile(join(ROOT, "examples/neon.yaml"))), texts = await documents();
  for (const page of ["README.md", "docs/getting-started.md"]) {
    const shown = [...texts.get(page)!.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text);
    assert(shown.length > 0);
    for (const text of shown) {
      const whole = /^rig:/m.test(text), scan = parse(whole ? text : `read: [diode, ring_current]\n${text}`);
      if (whole) assertEquals({ ...neon, ...scan }, neon, page);
      parseScanFile(JSON.stringify(scan));
    }
  }
});
