/** Runs of a queue in processes of their own: crashes, kills and exits end one of them, not the night. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openRun } from "../mod.ts";
import { readQueueJob, readQueueReport, tellQueue, writeQueueJob } from "../src/cli/queue_job.ts";
import type { QueuedRun } from "../src/cli/queued_run.ts";
import { readScanFile } from "../src/cli/read_scan_file.ts";
import { writerOf } from "../src/zarr/writer_of.ts";
import { eventually, writerWithPoints } from "./cli_queue_support.ts";
import { files, inFolder, type Ran, RIG, sonde, sondeCommand, sondeWords } from "./cli_support.ts";
import { pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const MOD = new URL("../mod.ts", import.meta.url).href;
const LINE = "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";
const SLOW = "read: [diode]\nplan: { kind: every, ms: 20, num: 100000 }\n";
const unix = Deno.build.os !== "windows", C_LIBRARY = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";

/** A scan whose detector is read by a native library, which does this at the fourth point. */
const nativeScan = (symbol: string, type: "pointer" | "i32", argument: string) =>
  `import { connect, linspace, scan, sim, withSafeState } from ${JSON.stringify(MOD)};
const args = [{ type: "text", value: "safe" }, { type: "i32", value: 0o700 }];
const act = { kind: "call", library: ${JSON.stringify(C_LIBRARY)}, symbol: "mkdir", args };
const vendor = Deno.dlopen(${JSON.stringify(C_LIBRARY)}, { ${symbol}: { parameters: ["${type}"], result: "i32" } });
await using rig = await connect({ x: withSafeState(sim.instant(), [act]), counts: sim.counter() });
const run = scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], name: "native", quiet: true });
for await (const { index: [i] } of run) {
  if (i < 3) continue;
  const written = async () => (await run.data()).array("quality").read();
  while ((await written()).data[2] !== 1) await new Promise((resolve) => setTimeout(resolve, 50));
  vendor.symbols.${symbol}(${argument});
}
`;

interface Summary {
  readonly interrupted: boolean;
  readonly runs: readonly QueuedRun[];
}

const summaryOf = ({ out }: Pick<Ran, "out">) => JSON.parse(out) as Summary;
const statuses = ({ runs }: Summary) => runs.map(({ file, status }) => `${file} ${status}`);

/** A folder with a rig, and files of these texts. */
function withFiles(texts: Record<string, string>, test: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const all = { "rig.yaml": RIG, ...texts };
    for (const [name, text] of Object.entries(all)) await Deno.writeTextFile(join(folder, name), text);
    await test(folder);
  });
}

Deno.test({
  name: "a native library that crashes, or ends the program, ends its run alone, and the summary says how",
  ignore: !unix,
  fn: () =>
    withFiles({
      "crash.ts": nativeScan("strlen", "pointer", "null"),
      "aborts.ts": nativeScan("raise", "i32", "6"),
      "exits.ts": nativeScan("exit", "i32", "0"),
      "a.yaml": LINE,
    }, async (folder) => {
      const names = ["crash.ts", "aborts.ts", "a.yaml", "exits.ts", "a.yaml"];
      const ran = await sonde(folder, "run", ...names, "--keep-going", "--json"), summary = summaryOf(ran);
      assertEquals([ran.code, statuses(summary)], [
        1,
        ["crash.ts failed", "aborts.ts failed", "a.yaml success", "exits.ts failed", "a.yaml success"],
      ]);
      const [crash, aborts, , exits] = summary.runs;
      assertEquals(
        [crash.reason, aborts.reason, exits.reason],
        ["SIGSEGV", "SIGABRT", ""].map((signal) =>
          `its process ${signal ? `was ended by ${signal}` : "ended with exit code 0"}`
        ),
      );
      for (const run of [crash, aborts, exits]) {
        assertEquals([run.to.length, run.next], [1, undefined]);
        assert(run.points >= 3, `${run.points} points`);
        assertStringIncludes(ran.err, `error: ${run.file}: ${run.reason}\n`);
        assertEquals((await openRun(run.to[0])).attributes.exit_status, "running");
      }
      // Another process has done what the crashed one cannot do any more.
      await eventually(() => Deno.stat(join(folder, "safe")).catch(() => undefined));
    }),
});

const compiler = Deno.env.get("CC") ?? "cc";
const compiles = Deno.build.os === "linux" && await new Deno.Command(compiler, { args: ["--version"], stdout: "null" })
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "a vendor library that crashes when it is loaded ends the check of a queue in one line that names the file" +
    (compiles ? "" : " (skipped: needs a C compiler, and Linux)"),
  ignore: !compiles,
  fn: () =>
    withFiles({
      "a.yaml": LINE,
      "camera.yaml":
        `rig: { camera: { driver: aravis.camera, id: Fake_1 } }\nread: [camera]\nplan: { kind: repeat, num: 3 }\n`,
      "vendor.c": "__attribute__((constructor)) static void load(void) { *(volatile int *)0 = 1; }\n",
    }, async (folder) => {
      const args = ["-shared", "-fPIC", "-o", "libaravis-0.8.so.0", "vendor.c"];
      assert((await new Deno.Command(compiler, { args, cwd: folder }).output()).success);
      const queue = sondeCommand(folder, ["run", "a.yaml", "camera.yaml"], { LD_LIBRARY_PATH: folder });
      const { code, stderr } = await queue.output();
      const says = "error: camera.yaml: the process that checked it was ended by SIGSEGV; nothing was moved\n";
      assertEquals([code, new TextDecoder().decode(stderr), files(folder).includes("runs")], [1, says, false]);
    }),
});

Deno.test({
  name: "a scan file whose process is killed is said with its store, and resumed from there",
  ignore: !unix,
  fn: () =>
    withFiles({ "slow.yaml": `to: slow.zarr\n${SLOW.replace("100000", "200")}`, "a.yaml": LINE }, async (folder) => {
      const place = join(folder, "slow.zarr");
      const queue = sondeCommand(folder, ["run", "slow.yaml", "a.yaml", "--keep-going", "--json"]).spawn();
      Deno.kill(await writerWithPoints(place), "SIGKILL");
      const { code, stdout } = await queue.output(), summary = summaryOf({ out: new TextDecoder().decode(stdout) });
      assertEquals([code, statuses(summary)], [1, ["slow.yaml failed", "a.yaml success"]]);
      const [killed] = summary.runs;
      assertEquals([killed.reason, killed.to], ["its process was ended by SIGKILL", [place]]);
      assertEquals(killed.next, `sonde resume '${place}'`);
      assert(killed.points > 0 && killed.points < 200);
      const resumed = await sonde(folder, "resume", "slow.zarr", "--json");
      assertEquals([resumed.code, (await openRun(place)).attributes.exit_status], [0, "success"], resumed.err);
    }),
});

Deno.test({
  name: "a run whose queue is killed ends in order, and can be resumed",
  ignore: !unix,
  fn: () =>
    withFiles({ "slow.yaml": `to: slow.zarr\n${SLOW}`, "a.yaml": LINE }, async (folder) => {
      const place = join(folder, "slow.zarr"), temporary = join(folder, "tmp");
      await Deno.mkdir(temporary);
      const words = ["run", "slow.yaml", "a.yaml", "--keep-going", "--json"];
      const queue = sondeCommand(folder, words, { TMPDIR: temporary }).spawn();
      await writerWithPoints(place);
      queue.kill("SIGKILL");
      // Its output ends with the last one that holds it: the run.
      const { stdout } = await queue.output();
      assertEquals(stdout.length, 0);
      const { exit_status, exit_reason } = (await openRun(place)).attributes;
      assertEquals([exit_status, exit_reason], ["aborted", "the process of its queue is gone"]);
      assertEquals(await writerOf(place), undefined);
      assertEquals(files(temporary), []);
    }),
});

terminalTest(
  "Ctrl-C in the second of three runs pauses and aborts that one; then a person is asked, and the queue ends or goes on",
  () =>
    withFiles({ "a.yaml": LINE, "slow.yaml": SLOW, "b.yaml": LINE }, async (folder) => {
      for (const [key, last, exit] of [["n\n", "not begun", 130], ["y\n", "success", 1]] as const) {
        const words = sondeWords("run", "a.yaml", "slow.yaml", "b.yaml");
        await using terminal = pseudoTerminal(words, { cwd: folder, env: { TERM: "linux" }, columns: 120 });
        await terminal.shows(/2\/3 {2}slow\.yaml[^]*p pause/);
        await terminal.type("\x03", 300);
        await terminal.shows(/Paused: Ctrl-C/);
        await terminal.type("\x03", 300);
        await terminal.shows(/go on with b\.yaml\? y: go on, n: end the queue/);
        await terminal.type(key, 300);
        const { code, screen, restored } = await terminal.ended;
        assertMatch(screen, new RegExp(`a\\.yaml +success .*\\r?\\nslow\\.yaml +aborted .*\\r?\\nb\\.yaml +${last}`));
        assertEquals([code, restored], [exit, true], screen);
      }
    }),
);

terminalTest(
  "a run that dies in its view leaves the terminal as it was, and the next one has its view and its keys",
  () =>
    withFiles({ "slow.yaml": `to: slow.zarr\n${SLOW}`, "next.yaml": SLOW }, async (folder) => {
      const words = sondeWords("run", "slow.yaml", "next.yaml", "--keep-going");
      await using terminal = pseudoTerminal(words, { cwd: folder, env: { TERM: "linux" }, columns: 120 });
      await terminal.shows(/p pause/);
      Deno.kill(await writerWithPoints(join(folder, "slow.zarr")), "SIGKILL");
      await terminal.shows(/error: slow\.yaml: its process was ended by SIGKILL[^]*2\/2 {2}next\.yaml[^]*p pause/);
      await terminal.type("a", 300);
      await terminal.type("a", 300);
      const { code, screen, restored } = await terminal.ended;
      assertMatch(screen, /slow\.yaml +failed .*\r?\nnext\.yaml +aborted /);
      assertEquals([code, restored], [130, true], screen);
    }),
);

Deno.test("a file that is changed while the queue runs is measured as it was when it was checked", () =>
  withFiles({
    "first.ts": `await Deno.writeTextFile("a.yaml", "no scan at all");`,
    "a.yaml": LINE.replace("stop: 1", "stop: 1, settleMs: 1"),
  }, async (folder) => {
    const { code, out, err } = await sonde(folder, "run", "first.ts", "a.yaml", "--json");
    assertEquals([code, statuses(summaryOf({ out }))], [0, ["first.ts success", "a.yaml success"]], err);
  }));

Deno.test("another process gets a scan file as it was read, infinities and derived signals included", () =>
  withFiles({
    "a.yaml": `derive: { twice: 2 * diode, log: { expression: log(diode), unit: "1" } }\n` +
      `rig: { x: { driver: sim.stage, unit: mm, limits: [-.inf, .inf] }, diode: { driver: sim.photodiode } }\n${LINE}`,
  }, async (folder) => {
    const file = await readScanFile(join(folder, "a.yaml")), path = join(folder, "job");
    await writeQueueJob(path, { kind: "run", entries: [{ from: "a.yaml", file }], options: {}, report: "", parent: 1 });
    const { entries: [{ file: read }] } = await readQueueJob(path);
    assertEquals(read!.rig, file.rig);
    assertEquals(read!.plan, file.plan);
    assertEquals(read!.derive!.toJSON(), file.derive!.toJSON());
  }));

Deno.test("a script of a queue that cannot be loaded is found before the first one moves, without running it", () =>
  withFiles({
    "typo.ts": `await Deno.writeTextFile("ran", "");\nconst = 3;`,
    "gone.ts":
      `import { far } from "./far.ts";\nimport { scan } from "soonde";\nawait Deno.writeTextFile("ran", far + scan);`,
    "far.ts": `import "./none.ts";\nexport const far = "";`,
    "late.ts": `await import("./none.ts").catch(() => {});\nimport { scan } from "sonde";\nconsole.log(typeof scan);`,
    "a.yaml": LINE,
  }, async (folder) => {
    const { code, err } = await sonde(folder, "run", "a.yaml", "typo.ts", "gone.ts", "late.ts"),
      lines = err.trim().split("\n");
    assertEquals([code, lines.length, files(folder).includes("runs"), files(folder).includes("ran")], [
      2,
      3,
      false,
      false,
    ]);
    assertMatch(lines[0], /^error: typo\.ts: cannot be loaded: SyntaxError: .*typo\.ts:2:7/);
    assertMatch(lines[1], /^error: gone\.ts: cannot be loaded: .*soonde/);
    assertMatch(lines[2], /^error: gone\.ts: cannot be loaded: .*none\.ts/);
    const good = await sonde(folder, "run", "late.ts", "a.yaml", "--quiet");
    assertEquals([good.code, good.err], [0, ""]);
    assertMatch(good.out, /^function\n/);
  }));

Deno.test("a report is read as far as its lines are whole", () =>
  inFolder((folder) => {
    const report = join(folder, "report");
    assertEquals(readQueueReport(report), []);
    tellQueue({ report }, { began: "a.zarr" });
    tellQueue({ report }, { heard: "SIGINT" });
    Deno.writeTextFileSync(report, '{"turn":{"ru', { append: true });
    assertEquals(readQueueReport(report), [{ began: "a.zarr" }, { heard: "SIGINT" }]);
    return Promise.resolve();
  }));
