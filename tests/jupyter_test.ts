import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HAS_LAB, type Kernel, withKernel } from "./jupyter.ts";

/** A test with a Deno kernel, skipped by its name where there is none. */
function testWithKernel(name: string, body: (kernel: Kernel) => Promise<void>): void {
  const reason = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
  Deno.test({ name: name + reason, ignore: !HAS_LAB, fn: () => withKernel(body) });
}

testWithKernel("a cell gives its value, what it prints, and its error, and the kernel lives on", async (kernel) => {
  const good = await kernel.execute(`console.log("printed"); console.error("warned"); 6 * 7`);
  assertEquals([good.status, good.stdout, good.stderr], ["ok", "printed\n", "warned\n"]);
  assertEquals(good.outputs.at(-1)?.data["text/plain"], "42");
  const bad = await kernel.execute(`throw new RangeError("too far")`);
  assertEquals(bad.status, "error");
  assertStringIncludes(bad.error ?? "", "too far");
  assert(await kernel.alive());
});

testWithKernel("a cell finds sonde by one import line", async (kernel) => {
  const { outputs, error } = await kernel.execute(`import { linspace } from "sonde"; linspace("x", 0, 1, 3).num`);
  assertEquals(error, undefined);
  assertEquals(outputs.at(-1)?.data["text/plain"], "3");
});

testWithKernel("outputs that come after the kernel is idle are kept, and updates replace in place", async (kernel) => {
  const late = await kernel.execute(`
    const show = (text, update) => Deno.jupyter.display({ "text/plain": text }, { raw: true, display_id: "d", update });
    setTimeout(() => show("third", true), 150);
    await show("first", false); await show("second", true);`);
  assertEquals(late.outputs.map(({ data }) => data["text/plain"]), ["third"]);
  assertEquals(late.updates, 2);
});

testWithKernel("restart gives a new process without the old variables, and kill ends it", async (kernel) => {
  await kernel.execute("const kept = 1");
  const before = kernel.pid;
  await kernel.restart();
  assert(kernel.pid !== before && kernel.pid > 0);
  assertEquals((await kernel.execute("typeof kept")).outputs[0].data["text/plain"], '"undefined"');
  const endless = await kernel.start("await new Promise((resolve) => setTimeout(resolve, 60_000))");
  await kernel.kill();
  assertEquals((await endless.done).status, "dead");
  assertEquals(await kernel.alive(), false);
});

testWithKernel("a cell that listens to SIGINT is interrupted", async (kernel) => {
  const cell = await kernel.start(`
    const { promise, resolve } = Promise.withResolvers();
    Deno.addSignalListener("SIGINT", resolve);
    console.log("waiting");
    await promise;
    console.log("stopped");`);
  await cell.until(({ stdout }) => stdout.includes("waiting"));
  await kernel.interrupt();
  assertEquals((await cell.done).stdout, "waiting\nstopped\n");
});
