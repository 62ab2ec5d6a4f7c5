import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { jsonLines, pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const CHILD = join(import.meta.dirname!, "engine_child.ts");
const ARGS = ["run", "-A", "--config", join(import.meta.dirname!, "..", "deno.json"), CHILD];

/** What the child prints, line by line. */
interface Line {
  readonly opening?: boolean;
  readonly transition?: string;
  readonly pausedMs?: number;
  readonly device?: string;
  readonly action?: string;
  readonly setpoint?: number;
  readonly point?: number;
  readonly thrown?: string;
  readonly exitCode?: number;
  readonly status?: string;
  readonly reason?: string;
  readonly points?: number;
  readonly stored?: number;
  readonly rests?: number;
}

interface Ended {
  readonly lines: readonly Line[];
  readonly code: number;
  /** What a person saw at the terminal. */
  readonly screen: string;
}

/** Runs the child without a terminal, and sends it a signal while x moves to 4. */
async function withoutTerminal(signal: Deno.Signal): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), { args: ARGS, stdin: "null", stdout: "piped", stderr: "piped" })
    .spawn();
  const screen = new Response(child.stderr).text();
  const lines: Line[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    for (const part of parts) {
      const line: Line = JSON.parse(part);
      lines.push(line);
      if (line.action === "set" && line.setpoint === 4) setTimeout(() => child.kill(signal), 150);
    }
  }
  const { code } = await child.status;
  return { lines, code, screen: await screen };
}

/** Waits for a line that has these entries, then so long, then presses a key or sends a signal. */
interface Act {
  readonly after: Line;
  readonly delayMs?: number;
  readonly key?: string;
  readonly signal?: Deno.Signal;
}

/** Runs the child at a pseudo-terminal; each act looks at what came after the one before. */
async function atTerminal(acts: readonly Act[], ...args: string[]): Promise<Ended> {
  await using terminal = pseudoTerminal([Deno.execPath(), ...ARGS, ...args], { piped: true });
  for (const { after, delayMs, key, signal } of acts) {
    await terminal.prints((line) => {
      const said: Line = JSON.parse(line);
      return Object.entries(after).every(([name, entry]) => said[name as keyof Line] === entry);
    });
    if (key !== undefined) await terminal.type(key, delayMs);
    if (signal !== undefined) await terminal.signal(signal, delayMs);
  }
  const { out, ...ended } = await terminal.ended;
  return { ...ended, lines: jsonLines(out) };
}

const MOVING: Line = { device: "x", action: "set", setpoint: 4 };
const STOPPED: Line = { device: "x", action: "stop" };

function assertAborted({ lines, code }: Ended, reason: RegExp): void {
  const thrown = lines.find((line) => line.thrown !== undefined)!, last = lines.find((line) => line.status)!;
  assertMatch(thrown.thrown!, reason);
  assertEquals([last.status, last.points, last.stored, code], ["aborted", 1, 1, 130]);
  assert(last.rests! > 0.1 && last.rests! < 3.9, `x rests at ${last.rests}`);
  assert(lines.some(({ action }) => action === "stop"));
  assertEquals(lines.filter(({ action }) => action === "unstage").length, 1);
}

const UNIX = Deno.build.os !== "windows";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `${signal} without a terminal stops the axes and aborts (not on Windows, which cannot send it)`,
    ignore: !UNIX,
    fn: async () => assertAborted(await withoutTerminal(signal), signal === "SIGINT" ? /Ctrl-C/ : new RegExp(signal)),
  });
}

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  terminalTest(`${signal} at a terminal aborts too`, async () => {
    assertAborted(await atTerminal([{ after: MOVING, delayMs: 150, signal }]), new RegExp(signal));
  });
}

terminalTest(
  "Ctrl-C at a terminal pauses, Enter measures the point in hand again, and nothing is lost or stored twice",
  async () => {
    const { lines, code, screen } = await atTerminal([
      { after: MOVING, delayMs: 150, key: "\x03" },
      { after: STOPPED, delayMs: 300, key: "\n" },
    ]);
    assertMatch(screen, /Paused: .*axes are stopped.*Press Enter to measure the point in hand again.*Ctrl-C to abort/);
    assertMatch(screen, /4 points in/);
    assertEquals(lines.filter(({ point }) => point !== undefined).map(({ point }) => point), [0, 1, 2, 3]);
    const sets = lines.filter(({ action }) => action === "set").map(({ setpoint }) => setpoint);
    assertEquals(sets, [0, 4, 4, 0, 4]);
    const last = lines.find((line) => line.status)!;
    assertEquals([last.status, last.points, last.stored, code], ["success", 4, 4, 0]);
  },
);

terminalTest("a second Ctrl-C at a terminal aborts the paused run", async () => {
  assertAborted(
    await atTerminal([
      { after: MOVING, delayMs: 150, key: "\x03" },
      { after: STOPPED, delayMs: 300, key: "\x03" },
    ]),
    /Ctrl-C/,
  );
});

terminalTest("Ctrl-C, Enter, Ctrl-C, Ctrl-C: each pause has its own Enter", async () => {
  const ended = await atTerminal([
    { after: MOVING, delayMs: 150, key: "\x03" },
    { after: STOPPED, delayMs: 200, key: "\n" },
    { after: MOVING, delayMs: 150, key: "\x03" },
    { after: STOPPED, delayMs: 200, key: "\x03" },
  ]);
  assertAborted(ended, /Ctrl-C/);
  assertEquals(ended.screen.match(/Paused/g)?.length, 2);
});

terminalTest("Ctrl-C at a terminal before the first point aborts", async () => {
  const { lines, code } = await atTerminal([{ after: { opening: true }, delayMs: 100, key: "\x03" }], "slow");
  const last = lines.find((line) => line.status)!;
  assertEquals([last.status, last.points, code], ["aborted", 0, 130]);
  assertEquals(lines.filter(({ action }) => action === "set"), []);
});

terminalTest(
  "a detector that fails pauses the run at a terminal, and an Enter that was typed before does not resume it",
  async () => {
    const paused = "paused: diode: trigger: injected fault in call 2";
    const { lines, code, screen } = await atTerminal([
      { after: MOVING, delayMs: 100, key: "\n" },
      { after: { transition: paused }, delayMs: 500, key: "\n" },
    ], "broken");
    assertMatch(screen, /Paused: diode: trigger: injected fault in call 2\. Press Enter/);
    assert(lines.find(({ transition }) => transition === "resumed")!.pausedMs! > 400);
    const last = lines.find((line) => line.status)!;
    assertEquals([last.status, last.points, last.stored, code], ["success", 4, 4, 0]);
  },
);

Deno.test({
  name: "a first Ctrl-C while a finished run is being stored leaves it stored; a second breaks off (not on Windows)",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = join(import.meta.dirname!, "engine_slow_close_child.ts");
    const ended = async (presses: number) => {
      const args = ["run", "-A", child, String(presses)];
      return new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args }).output()).stdout).trim();
    };
    assertEquals(await ended(1), "success");
    assertMatch(await ended(2), /SIGINT again/);
  },
});
