import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { sonde, sondeWords } from "./cli_support.ts";
import { pseudoTerminal } from "./pseudo_terminal.ts";
import { python } from "./python.ts";
import { screenOf, type Shown } from "./screen_emulator.ts";
import { assertLacks, assertRestored, Person, RIG, viewTest } from "./view_person.ts";

const CHILD = [
  ...[Deno.execPath(), "run", "-A", "--config", join(import.meta.dirname!, "..", "deno.json")],
  join(import.meta.dirname!, "cli_view_child.ts"),
];

const LINE = "{ kind: linspace, axis: wavelength, start: 636, stop: 644, num: 301 }";
const MAP = "{ kind: nest, plans: [{ kind: linspace, axis: y, start: -1, stop: 1, num: 9 }, " +
  "{ kind: linspace, axis: x, start: -1, stop: 1, num: 21 }] }";
const ZOOM = "{ kind: zoom, on: diode, approve: ask, " +
  "plan: { kind: linspace, axis: wavelength, start: 636, stop: 644, num: 81 } }";

const RUN = sondeWords("run", "scan.yaml", "--to", "run.zarr");

viewTest("a line grows at the terminal with its peaks marked, and stays there with all that was there before", LINE, (
  folder,
) => grows(folder));

async function grows(folder: string): Promise<void> {
  await using person = new Person(folder, RUN);
  const first = await person.sees(/[⠁-⣿]{3}/), later = await person.sees(/640\.2\d nm, 0\.2\d nm wide/);
  const end = await person.end();
  for (const { screen } of [first, later]) {
    assertMatch(screen, /^neon · lamp$/m);
    assertMatch(screen, /^↑ diode \(V\)$/m);
    assertMatch(screen, /wavelength \(nm\) →$/m);
    assertMatch(screen, /[⠁-⣿]{3}/);
    assertMatch(screen, /^[█-▏]*░+ +\d+ % {2}\d+ of 301 points · running · .* so far( · |\n).* left$/m);
    assertMatch(screen, /^wavelength 6\d\d(\.\d+)? nm · diode -?[\d.e-]+ V$/m);
    assertMatch(screen, /^p pause {3}a abort {3}Ctrl-C stop the axes and pause$/m);
  }
  assertLacks(first.screen, /▼/);
  assertMatch(later.screen, /640\.2\d nm, 0\.2\d nm wide/);
  assertMatch(later.screen, /▼[^]*▼/);
  assertStringIncludes(`${end.history}\n${end.screen}`, "$ ls\nearlier.zarr\n$ sonde run scan.yaml\nneon · lamp\n");
  assertMatch(end.screen, /100 % {2}301 of 301 points · success: the plan is complete · /);
  assertMatch(end.screen, /638\.30 nm, 0\.2\d nm wide/);
  assertLacks(end.screen, /p pause/);
  assertEquals([end.out.trim(), end.code], [join(folder, "run.zarr"), 0]);
  assert(end.coloured > 0);
  assertRestored(end);
}

viewTest("a map fills in, in colours where they are wanted", MAP, async (folder) => {
  await using person = new Person(folder, RUN);
  const half = await person.sees(/▀/), end = await person.end();
  assertMatch(half.screen, /↑ y \(mm\) +diode \(V\)/);
  assertMatch(half.screen, /▀{20}/);
  assert(end.coloured > 300, String(end.coloured));
  await using plain = new Person(folder, sondeWords("run", "scan.yaml", "--to", "plain.zarr"), { NO_COLOR: "1" });
  const last = await plain.end();
  assertEquals([last.coloured, last.code], [0, 0]);
  assertMatch(last.screen, /┤[.:\-=+*#%@]{20}/);
});

viewTest("p pauses before the next point and goes on, and the log says so", LINE, async (folder) => {
  await using person = new Person(folder, RUN);
  await person.press("p", /[1-9]\d %/);
  const held = await person.sees(/paused: by the key p/), again = await person.sees(/paused/);
  const count = ({ screen }: Shown) => [/\d+ of 301/, /[\d.]+ m?s left/].map((part) => screen.match(part)?.[0]);
  // Time goes by, and what is left stays.
  assertEquals(count(again), count(held));
  assertMatch(held.screen, /^p or Enter go on {3}a abort {3}Ctrl-C abort$/m);
  await person.press("p", /paused/);
  const end = await person.end(), { out } = await sonde(folder, "info", "run.zarr", "--log");
  assertEquals(end.code, 0);
  assertMatch(out, /paused: by the key p[^]*resumed/);
  assertRestored(end);
});

viewTest("a asks once more: another key lets the run go on, a again aborts it, and it can be resumed", LINE, async (
  folder,
) => await aborts(folder));

async function aborts(folder: string): Promise<void> {
  await using person = new Person(folder, RUN);
  await person.press("a", /[1-9]\d %/);
  const armed = await person.sees(/a again to abort/);
  await person.press("x", /a again/);
  const going = await person.sees(/p pause/);
  await person.press("a", /\d %/);
  await person.press("a", /a again to abort/);
  const end = await person.end();
  assertMatch(armed.screen, /^a again to abort the run; any other key lets it go on$/m);
  assertLacks(going.screen, /a again/);
  assertMatch(end.screen, /aborted: by the key a at the terminal · /);
  assertMatch(end.screen, /points were measured; they are kept in/);
  assertEquals(end.code, 1);
  assertRestored(end);
  await using next = new Person(folder, sondeWords("resume", "run.zarr"));
  const growing = await next.sees(/[6-9]\d %/), last = await next.end();
  assertMatch(growing.screen, /neon · lamp · from point \d+ on/);
  assertMatch(last.screen, /100 % {2}301 of 301 points · success/);
  // The last figure is that of the whole run, from its store.
  assertMatch(last.screen, /636 +637 +638 +639 +640 +641 +642 +643 +644/);
  assertEquals(last.code, 0);
}

viewTest(
  "a question stands above the keys, says them again after another word, and its answer is recorded",
  ZOOM,
  async (
    folder,
  ) => await asks(folder),
);

async function asks(folder: string): Promise<void> {
  await using person = new Person(folder, RUN);
  const asked = await person.sees(/then Enter: /);
  assertMatch(asked.screen, /^Found: 2 peaks, the highest/m);
  assertMatch(asked.screen, /^Next: {2}wavelength: 5 points from/m);
  assertMatch(asked.screen, /waiting for an answer/);
  await person.press("\r");
  await person.press("pe\x7f\x7fmaybe\r", /One of these/);
  await person.press("yes", /One of these[^]*One of these/);
  assertMatch((await person.sees(/: yes/)).screen, /then Enter: yes$/m);
  await person.press("\r");
  const end = await person.end(), { out } = await sonde(folder, "info", "run.zarr", "--log");
  assertMatch(`${end.history}\n${end.screen}`, /^Found: 2 peaks[^]*?^Next: [^]*?^Answer: continue\.$/m);
  assertMatch(out, /continue \(terminal, after/);
  assertEquals(end.code, 0);
  assertRestored(end);
}

viewTest("Ctrl-C pauses, also while it asks, Enter goes on, and Ctrl-C twice aborts", ZOOM, async (folder) => {
  await using person = new Person(folder, RUN);
  await person.press("\x03", /\d %/);
  await person.press("\r", /paused: Ctrl-C, the axes are stopped/);
  await person.press("\x03", /then Enter/);
  const paused = await person.sees(/paused: Ctrl-C/);
  assertLacks(paused.screen, /then Enter/);
  await person.press("\r", /Ctrl-C abort/);
  await person.press("\x03", /then Enter/);
  await person.press("\x03", /paused: Ctrl-C/);
  const end = await person.end();
  assertMatch(end.screen, /aborted: interrupted by Ctrl-C/);
  assertEquals(end.code, 130);
  assertRestored(end);
});

viewTest("another size of the terminal is taken up, down to one with no room for a figure", LINE, async (folder) => {
  await using person = new Person(folder, RUN);
  await person.resize(60, 30, /1\d %/);
  const narrow = await person.sees(/3\d %/);
  await person.resize(60, 12, /\d %/);
  const low = await person.sees(/6\d %/);
  await person.resize(120, 40, /\d %/);
  const end = await person.end();
  assertMatch(narrow.screen, /^[█-▏]*░+ +\d+ % {2}\d+ of 301 points · running$/m);
  assertMatch(narrow.screen, /wavelength \(nm\) →/);
  assertEquals(narrow.screen.split("\n").filter((row) => row.startsWith("p pause")).length, 1);
  assertMatch(low.screen, /of 301 points/);
  assertLacks(low.screen.split("\n").slice(-6).join("\n"), /→/);
  assertMatch(end.screen, /^█{24} 100 % {2}301 of 301 points · success/m);
  assertEquals(end.code, 0);
  assertRestored(end);
});

for (const [signal, code] of [["SIGTERM", 130], ["SIGHUP", 130], ["SIGQUIT", -3]] as const) {
  viewTest(`after ${signal} the terminal is as it was`, LINE, async (folder) => {
    await using person = new Person(folder, RUN);
    await person.signal(signal, /[2-9]\d %/);
    const end = await person.end();
    assertEquals(end.code, code);
    if (code > 0) assertMatch(end.screen, new RegExp(`aborted: ended by ${signal} · [^]*points were measured`));
    assertRestored(end);
  });
}

viewTest(
  "after SIGKILL, which nobody hears, cursor and wrapping are as they were, and the run is resumed",
  LINE,
  async (
    folder,
  ) => await killed(folder),
);

async function killed(folder: string): Promise<void> {
  await using person = new Person(folder, RUN);
  await person.signal("SIGKILL", /[5-9]\d %/);
  const { code, cursor, wraps } = await person.end();
  assertEquals({ code, cursor, wraps }, { code: -9, cursor: true, wraps: true });
  await using next = new Person(folder, sondeWords("resume", "run.zarr"));
  const end = await next.end();
  assertMatch(end.screen, /301 of 301 points · success/);
  assertEquals(end.code, 0);
}

viewTest(
  "a run that was stopped and goes on draws below what the shell has said, and hears keys",
  LINE,
  async (folder) => {
    await using person = new Person(folder, RUN);
    await person.signal("SIGSTOP", /[1-9]\d %/);
    await person.stopped();
    await person.signal("SIGCONT");
    await person.press("p", /\d %/);
    const paused = await person.sees(/paused: by the key p/);
    // The picture of before stays where it was, as the shell's lines do.
    const all = `${paused.history}\n${paused.screen}`;
    assertEquals(all.match(/^neon · lamp$/gm)?.length, 2);
    await person.press("p");
    const end = await person.end();
    assertEquals(end.code, 0);
    assertRestored(end);
  },
);

viewTest(
  "a terminal that is closed in the middle ends the run in order, with its points kept",
  LINE,
  async (folder) => {
    await python(CLOSING, { words: RUN, folder });
    const { attributes } = JSON.parse(await Deno.readTextFile(join(folder, "run.zarr", "zarr.json")));
    assertEquals([attributes.exit_status, attributes.exit_reason], ["aborted", "ended by SIGHUP"]);
    assertEquals((await sonde(folder, "resume", "run.zarr", "--quiet")).code, 0);
  },
);

/** A terminal whose window is closed once the run has measured something. */
const CLOSING = `
import fcntl, os, pty, re, subprocess, termios
master, slave = pty.openpty()
def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(data["words"], cwd=data["folder"], stdin=slave, stderr=slave, stdout=subprocess.DEVNULL,
    preexec_fn=own_terminal, env={**os.environ, "TERM": "linux"})
os.close(slave)
screen = b""
while not re.search(b"[2-9][0-9] %", screen): screen += os.read(master, 65536)
os.close(master)
child.wait(30)
print(json.dumps(None))
`;

viewTest("in the background there are no keys, and the terminal's mode is left alone", LINE, async (folder) => {
  const command = RUN.map((word) => `'${word}'`).join(" ");
  await using person = new Person(folder, ["sh", "-mc", `${command} & wait $!`]);
  const half = await person.sees(/[4-6]\d %/), end = await person.end();
  assertMatch(half.screen, /of 301 points · running/);
  assertLacks(half.screen, /p pause/);
  assertEquals(end.code, 0);
  assertRestored(end);
});

viewTest(
  "a terminal that cannot move its cursor gets lines without escape sequences, --quiet only the result",
  LINE,
  async (
    folder,
  ) => await plain(folder),
);

async function plain(folder: string): Promise<void> {
  await using dumb = new Person(folder, RUN, { TERM: "dumb" });
  const { written, code } = await dumb.end();
  const ours = withoutDenos(written);
  assert(!ours.includes("\x1b"), JSON.stringify(ours));
  assertMatch(ours, /^301 points in /m);
  assertEquals(code, 0);
  await using quiet = new Person(folder, sondeWords("run", "scan.yaml", "--to", "quiet.zarr", "--quiet"));
  const end = await quiet.end();
  assertEquals([withoutDenos(end.written), end.out.trim(), end.code], ["", join(folder, "quiet.zarr"), 0]);
}

viewTest("sonde scan has the same view", LINE, async (folder) => {
  await Deno.writeTextFile(join(folder, "rig.yaml"), RIG.split("\n").slice(1, 5).map((row) => row.slice(2)).join("\n"));
  await using person = new Person(folder, sondeWords(...words("scan diode wavelength 636 644 401 --to words.zarr")));
  const half = await person.sees(/[⠁-⣿]{3}[^]*p pause/), end = await person.end();
  assertMatch(half.screen, /[⠁-⣿]{3}[^]*p pause/);
  assertEquals(end.code, 0);
});

viewTest("a script with live: true has the same view, with its keys, and is asked in it", LINE, async (folder) => {
  await using person = new Person(folder, [...CHILD, "live", "live.zarr"]);
  await person.press("p", /p pause/);
  await person.press("p", /paused: by the key p/);
  const asked = await person.sees(/then Enter: /);
  await person.press("yes\r");
  const end = await person.end(), { out } = await sonde(folder, "info", "live.zarr", "--log");
  assertMatch(asked.screen, /^Found: the half is done\.$/m);
  assertMatch(asked.screen, /waiting for an answer/);
  assertMatch(end.screen, /41 points · success: /);
  // What a run says at its end stands below its last picture, or above it.
  assertMatch(`${end.history}\n${end.screen}`, /^41 points in [^]*what was measured is in/m);
  assertMatch(out, /paused: by the key p[^]*resumed[^]*continue \(terminal, after/);
  assertEquals(end.code, 0);
  assertRestored(end);
});

/** Deno wipes away a progress bar of its own before a program starts. */
function withoutDenos(written: string): string {
  return written.replaceAll("\x1b[0G\x1b[2K\x1b[J", "");
}

const words = (text: string) => text.split(" ");

viewTest("what a program prints while the view is on stands above it, in order and whole", LINE, async (folder) => {
  const child = pseudoTerminal([...CHILD, "print", "print.zarr"], {
    cwd: folder,
    columns: 90,
    rows: 28,
    env: { TERM: "linux" },
  });
  await using _child = child;
  const { screen: text, code, restored } = await child.ended;
  const shown = await screenOf({ text, columns: 90, rows: 28 }), all = `${shown.history}\n${shown.screen}`;
  const printed = all.split("\n").filter((row) => /printed after|after the run|41 of 41/.test(row));
  const expected = [5, 10, 15, 20, 25].map((k) => `printed after ${k}`);
  assertEquals(printed.slice(0, 5), expected);
  assertMatch(printed[5], /^│ +0 │ "printed after 30" │$/);
  assertMatch(printed[6], /^█{22} 100 % {2}41 of 41 points · success/);
  assertEquals([printed[7], printed.length, code, restored], ["after the run", 8, 0, true]);
});

for (
  const [mode, code, said] of [
    ["throw", 1, /thrown in a timer/],
    ["reject", 1, /rejected by nobody/],
    ["exit", 7, /of 41 points · running/],
  ] as const
) {
  viewTest(`a program that ends by ${mode} in the middle leaves the terminal as it was`, LINE, async (folder) => {
    const child = pseudoTerminal([...CHILD, mode, "ends.zarr"], {
      cwd: folder,
      columns: 90,
      rows: 28,
      env: { TERM: "linux" },
    });
    await using _child = child;
    const { screen: text, ...ended } = await child.ended;
    const shown = await screenOf({ text, columns: 90, rows: 28 });
    assertMatch(shown.screen, said);
    // What is said of the error begins on a line of its own.
    if (mode !== "exit") assertMatch(shown.screen, /^error: Uncaught/m);
    assertEquals(ended.code, code);
    assertRestored({ ...ended, ...shown });
  });
}
