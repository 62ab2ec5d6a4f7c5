/** Several scans for a night alone: what is checked before, what becomes of each, and who may end it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { QueuedRun } from "../src/cli/queued_run.ts";
import { shellWord } from "../src/cli/queued_run.ts";
import { openRun } from "../mod.ts";
import { writerWithPoints } from "./cli_queue_support.ts";
import { files, inFolder, type Ran, RIG, sonde, sondeCommand, sondeWords } from "./cli_support.ts";
import { type PseudoTerminal, pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const MOD = new URL("../mod.ts", import.meta.url).href;
const write = (folder: string, name: string, text: string) => Deno.writeTextFile(join(folder, name), text);
const LINE = "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";
/** Its detector never answers in time. */
const BROKEN = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, dwellMs: 60 }
readTimeoutMs: 5
onReadError: { retries: 0, then: abort }
${LINE}`;
const SLOW = "read: [diode]\nplan: { kind: every, ms: 20, num: 100000 }\n";
const SCRIPT = `import { connect, linspace, scan, sim } from ${JSON.stringify(MOD)};
await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
await scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], name: "script", quiet: true }).done;
`;

interface Summary {
  readonly failed: number;
  readonly interrupted: boolean;
  readonly runs: readonly QueuedRun[];
}

const summaryOf = ({ out }: Ran) => JSON.parse(out) as Summary;
const statuses = (ran: Ran) => summaryOf(ran).runs.map(({ file, status }) => `${file} ${status}`);

/** A folder with a rig and scans of these texts. */
function withScans(scans: Record<string, string>, test: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    for (const [name, text] of Object.entries(scans)) await write(folder, name, text);
    await test(folder);
  });
}

Deno.test("scans of a queue run one after the other, each into a store of its own, with a table at the end", () =>
  withScans({ "a.yaml": `name: a\n${LINE}`, "s.ts": SCRIPT, "b.yaml": `name: b\n${LINE}` }, async (folder) => {
    const { code, out, err } = await sonde(folder, "run", "a.yaml", "s.ts", "b.yaml", "--sample", "WSe2");
    assertEquals(code, 0, err);
    assertMatch(
      out,
      /^scan +status +points +took +run +reason\na\.yaml +success +3 .*1-a\.zarr +the plan is complete\n/,
    );
    assertMatch(out, /s\.ts +success +5 .*2-script\.zarr .*\nb\.yaml +success +3 .*3-b\.zarr .*\n3 success in .*\n$/);
    assertMatch(err, /^2 scans: 6 points, about .*; 1 script, of which nothing is known beforehand\n1\/3 {2}a\.yaml\n/);
    const quiet = await sonde(folder, "run", "a.yaml", "b.yaml", "--quiet");
    const places = quiet.out.trim().split("\n");
    assertEquals([places.length, quiet.err], [2, ""]);
    assertEquals((await openRun(places[0])).attributes.exit_status, "success");
    const first = await openRun(places[0].replace(/\d+-a\.zarr$/, "1-a.zarr"));
    assertEquals(first.attributes.sample, "WSe2");
  }));

Deno.test("all files of a queue are checked before the first one moves, and all that is wrong is said at once", () =>
  withScans({
    "a.yaml": LINE,
    "far.yaml": LINE.replace("stop: 1", "stop: 9"),
    "typo.yaml": LINE.replace("num", "numb"),
    "held.yaml": `hold: { unless: "ring_current > 50" }\n${LINE}`,
    "s.ts": SCRIPT,
  }, async (folder) => {
    const before = files(folder);
    const ran = await sonde(folder, "run", "a.yaml", "far.yaml", "none.yaml", "no.ts", "--keep-going");
    assertEquals([ran.code, ran.out], [2, ""]);
    assertEquals(ran.err.trim().split("\n"), [
      "error: none.yaml: cannot be read: there is no such file",
      "error: no.ts: cannot be read: there is no such file",
    ]);
    const { code, err } = await sonde(folder, "run", "a.yaml", "s.ts", "far.yaml", "held.yaml");
    assertEquals(code, 2);
    assertMatch(
      err,
      /^error: far\.yaml: plan: x would go to 9 mm; allowed: -5 … 5 mm\nerror: held\.yaml: hold.*ring_current/,
    );
    const form = await sonde(folder, "run", "typo.yaml", "a.yaml", "--json");
    const { issues, exitCode } = JSON.parse(form.out);
    assertEquals([exitCode, issues[0].path, issues[1].path], [2, "typo.yaml: plan.num", "typo.yaml: plan.numb"]);
    assertEquals(files(folder), before);
  }));

Deno.test("a run that would wait for a person is doubted where there is none", () =>
  withScans({
    "waits.yaml": `hold: { unless: "x < 9", timeoutMs: 60000 }\n${LINE}`,
    "ends.yaml": `hold: { unless: "x < 9", timeoutMs: 60000, else: abort }\n${LINE}`,
  }, async (folder) => {
    const { code, err } = await sonde(folder, "run", "waits.yaml", "ends.yaml");
    assertEquals(code, 0, err);
    assertEquals(err.match(/warning: .*/g), [
      "warning: hold: after 1 min the run is paused until a person goes on with it; else: abort or continue does not wait",
    ]);
  }));

Deno.test("two scans of a queue never go to one place, nor to one that is taken", () =>
  withScans(
    { "a.yaml": `to: one.zarr\n${LINE}`, "b.yaml": `to: ./one.zarr\n${LINE}`, "c.yaml": LINE },
    async (folder) => {
      const twice = await sonde(folder, "run", "a.yaml", "b.yaml");
      assertEquals(twice.code, 2);
      assertMatch(
        twice.err,
        /^error: b\.yaml: to: \.\/one\.zarr is where a\.yaml is stored too, .*choose another name\n$/,
      );
      const to = await sonde(folder, "run", "a.yaml", "c.yaml", "--to", "x.zarr");
      assertMatch(to.err, /^error: --to: names one place for 2 scans: /);
      assertEquals((await sonde(folder, "run", "a.yaml", "--quiet")).code, 0);
      for (const words of [["run", "c.yaml", "a.yaml"], ["check", "a.yaml"]]) {
        const taken = await sonde(folder, ...words);
        assertEquals(taken.code, 2);
        assertMatch(
          taken.err,
          /to: .*one\.zarr exists already, and nothing is ever overwritten: choose another name\n$/,
        );
      }
      assertEquals(files(folder).includes("runs"), false);
    },
  ));

Deno.test("what several scans take together is compared with the disk", () =>
  withScans({
    "large.yaml": "read: [camera]\nplan: { kind: repeat, num: 9000000 }\n",
  }, async (folder) => {
    await write(folder, "rig.yaml", RIG.replace("[6, 8]", "[4096, 4096]"));
    const { code, err } = await sonde(folder, "run", ...Array(3).fill("large.yaml"));
    assertEquals(code, 2);
    const sizes = [...err.matchAll(/large\.yaml: to: the run takes (\d+) TB before/g)].map(([, size]) => Number(size));
    assertEquals(sizes.length, 3);
    assert(sizes[1] > 1.9 * sizes[0] && sizes[2] > 2.9 * sizes[0]);
  }));

Deno.test("a run that fails ends the queue, and with --keep-going only itself; files that say so count for more", () =>
  withScans({
    "a.yaml": LINE,
    "bad.yaml": BROKEN,
    "stop.yaml": `onFailure: stop\n${BROKEN}`,
    "on.yaml": `onFailure: continue\n${BROKEN}`,
  }, async (folder) => {
    const run = (...words: string[]) => sonde(folder, "run", ...words, "--json");
    const ended = await run("a.yaml", "bad.yaml", "a.yaml");
    assertEquals([ended.code, statuses(ended)], [1, ["a.yaml success", "bad.yaml failed", "a.yaml not begun"]]);
    const [, failed, left] = summaryOf(ended).runs;
    assertEquals(failed.next, `sonde resume ${shellWord(failed.to[0])}`);
    assertEquals([left.next, left.reason], ["sonde run a.yaml", "bad.yaml did not end well"]);
    assertStringIncludes(ended.err, "error: bad.yaml: ");
    const going = await run("bad.yaml", "a.yaml", "bad.yaml", "--keep-going");
    assertEquals([going.code, statuses(going)], [1, ["bad.yaml failed", "a.yaml success", "bad.yaml failed"]]);
    assertEquals(summaryOf(going).failed, 2);
    assertEquals(statuses(await run("stop.yaml", "a.yaml", "--keep-going")), ["stop.yaml failed", "a.yaml not begun"]);
    assertEquals(statuses(await run("on.yaml", "a.yaml")), ["on.yaml failed", "a.yaml success"]);
    const table = await sonde(folder, "run", "bad.yaml", "a.yaml");
    assertMatch(
      table.out,
      /\n1 failed, 1 not begun in .*\nto go on:\n {2}sonde resume .*scan\.zarr'?\n {2}sonde run a\.yaml\n$/,
    );
    const wrong = await write(folder, "stop.yaml", `onFailure: stopp\n${LINE}`).then(() => run("stop.yaml", "a.yaml"));
    assertMatch(wrong.out, /stop\.yaml: onFailure/);
  }));

Deno.test("a script fails alone, whatever it does to the program, and its name may stand twice", () =>
  withScans({
    "s.ts": SCRIPT,
    "throws.ts": `throw new Error("not today");`,
    "exits.ts": `Deno.exit(3);`,
    "leaves.ts": `${SCRIPT}Deno.exit();`,
    "late.ts":
      `setTimeout(() => { throw new Error("late"); });\nPromise.reject(new Error("never heard"));\nawait new Promise((resolve) => setTimeout(resolve, 50));`,
    "forgets.ts": `${SCRIPT.replace(/^await scan/m, "const run = scan").replace(".done;", ";")}
(async () => { for await (const _ of run) await new Promise((resolve) => setTimeout(resolve, 10)); })();
await new Promise((resolve) => setTimeout(resolve, 15));`.replace("await using", "const"),
  }, async (folder) => {
    const names = ["s.ts", "throws.ts", "exits.ts", "leaves.ts", "late.ts", "forgets.ts", "s.ts"];
    const ran = await sonde(folder, "run", ...names, "--keep-going", "--json");
    assertEquals([ran.code, statuses(ran)], [1, [
      "s.ts success",
      "throws.ts failed",
      "exits.ts failed",
      "leaves.ts success",
      "late.ts failed",
      "forgets.ts success",
      "s.ts success",
    ]]);
    const { runs } = summaryOf(ran);
    assertEquals(runs.map(({ points }) => points), [5, 0, 0, 5, 0, 5, 5]);
    assertEquals(runs[1].reason, "not today");
    assertEquals(runs[2].reason, "the script ended with exit code 3");
    assertEquals(runs[0].to.length, 1);
    assert(runs[0].to[0] !== runs[6].to[0]);
  }));

Deno.test("where there is no terminal a signal ends the run in hand and the queue, and says what is left", () =>
  withScans({ "a.yaml": LINE, "slow.yaml": SLOW }, async (folder) => {
    for (const signal of Deno.build.os === "windows" ? [] : ["SIGINT", "SIGTERM"] as const) {
      const to = `${signal}.zarr`;
      await write(folder, "slow.yaml", `to: ${to}\n${SLOW}`);
      const child = sondeCommand(folder, ["run", "slow.yaml", "a.yaml", "--keep-going", "--json"]).spawn();
      await writerWithPoints(join(folder, to));
      child.kill(signal);
      const { code, stdout } = await child.output(), summary = JSON.parse(new TextDecoder().decode(stdout)) as Summary;
      assertEquals([code, summary.interrupted], [130, true]);
      assertEquals(summary.runs.map(({ status }) => status), ["aborted", "not begun"]);
      assertEquals(summary.runs[0].next, `sonde resume ${shellWord(join(folder, to))}`);
      assertEquals(summary.runs[1].reason, "the queue was ended");
      assertEquals((await openRun(join(folder, to))).attributes.exit_status, "aborted");
    }
  }));

/** A queue at a terminal whose first run has been aborted by Ctrl-C, twice. */
async function abortedFirst(folder: string): Promise<PseudoTerminal> {
  const terminal = pseudoTerminal(sondeWords("run", "slow.yaml", "a.yaml"), { cwd: folder, env: { TERM: "dumb" } });
  await writerWithPoints(join(folder, "slow.zarr"));
  await terminal.type("\x03");
  await terminal.shows(/Paused: Ctrl-C/);
  await terminal.type("\x03");
  await terminal.shows(/go on with a\.yaml\? y: go on, n: end the queue/);
  return terminal;
}

terminalTest(
  "at a terminal a run that was aborted asks whether the queue goes on: y runs the next one",
  () =>
    withScans({ "a.yaml": LINE, "slow.yaml": `to: slow.zarr\n${SLOW}` }, async (folder) => {
      await using terminal = await abortedFirst(folder);
      await terminal.type("y\n", 300);
      const { code, screen } = await terminal.ended;
      assertMatch(screen, /slow\.yaml +aborted .*\r?\na\.yaml +success +3 /);
      assertEquals(code, 1, screen);
    }),
);

for (const [key, name] of [["n\n", "n"], ["\x03", "Ctrl-C once more"]]) {
  terminalTest(
    `at a terminal a run that was aborted asks whether the queue goes on: ${name} ends it`,
    () =>
      withScans({ "a.yaml": LINE, "slow.yaml": `to: slow.zarr\n${SLOW}` }, async (folder) => {
        await using terminal = await abortedFirst(folder);
        await terminal.type(key, 300);
        const { code, screen } = await terminal.ended;
        assertMatch(screen, /slow\.yaml +aborted .*\r?\na\.yaml +not begun .*the queue/);
        assertMatch(screen, /to go on:\r?\n +sonde resume .*\r?\n +sonde run a\.yaml/);
        assertEquals(code, 130, screen);
      }),
  );
}

terminalTest(
  "between the views of two runs a person is asked too, and the keys of the first one are given back",
  () =>
    withScans({ "a.yaml": LINE, "slow.yaml": SLOW }, async (folder) => {
      const env = { TERM: "linux" };
      await using terminal = pseudoTerminal(sondeWords("run", "slow.yaml", "a.yaml"), { cwd: folder, env });
      await terminal.shows(/p pause/);
      await terminal.type("a", 300);
      await terminal.type("a", 300);
      await terminal.shows(/go on with a\.yaml\? y: go on, n: end the queue/);
      await terminal.type("y\n", 300);
      const { code, screen, restored } = await terminal.ended;
      assertMatch(screen, /slow\.yaml +aborted .*\r?\na\.yaml +success +3 /);
      assertEquals([code, restored], [1, true], screen);
    }),
);

terminalTest(
  "a script that measures nothing is not broken off by the first Ctrl-C, which says so, but by the second",
  () =>
    withScans(
      {
        "a.yaml": LINE,
        "long.ts": `console.log("under way");\nawait new Promise((resolve) => setTimeout(resolve, 60_000));`,
      },
      async (folder) => {
        await using terminal = pseudoTerminal(sondeWords("run", "long.ts", "a.yaml"), {
          cwd: folder,
          env: { TERM: "dumb" },
        });
        await terminal.shows(/1\/2 {2}long\.ts[^]*under way/);
        await terminal.type("\x03");
        await terminal.shows(/the queue ends with long\.ts; once more ends it at once/);
        await terminal.type("\x03");
        const { code, screen } = await terminal.ended;
        assertMatch(screen, /long\.ts +failed .*\r?\na\.yaml +not begun/);
        assertEquals(code, 130, screen);
      },
    ),
);

Deno.test("--again measures by the plan of a run once more, into a new store that names the old one, and says what differs", () =>
  withScans({
    "map.yaml": `name: map\nsample: WSe2\nseed: 7\nderive: { twice: 2 * diode }\nkeep: [twice]\n` +
      "read: [diode]\nplan: { kind: shuffle, plan: { kind: linspace, axis: x, start: 0, stop: 1, num: 9 } }\n",
  }, async (folder) => {
    assertEquals((await sonde(folder, "run", "map.yaml", "--to", "one.zarr", "--quiet")).code, 0);
    await Deno.remove(join(folder, "map.yaml"));
    const same = await sonde(folder, "run", "one.zarr", "--again", "--to", "two.zarr");
    assertEquals([same.code, same.out], [0, `${join(folder, "two.zarr")}\n`], same.err);
    assert(!same.err.includes("since then"));
    const [one, two] = [await openRun(join(folder, "one.zarr")), await openRun(join(folder, "two.zarr"))];
    assertEquals(two.attributes.again_of, one.attributes.experiment_id);
    assert(two.attributes.experiment_id !== one.attributes.experiment_id);
    for (const key of ["plan", "settings", "name", "sample", "seed"]) {
      assertEquals(two.attributes[key], one.attributes[key], key);
    }
    assertEquals([...two.arrays.keys()], [...one.arrays.keys()]);
    assertEquals((await two.array("seq_num").read()).data, (await one.array("seq_num").read()).data);
    await write(folder, "other.yaml", RIG.replace("exposure: 20", "exposure: 30"));
    const other = await sonde(folder, "run", "one.zarr", "--again", "--rig", "other.yaml", "--sample", "MoS2");
    assertEquals(other.code, 0, other.err);
    assertMatch(other.err, /^since then: camera\..*exposure.*: was 20, is 30$/m);
    assertMatch(other.out, /1-map\.zarr\n$/);
    assertEquals((await openRun(other.out.trim())).attributes.sample, "MoS2");
    const both = await sonde(folder, "run", "one.zarr", "two.zarr", "--again", "--json");
    assertEquals(statuses(both), ["one.zarr success", "two.zarr success"]);
    assertEquals((await sonde(folder, "resume", "two.zarr")).code, 0);
    assertEquals((await openRun(join(folder, "two.zarr"))).attributes.again_of, one.attributes.experiment_id);
  }));

Deno.test("what cannot be run again is said in a line, and nothing is touched", () =>
  withScans(
    { "a.yaml": LINE, "s.ts": SCRIPT, "g.ts": SCRIPT.replace('linspace("x", 0, 1, 5)', "mine") + GENERATOR },
    async (folder) => {
      for (const file of ["a.yaml", "s.ts", "g.ts"]) {
        assertEquals((await sonde(folder, "run", file, "--quiet")).code, 0);
      }
      const day = join("runs", files(join(folder, "runs"))[0]), [line, script, mine] = files(join(folder, day));
      const before = files(join(folder, day));
      for (
        const [words, says] of [
          [
            [join(day, line)],
            /is a run, not a scan file; sonde resume takes it up, and sonde run --again runs its plan/,
          ],
          [["a.yaml", "--again"], /^error: a\.yaml: is a file, and --again takes a run/],
          [["none.zarr", "--again"], /^error: run: .*none\.zarr is not a run of Sonde: there is no zarr\.json/],
          [[join(day, script), "--again"], /^error: rig: .* does not say how its rig is connected.*--rig/],
          [
            [join(day, mine), "--again", "--rig", "rig.yaml"],
            /^error: plan: .* is the run of a generator function mine: run its/,
          ],
          [["a.yaml", "--agian"], /^error: unknown option '--agian'; did you mean --again\?/],
        ] as const
      ) {
        const { code, out, err } = await sonde(folder, "run", ...words);
        assertEquals([code, out, err.trim().split("\n").length], [2, "", 1], err);
        assertMatch(err, says);
      }
      assertEquals(files(join(folder, day)), before);
    },
  ));

const GENERATOR = `
function* mine({ measure }: { measure: (at: Record<string, number>) => Iterable<never> }) {
  for (const x of [0, 1]) yield* measure({ x });
}
`;

Deno.test("words of a command that goes on are as a shell takes them", () => {
  assertEquals(["a/b-1.zarr", "a b", "it's"].map(shellWord), ["a/b-1.zarr", "'a b'", "'it'\\''s'"]);
});
