import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../../tools/run_command.ts";

/** What `deno task test` does with one file. */
async function testTask(source: string) {
  const folder = await Deno.makeTempDir({ prefix: "sonde test é " });
  try {
    const file = `${folder}/some_test.ts`;
    await Deno.writeTextFile(file, source);
    const { code, text } = await runCommand(Deno.execPath(), ["run", "-A", "tools/test.ts", file]);
    const lines = text.trimEnd().split("\n");
    return { code, lines, counts: lines.filter((line) => /^\d+ passed, \d+ failed, \d+ skipped$/.test(line)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the test task ends with exactly one line of counts", async () => {
  const { code, lines, counts } = await testTask(`Deno.test("good", () => {});`);
  assertEquals([code, counts.length, lines.at(-1)], [0, 1, counts[0]]);
  assertMatch(counts[0], /^1 passed, 0 failed, /);
});

Deno.test("the test task fails when a test does, names it, and names what was skipped", async () => {
  const { code, lines, counts } = await testTask(`
    Deno.test("bad", () => { throw new Error("on purpose"); });
    Deno.test({ name: "cannot", ignore: true, fn() {} });`);
  assertEquals([code, counts.length, lines.at(-1)], [1, 1, counts[0]]);
  assertMatch(counts[0], /^0 passed, 1 failed, [1-9]/);
  assertEquals(lines.filter((line) => /^failed: .*some_test.ts: bad$/.test(line)).length, 1);
  assertEquals(lines.filter((line) => /^skipped: .*some_test.ts: cannot$/.test(line)).length, 1);
});

Deno.test("the test task fails when a test leaks a timer or a file", async () => {
  const { code, counts } = await testTask(`
    Deno.test("timer", () => { setTimeout(() => {}, 1e6); });
    Deno.test("file", () => { Deno.openSync("deno.json"); });`);
  assertEquals(code, 1);
  assertMatch(counts[0], /^0 passed, 2 failed, /);
});
