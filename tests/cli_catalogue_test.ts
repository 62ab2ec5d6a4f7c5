/** Commands that look at runs and at places for them: ls, watch, and the look before a run. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { findHindrances, freeBytes } from "../src/cli/before_run.ts";
import { selectRuns, SORTS } from "../src/wire/select_runs.ts";
import { parseSince } from "../src/cli/parse_since.ts";
import { type CatalogueEntry, runCatalogue } from "../src/zarr/run_catalogue.ts";
import { textTable } from "../src/cli/text_table.ts";
import { RunLock } from "../src/zarr/journal.ts";
import { align, check, connect, fold, linspace, scan, sim } from "../mod.ts";
import { files, inFolder, RIG, sonde, sondeCommand, sondeWords } from "./cli_support.ts";
import { pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const write = (folder: string, name: string, text: string) => Deno.writeTextFile(join(folder, name), text);
const LINE = "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";
const SLOW = "name: slow\nread: [diode]\nplan: { kind: every, ms: 20, num: 100000 }\n";

/** A run that goes on in another process, with some points stored. */
async function slowRun(folder: string, to: string, plan = SLOW): Promise<Deno.ChildProcess> {
  await write(folder, "rig.yaml", RIG);
  await write(folder, "slow.yaml", plan);
  const child = sondeCommand(folder, ["run", "slow.yaml", "--to", to, "--quiet"]).spawn();
  for (let points = 0; points < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { out } = await sonde(folder, "info", to, "--json");
    points = out ? JSON.parse(out).points?.good ?? 0 : 0;
  }
  return child;
}

async function end(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  child.kill(signal);
  await child.output();
}

interface Listed {
  readonly runs: readonly CatalogueEntry[];
}

Deno.test("sonde ls lists the runs below a folder, whatever they are called, and nothing else", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", LINE);
    for (const [to, sample] of [["a.zarr", "WSe2 7"], ["deep/er/b", "MoS2"], [".hidden/c.zarr", "none"]]) {
      assertEquals((await sonde(folder, "run", "line.yaml", "--to", to, "--sample", sample, "--quiet")).code, 0);
    }
    await Deno.mkdir(join(folder, "empty.zarr"));
    await Deno.mkdir(join(folder, "foreign.zarr"));
    await write(join(folder, "foreign.zarr"), "zarr.json", '{"zarr_format":3,"node_type":"group","attributes":{}}');
    await Deno.mkdir(join(folder, "torn.zarr"));
    await write(join(folder, "torn.zarr"), "zarr.json", '{"attr');
    const { runs } = JSON.parse((await sonde(folder, "ls", "--json")).out) as Listed;
    assertEquals(runs.map(({ place }) => place), [join(folder, "a.zarr"), join(folder, "deep", "er", "b")]);
    const [{ status, points, sample, bytes, timeMs }] = runs;
    assertEquals([status, points, sample, bytes! > 0, timeMs! > 0], ["success", 3, "WSe2 7", true, true]);
    const some = await sonde(folder, "ls", "--sample", "wse2-7", "--since", "today", "--quiet");
    assertEquals(some.out, `${join(folder, "a.zarr")}\n`);
    const shown = await sonde(folder, "ls", "--sort", "sample");
    assertMatch(shown.out, /^began .*\n.* MoS2 +deep\/er\/b +x 3\n.* WSe2 7 +a\.zarr +x 3\n$/);
    const none = await sonde(folder, "ls", "--failed");
    assertEquals([none.code, none.out, none.err], [0, "", `none of the 2 runs in ${folder}\n`]);
  }));

Deno.test("sonde ls tells a run that goes on from one that was killed", () =>
  inFolder(async (folder) => {
    const child = await slowRun(folder, "s.zarr");
    const status = async () => (JSON.parse((await sonde(folder, "ls", "--json")).out) as Listed).runs[0].status;
    const running = await status();
    await end(child, "SIGKILL");
    assertEquals([running, await status()], ["running", "killed"]);
    assertMatch((await sonde(folder, "ls", "--failed")).out, / killed /);
    assertEquals((await sonde(folder, "ls", "--running")).out, "");
    const aborting = await slowRun(folder, "t.zarr");
    await end(aborting, "SIGINT");
    const { runs } = JSON.parse((await sonde(folder, "ls", "--failed", "--json")).out) as Listed;
    assertEquals(runs.map(({ status }) => status), ["killed", "aborted"]);
    assertMatch(runs[1].reason, /Ctrl-C/);
  }));

Deno.test("sonde ls says what is wrong with what it is asked, and ends with 2", () =>
  inFolder(async (folder) => {
    for (
      const [args, says] of [
        [["nowhere"], /^error: folder: .*nowhere cannot be read: there is no such folder$/],
        [["--sort", "sze"], /'sze' is invalid\. Allowed choices are date, name/],
        [["--since", "soon"], /received "soon"; allowed: a date as in 2026-11-22, today/],
        [["--limit", "0"], /received "0"; allowed: a whole number of at least 1/],
        [["--saple", "x"], /^error: unknown option '--saple'; did you mean --sample\?$/],
      ] as const
    ) {
      const { code, out, err } = await sonde(folder, "ls", ...args);
      assertEquals([code, out], [2, ""]);
      assertMatch(err.trim(), says);
    }
  }));

const entry = fc.record({
  place: fc.uuid(),
  name: fc.constantFrom("neon", "Map", "zoom"),
  sample: fc.constantFrom("", "WSe2", "lamp"),
  operator: fc.constantFrom("", "Ada"),
  createdAt: fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }).map((d) =>
    d.toISOString()
  ),
  status: fc.constantFrom("running", "success", "aborted", "failed", "killed"),
  reason: fc.constant(""),
  points: fc.option(fc.nat(), { nil: undefined }),
  bytes: fc.option(fc.nat(), { nil: undefined }),
  timeMs: fc.option(fc.nat(), { nil: undefined }),
  notes: fc.constant(""),
  detectors: fc.constantFrom(["diode"], []),
  id: fc.uuid(),
}) as fc.Arbitrary<CatalogueEntry>;

Deno.test("whatever a catalogue is sorted by, its order does not depend on how it was read, and its reverse is its reverse", () => {
  fc.assert(fc.property(fc.array(entry), fc.constantFrom(...SORTS), fc.nat(5), (runs, sort, limit) => {
    const places = (list: readonly CatalogueEntry[]) => list.map(({ place }) => place);
    const sorted = places(selectRuns([...runs], { sort })),
      shuffled = places(selectRuns(runs.toReversed(), { sort }));
    assertEquals(shuffled, sorted);
    assertEquals(places(selectRuns([...runs], { sort, reverse: true })), sorted.toReversed());
    assertEquals(places(selectRuns([...runs], { sort, limit: limit + 1 })), sorted.slice(-(limit + 1)));
    const bad = selectRuns([...runs], { failed: true }), going = selectRuns([...runs], { running: true });
    const good = runs.filter(({ status }) => status === "success");
    assertEquals(bad.length + going.length + good.length, runs.length);
  }));
});

Deno.test("parseSince() counts days by the calendar, and takes a bare date as one of this place", () => {
  const now = new Date(2026, 2, 30, 14, 30).getTime();
  assertEquals(parseSince("today", now), new Date(2026, 2, 30).getTime());
  assertEquals(parseSince("yesterday", now), new Date(2026, 2, 29).getTime());
  assertEquals(parseSince("2026-03-01", now), new Date(2026, 2, 1).getTime());
  assertEquals(parseSince("2026-03-01T12:00Z", now), Date.UTC(2026, 2, 1, 12));
  for (const [text, ms] of [["90min", 5_400_000], ["12h", 43_200_000], ["3d", 259_200_000], ["2w", 1_209_600_000]]) {
    assertEquals(parseSince(text as string, now), now - (ms as number));
  }
});

Deno.test("names from stores of others do not move the cursor, and wide ones stand in their column", () => {
  assertEquals(textTable([["a\x1b[2Jb\n", "1"], ["試料", "22"]], { right: [1] }), "a [2Jb    1\n試料     22");
  assertEquals(textTable([["abcdef", "x"]], { width: 5 }), "abcd…");
});

Deno.test("a folder that may not be looked into hides no other runs, and a catalogue of nothing is empty", () =>
  inFolder(async (folder) => {
    assertEquals(await runCatalogue(folder), []);
    await Deno.symlink(join(folder, "nowhere"), join(folder, "dead"));
    await Deno.symlink(folder, join(folder, "loop"));
    assertEquals(await runCatalogue(folder), []);
  }));

Deno.test("sonde watch follows a run of another process to its end", () =>
  inFolder(async (folder) => {
    const child = await slowRun(folder, "s.zarr", SLOW.replace("100000", "300"));
    const { code, out } = await sonde(folder, "watch", "s.zarr", "--json", "--interval", "0.1");
    await child.output();
    assertEquals(code, 0);
    const looks = out.trim().split("\n").map((line) => JSON.parse(line)), last = looks.at(-1);
    assertEquals([last.status, last.points, last.total, last.name], ["success", 300, 300, "slow"]);
    assert(looks.length > 1 && looks[0].status === "running" && looks[0].points < 300);
    for (const [k, look] of looks.entries()) assert(k === 0 || look.points >= looks[k - 1].points);
    const over = await sonde(folder, "watch", "s.zarr");
    assertMatch(over.out, /^slow: success \(the plan is complete\) {2}█+ 100 % {2}300\/300 {2}/);
    assertEquals(over.out.trim().split("\n").length, 1);
  }));

Deno.test("sonde watch notices that the run was killed, and ends with 1", () =>
  inFolder(async (folder) => {
    const child = await slowRun(folder, "s.zarr"), words = ["watch", "s.zarr", "--interval", "0.1"];
    const watching = sonde(folder, ...words);
    await end(child, "SIGKILL");
    const { code, out } = await watching;
    assertEquals(code, 1);
    assertMatch(
      out.trim().split("\n").at(-1)!,
      /^slow: killed \(nobody writes it any more; sonde resume takes it up\)/,
    );
    assertEquals((await sonde(folder, "watch", "nothing.zarr")).code, 2);
    assertMatch((await sonde(folder, "watch", "s.zarr", "--interval", "0")).err, /allowed: seconds from 0\.1 to 86400/);
  }));

terminalTest(
  "at a terminal sonde watch draws the run; Ctrl-C ends only the watching and gives the terminal back",
  () =>
    inFolder(async (folder) => {
      const child = await slowRun(folder, "s.zarr");
      try {
        await using terminal = pseudoTerminal(sondeWords("watch", "s.zarr"), { cwd: folder });
        await terminal.shows(/diode \(V\)/);
        await terminal.type("\x03");
        const { code, screen, restored } = await terminal.ended;
        assertEquals([code, restored], [130, true], screen);
        assertStringIncludes(screen, "\x1b[?1049h\x1b[?25l");
        assertStringIncludes(
          screen,
          "\x1b[?25h\x1b[?1049lerror: interrupted: the run goes on; only watching it has ended",
        );
        assertMatch(screen, /[\u2801-\u28ff]/);
      } finally {
        await end(child, "SIGINT");
      }
      assertEquals(JSON.parse((await sonde(folder, "info", "s.zarr", "--json")).out).attributes.exit_status, "aborted");
    }),
);

Deno.test("a run is refused while another process writes its store, which is named, and nothing is touched", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", LINE);
    await using _lock = await RunLock.take(join(folder, "a.zarr"));
    for (const command of ["run", "check"]) {
      await write(folder, "line.yaml", `to: a.zarr\n${LINE}`);
      const { code, err } = await sonde(folder, command, "line.yaml");
      assertEquals(code, 2);
      assertMatch(
        err,
        new RegExp(`^error: to: .*a\\.zarr is being written by process ${Deno.pid} on .*: wait until that run`),
      );
      assertEquals(err.trim().split("\n").length, 1);
    }
    assertEquals(files(folder), ["a.zarr.lock", "line.yaml", "rig.yaml"]);
  }));

Deno.test("a run is refused where nothing can be written, in one line", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", LINE);
    const { code, err } = await sonde(folder, "run", "line.yaml", "--to", "line.yaml/a.zarr");
    assertEquals(code, 2);
    assertMatch(err, /^error: to: .*line\.yaml cannot be written: it is a file\n$/);
    assertEquals(files(folder), ["line.yaml", "rig.yaml"]);
  }));

Deno.test({
  name: "a run is refused in a folder that this user may not write (nothing is forbidden to root)",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o555);
      const { issues } = await findHindrances(join(folder, "a.zarr"));
      assertEquals(issues[0].message, `${folder} cannot be written: permission denied`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a disk with less than the estimate is doubted, and one with less than a quarter of it is refused", () =>
  inFolder(async (folder) => {
    const free = await freeBytes(folder), to = join(folder, "new", "a.zarr");
    assert(free !== undefined && free > 0);
    assertEquals(await findHindrances(to, free / 2), { issues: [], doubts: [] });
    const { issues, doubts } = await findHindrances(to, free * 2);
    assertEquals([issues.length, doubts.length], [0, 1]);
    assertMatch(
      doubts[0],
      /^the run takes .*B before compression, and the disk of .* has .*B free: it may not be enough$/,
    );
    const never = await findHindrances(to, free * 8);
    assertEquals([never.issues.length, never.doubts.length, never.issues[0].path], [1, 0, "to"]);
    const elsewhere = await findHindrances("ftp://host/a.zarr", 1);
    assertEquals([elsewhere.issues.length, elsewhere.doubts.length, elsewhere.issues[0].path], [1, 0, "to"]);
    assertEquals(files(folder), []);
  }));

Deno.test("a run knows before it begins what check says that it takes, and has touched nothing by then", () =>
  inFolder(async (folder) => {
    await using rig = await connect({ x: sim.stage({ unit: "mm" }), camera: sim.camera({ shape: [6, 8] }) });
    const plan = linspace("x", 0, 1, 11), read = ["camera"] as const;
    const { timeMs, bytes } = await check(plan, rig, { read });
    const run = scan(plan, { rig, read, to: join(folder, "a.zarr"), quiet: true });
    assertEquals<unknown>(run.estimate, { timeMs, bytes });
    assert(bytes! > 11 * 6 * 8 * 2 && files(folder).length === 0);
  }));

Deno.test("sonde run and check refuse a scan that no disk of this machine holds", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG.replace("[6, 8]", "[4096, 4096]"));
    await write(folder, "large.yaml", "read: [camera]\nplan: { kind: repeat, num: 10000000 }\n");
    for (const command of ["run", "check"]) {
      const { code, err } = await sonde(folder, command, "large.yaml");
      assertEquals(code, 2);
      assertMatch(err, /^error: to: the run takes 336 TB before compression, and the disk of .* has .* free\n$/);
    }
    assertEquals(files(folder), ["large.yaml", "rig.yaml"]);
  }));

Deno.test("sonde note adds a line to a run that has ended, and sonde info shows it with who noted it", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", LINE);
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "a.zarr", "--quiet")).code, 0);
    const noted = await sonde(folder, "note", "a.zarr", "the sample", "was upside down", "--by", "Ada");
    assertEquals([noted.code, noted.out, noted.err], [0, `${join(folder, "a.zarr")}\n`, "noted\n"]);
    const json = await sonde(folder, "note", "a.zarr", "really", "--json");
    const { run, text, kept } = JSON.parse(json.out);
    assertEquals([run, text, kept], [join(folder, "a.zarr"), "really", "stored"]);
    const plain = await sonde(folder, "info", "a.zarr");
    assertMatch(plain.out, /\nnotes:\n {2}\S+ \S+ {2}the sample was upside down \(Ada\)\n {2}\S+ \S+ {2}really/);
    const whole = await sonde(folder, "info", "a.zarr", "--log");
    assertMatch(whole.out, /\nlog:\n(.*\n)* {2}\+\S.* note +the sample was upside down \(Ada\)\n/);
    const { log } = JSON.parse((await sonde(folder, "info", "a.zarr", "--log", "--json")).out);
    assertEquals(log.slice(-2).map(({ kind, text }: Record<string, string>) => [kind, text]), [
      ["note", "the sample was upside down"],
      ["note", "really"],
    ]);
    assertEquals((await sonde(folder, "verify", "a.zarr")).code, 0);
  }));

Deno.test("sonde info tells notes of people from those of the scan's own path, whoever they were said to", () =>
  inFolder(async (folder) => {
    const to = join(folder, "a.zarr");
    await using rig = await connect({
      x: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }),
      diode: sim.photodiode({ instant: true }),
    });
    const plan = fold(align(linspace("x", -1, 1, 11), { on: "diode", to: "gaussian" }), {
      go: ["x"],
      read: ["diode"],
    });
    const run = scan(plan, { rig, read: ["diode"], to, quiet: true });
    for await (const _ of run) await run.note("laser realigned");
    const { out } = await sonde(folder, "info", "a.zarr");
    assertMatch(out, /\nlast note.*:\n {2}(?!laser)\S.*\n(.*\n)*notes:\n {2}\S+ \S+ {2}laser realigned\n/);
  }));

Deno.test("sonde note reaches a run that another process is writing", () =>
  inFolder(async (folder) => {
    const child = await slowRun(folder, "s.zarr");
    try {
      const noted = await sonde(folder, "note", "s.zarr", "laser realigned", "--by", "Ada");
      assertEquals([noted.code, noted.out], [0, `${join(folder, "s.zarr")}\n`], noted.err);
      assertMatch(noted.err, /^noted; the process that writes the run stores it with its next points\n$/);
    } finally {
      await end(child, "SIGINT");
    }
    assertMatch((await sonde(folder, "info", "s.zarr")).out, /laser realigned \(Ada\)/);
  }));

Deno.test("sonde note says what is wrong in a line, with exit code 2", () =>
  inFolder(async (folder) => {
    for (
      const [words, says] of [
        [["none.zarr", "text"], /^error: run: .*none\.zarr is not a run of Sonde: there is no zarr\.json$/],
        [["none.zarr"], /^error: missing required argument 'words'$/],
        [["none.zarr", "text", "--bye", "Ada"], /^error: unknown option '--bye'; did you mean --by\?$/],
      ] as const
    ) {
      const { code, out, err } = await sonde(folder, "note", ...words);
      assertEquals([code, out], [2, ""]);
      assertMatch(err.trim(), says);
    }
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", LINE);
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "a.zarr", "--quiet")).code, 0);
    assertMatch(
      (await sonde(folder, "note", "a.zarr", " ")).err,
      /^error: text: a note says something; received " "\n$/,
    );
    assertEquals(files(folder), ["a.zarr", "line.yaml", "rig.yaml"]);
  }));
