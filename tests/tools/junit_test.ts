import { assertEquals } from "@std/assert";
import { readJunit } from "../../tools/junit.ts";
import { listTestFiles, runJobs } from "../../tools/test_files.ts";

/** What `deno test` itself reports of a test file. */
async function outcomesOf(source: string, timeoutMs = 60_000) {
  const folder = await Deno.makeTempDir({ prefix: "sonde test é " });
  const file = `${folder}/some_test.ts`;
  try {
    await Deno.writeTextFile(file, source);
    const job = { name: "some", args: ["-A", "--no-check", "--no-config", file], timeoutMs };
    return await runJobs([job], 1, () => {});
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readJunit() counts tests, not their steps, and names what was skipped", () => {
  const xml = `<testsuites><testsuite name="a" tests="5">
    <testcase name="passes &gt; always" line="1"></testcase>
    <testcase name="fails &amp; says so" line="2"><failure message="&lt;no&gt;">no</failure></testcase>
    <testcase name="has steps" line="3"></testcase>
    <testcase name="has steps &gt; runs" line="4"></testcase>
    <testcase name="has steps &gt; cannot" line="5"><skipped/></testcase>
    <testcase name="waits for &quot;chromium&quot;" line="6"><skipped/></testcase>
  </testsuite></testsuites>`;
  assertEquals(readJunit(xml), {
    passed: ["passes > always", "has steps"],
    failed: ["fails & says so"],
    skipped: ["has steps > cannot", 'waits for "chromium"'],
  });
});

Deno.test("runJobs() counts what a real deno test passed, failed and skipped", async () => {
  const outcomes = await outcomesOf(`
    Deno.test("good", async (t) => { await t.step("step", () => {}); });
    Deno.test("bad", () => { throw new Error("on purpose"); });
    Deno.test({ name: "cannot", ignore: true, fn() {} });`);
  assertEquals(outcomes, { passed: 1, failed: ["some: bad"], skipped: ["some: cannot"] });
});

Deno.test("runJobs() counts a file that dies outside of its tests as one failure", async () => {
  const outcomes = await outcomesOf(`throw new Error("on purpose");`);
  assertEquals(outcomes, { passed: 0, failed: ["some: failed outside of its tests"], skipped: [] });
});

Deno.test("runJobs() names a file whose process was killed", async () => {
  const outcomes = await outcomesOf(`Deno.test("dies", () => Deno.kill(Deno.pid, "SIGKILL"));`);
  assertEquals(outcomes.failed, ["some: ended by SIGKILL"]);
});

Deno.test("runJobs() ends a file that does not end, and names it", async () => {
  const outcomes = await outcomesOf(`Deno.test("hangs", () => new Promise((go) => setTimeout(go, 1e8)));`, 1500);
  assertEquals(outcomes.failed, ["some: no end within 1.5 s"]);
});

Deno.test("listTestFiles() finds this file, however deep", async () => {
  const files = await listTestFiles("tests");
  assertEquals(files.filter((file) => file === "tests/tools/junit_test.ts").length, 1);
});
