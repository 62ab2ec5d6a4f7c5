import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { python } from "./python.ts";

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
  readonly signal?: string;
}

/**
 * Runs the child at a pseudo-terminal of its own, where Ctrl-C is a character that the system's line discipline turns
 * into SIGINT, as it does for a person.
 */
function atTerminal(acts: readonly Act[], ...args: string[]): Promise<Ended> {
  return python<Ended>(
    `
import fcntl, os, pty, select, signal, subprocess, termios, time
master, slave = pty.openpty()
def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(data["args"], stdin=slave, stderr=slave, stdout=subprocess.PIPE, preexec_fn=own_terminal)
os.close(slave)
out, lines, screen, rest, acts, due = child.stdout.fileno(), [], b"", b"", list(data["acts"]), None
end = time.monotonic() + 40
watched = [out, master]
while out in watched and time.monotonic() < end:
    for ready in select.select(watched, [], [], 0.02)[0]:
        try:
            text = os.read(ready, 65536)
        except OSError:
            text = b""
        if not text:
            watched.remove(ready)
        elif ready == master:
            screen += text
        else:
            *whole, rest = (rest + text).split(b"\\n")
            lines += [json.loads(line) for line in whole]
            for line in [json.loads(line) for line in whole]:
                if due is None and acts and all(line.get(k) == v for k, v in acts[0]["after"].items()):
                    due = time.monotonic() + acts[0].get("delayMs", 0) / 1000
    if due is not None and time.monotonic() >= due:
        act, due = acts.pop(0), None
        if "key" in act:
            os.write(master, act["key"].encode())
        else:
            child.send_signal(getattr(signal, act["signal"]))
if child.poll() is None and time.monotonic() >= end:
    child.kill()
code = child.wait()
child.stdout.close()
os.close(master)
print(json.dumps({"lines": lines, "code": code, "screen": screen.decode()}))
`,
    { args: [Deno.execPath(), ...ARGS, ...args], acts },
  );
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
  Deno.test({
    name: `${signal} at a terminal aborts too (not on Windows, which has no pseudo-terminals in Python)`,
    ignore: !UNIX,
    fn: async () => assertAborted(await atTerminal([{ after: MOVING, delayMs: 150, signal }]), new RegExp(signal)),
  });
}

Deno.test({
  name: "Ctrl-C at a terminal pauses, Enter measures the point in hand again, and nothing is lost or stored twice " +
    "(not on Windows, which has no pseudo-terminals in Python)",
  ignore: !UNIX,
  async fn() {
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
});

Deno.test({
  name: "a second Ctrl-C at a terminal aborts the paused run (not on Windows, which has no pseudo-terminals in Python)",
  ignore: !UNIX,
  async fn() {
    assertAborted(
      await atTerminal([
        { after: MOVING, delayMs: 150, key: "\x03" },
        { after: STOPPED, delayMs: 300, key: "\x03" },
      ]),
      /Ctrl-C/,
    );
  },
});

Deno.test({
  name: "Ctrl-C, Enter, Ctrl-C, Ctrl-C: each pause has its own Enter (not on Windows, which has no pseudo-terminals)",
  ignore: !UNIX,
  async fn() {
    const ended = await atTerminal([
      { after: MOVING, delayMs: 150, key: "\x03" },
      { after: STOPPED, delayMs: 200, key: "\n" },
      { after: MOVING, delayMs: 150, key: "\x03" },
      { after: STOPPED, delayMs: 200, key: "\x03" },
    ]);
    assertAborted(ended, /Ctrl-C/);
    assertEquals(ended.screen.match(/Paused/g)?.length, 2);
  },
});

Deno.test({
  name: "Ctrl-C at a terminal before the first point aborts (not on Windows, which has no pseudo-terminals in Python)",
  ignore: !UNIX,
  async fn() {
    const { lines, code } = await atTerminal([{ after: { opening: true }, delayMs: 100, key: "\x03" }], "slow");
    const last = lines.find((line) => line.status)!;
    assertEquals([last.status, last.points, code], ["aborted", 0, 130]);
    assertEquals(lines.filter(({ action }) => action === "set"), []);
  },
});

Deno.test({
  name: "a detector that fails pauses the run at a terminal, and an Enter that was typed before does not resume it " +
    "(not on Windows, which has no pseudo-terminals in Python)",
  ignore: !UNIX,
  async fn() {
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
});

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
