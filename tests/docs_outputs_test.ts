/** A page that shows a command, or a program, and what it prints shows what it does print. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { NOT_DONE, PAGES, PROVOKED } from "./docs_readers.ts";
import { type Done, isAsPrinted, stepsOf, wordsOf } from "./docs_session.ts";

const CHILD = join(import.meta.dirname!, "docs_session_child.ts");

const textOf = (page: string) => Deno.readTextFile(join(ROOT, page));

/** A reader with the examples in a folder of their own, who does all that a page says. */
async function read(page: string): Promise<Done[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "examples"));
    for (const { name } of Deno.readDirSync(join(ROOT, "examples"))) {
      if (name.endsWith(".yaml")) await Deno.copyFile(join(ROOT, "examples", name), join(folder, "examples", name));
    }
    const args = ["run", "-A", "--no-check", "--config", join(ROOT, "deno.json"), CHILD, page];
    const how = {
      args,
      cwd: folder,
      env: { NO_COLOR: "1", TZ: "UTC" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    } as const;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), how).output();
    const out = new TextDecoder().decode(stdout);
    assertEquals(code, 0, `${out}\n${new TextDecoder().decode(stderr)}`);
    return JSON.parse(out.trimEnd().split("\n").at(-1)!);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a page says otherwise than it is. */
function liesOf(page: string, done: readonly Done[]): string[] {
  return done.flatMap(({ step: { line, text, printed }, code, output }) => {
    const where = `${page}:${line}: ${text.split("\n")[0]}`;
    if (printed === undefined) return code === 0 ? [] : [`${where}\nfails (${code}):\n${output}`];
    return isAsPrinted(printed, output) ? [] : [`${where}\nis said to print\n${printed}\nand prints\n${output}`];
  });
}

Deno.test("the pages print what their commands and programs print", async (test) => {
  // All at once: they mostly wait for simulated devices.
  const all = await Promise.all(Object.keys(PAGES).map(async (page) => [page, await read(page)] as const));
  for (const [page, done] of all) {
    await test.step(page, () => {
      const lies = liesOf(page, done);
      assert(!lies.length, `\n\n${lies.join("\n\n")}\n`);
      assert(done.some(({ step }) => step.printed !== undefined), "nothing was compared");
    });
  }
});

Deno.test("every command that the pages are excused from is still in one of them, and so is every error that is provoked", async () => {
  const texts = await Promise.all(Object.keys(PAGES).map(textOf));
  const firstLines = new Set(texts.flatMap(stepsOf).map(({ text }) => text.split("\n")[0]));
  const named = [
    ...Object.keys(NOT_DONE),
    ...Object.keys(PROVOKED),
    ...Object.values(PAGES).flatMap((page) => Object.keys(page.before)),
  ];
  assertEquals(named.filter((line) => line && !firstLines.has(line)), []);
});

Deno.test("stepsOf() finds sessions, commands, programs, errors, and what they print", () => {
  const fence = "```", block = (language: string, text: string) => `${fence}${language}\n${text}\n${fence}\n\n`;
  const page = block("", "$ sonde a\nthis\nand that\n$ sonde b") + block("sh", "sonde c\nsonde d") + "Prose.\n\n" +
    block("", "said by d") +
    block("ts", "one();") + block("sh", "deno run -A one.ts") + block("", "1") + block("yaml", "a: 1") + "# Next\n\n" +
    block("", "error: e\nerror: f") + block("", "alone");
  assertEquals(stepsOf(page).map(({ kind, text, printed }) => [kind, text.trim(), printed]), [
    ["command", "sonde a", "this\nand that"],
    ["command", "sonde b", undefined],
    ["command", "sonde c", undefined],
    ["command", "sonde d", "said by d"],
    ["ts", "one();", "1"],
    ["output", "error: e", undefined],
    ["output", "error: f", undefined],
    ["output", "alone", undefined],
  ]);
});

Deno.test("isAsPrinted() forgives times, dates, places and wrapped lines, and nothing else", () => {
  const report = "49 points in 950 ms (estimated 708 ms): move 30 %, settle 0 %, read 61 %, write 1.1 %, engine 8.0 %";
  assert(isAsPrinted(report, report.replace("950 ms", "1.3 s").replace("61", "59").replace(", write", ",\nwrite")));
  assert(!isAsPrinted(report, report.replace("49 points", "48 points")));
  assert(isAsPrinted("about 708 ms", "about 1.2 s"));
  assert(!isAsPrinted("5.4 kB before compression", "5.5 kB before compression"));
  assert(isAsPrinted("…/runs/2026-11-22/1-map.zarr", "/somewhere/runs/2027-01-01/12-map.zarr"));
  assert(!isAsPrinted("…/runs/2026-11-22/1-map.zarr", "/somewhere/runs/2027-01-01/12-neon.zarr"));
  assert(isAsPrinted("first\n…\nlast", "first\nsecond\nthird\nlast"));
  assert(!isAsPrinted("first\n…\nlast", "first\nsecond\nthird"));
  assert(!isAsPrinted("allowed: -5 … 5 mm", "allowed: -5 … 4 or 5 mm"));
  assert(isAsPrinted('{"a":[1,\n2],…}', '{"a":[1,2],"b":3}'));
  assert(!isAsPrinted(" ⡆ ┤", "⡆  ┤"), "white space counts in pictures");
});

Deno.test("wordsOf() takes the words of a command as a shell does", () => {
  const places = ["runs/2026-11-22/1-neon.zarr", "runs/2026-11-22/2-map.zarr"];
  assertEquals(wordsOf('sonde note map.zarr "laser realigned" --by Ada # a comment', places), [
    "sonde",
    "note",
    "map.zarr",
    "laser realigned",
    "--by",
    "Ada",
  ]);
  assertEquals(wordsOf("sonde plot runs/*/1-neon.zarr > there", places), ["sonde", "plot", places[0]]);
});
