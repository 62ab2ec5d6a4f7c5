import { python } from "./python.ts";

/** What a person does when the screen shows something. */
export interface Act {
  /** A regular expression of Python for the screen, lines joined by newlines. */
  readonly seen: string;
  /** Keys. */
  readonly type?: string;
  /** Another size of the terminal. */
  readonly resize?: readonly [columns: number, rows: number];
  /** A signal to the program, by its number. */
  readonly signal?: number;
  /** From seeing to doing; 150 when left out. */
  readonly delayMs?: number;
}

/** How a program at a pseudo-terminal has ended. */
export interface Ended {
  /** The screen before each act. */
  readonly screens: readonly string[];
  /** The screen at the end, without blanks at the end of lines. */
  readonly screen: string;
  /** What was scrolled out of it. */
  readonly history: string;
  /** Standard output, where that is a pipe. */
  readonly out: string;
  /** All that was written to the terminal, escape sequences too. */
  readonly written: string;
  /** Negative where a signal has ended it. */
  readonly code: number;
  /** Whether modes of the line (raw, echo) are as they were. */
  readonly restored: boolean;
  /** Whether the cursor is shown. */
  readonly cursor: boolean;
  /** Acts that were not due. */
  readonly left: number;
  /** Colours of the screen other than the default. */
  readonly colours: number;
}

/** What is run, and how. */
export interface Terminal {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Where it runs. */
  readonly cwd: string;
  /** In order. */
  readonly acts?: readonly Act[];
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** 80 × 24 when left out. */
  readonly size?: readonly [columns: number, rows: number];
  /** Whether standard output is the terminal, too; a pipe when left out. */
  readonly outToo?: boolean;
}

/** Runs a program at a pseudo-terminal whose screen is pyte's. */
export function atPseudoTerminal({ size = [80, 24], acts = [], env = {}, ...rest }: Terminal): Promise<Ended> {
  return python<Ended>(PROGRAM, { size, acts, env, ...rest });
}

const PROGRAM = `
import codecs, fcntl, os, pty, re, select, signal, struct, subprocess, termios, time
import pyte
master, slave = pty.openpty()
def resize(columns, rows):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
resize(*data["size"])
screen = pyte.HistoryScreen(*data["size"], history=2000, ratio=0.001)
# pyte takes the parameter of a private mode that it does not know for what it is, and of colours what it knows.
stream = pyte.Stream(screen)
before = termios.tcgetattr(slave)
def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
out_too = data.get("outToo", False)
env = {**os.environ, "TERM": "linux", **data["env"]}
for name in ("NO_COLOR", "COLORTERM", "XTERM_VERSION", "STY"):
    if name not in data["env"]: env.pop(name, None)
child = subprocess.Popen(data["command"], cwd=data["cwd"], env=env, stdin=slave, stderr=slave,
    stdout=slave if out_too else subprocess.PIPE, preexec_fn=own_terminal)
decoder = codecs.getincrementaldecoder("utf-8")("replace")
watched, text, written, screens, acts, due = [master], b"", "", [], list(data["acts"]), None
if not out_too: watched.append(child.stdout.fileno())
def shown():
    return "\\n".join(line.rstrip() for line in screen.display).rstrip()
def pump(wait):
    global text, written
    for ready in select.select(watched, [], [], wait)[0]:
        try: got = os.read(ready, 65536)
        except OSError: got = b""
        if not got: watched.remove(ready)
        elif ready == master:
            piece = decoder.decode(got)
            written += piece
            stream.feed(piece)
        else: text += got
end = time.monotonic() + 50
while child.poll() is None and time.monotonic() < end:
    pump(0.02)
    if due is None and acts and re.search(acts[0]["seen"], shown()):
        due = time.monotonic() + acts[0].get("delayMs", 150) / 1000
    if due is not None and time.monotonic() >= due:
        screens.append(shown())
        act, due = acts.pop(0), None
        if act.get("type"): os.write(master, act["type"].encode())
        if act.get("resize"):
            columns, rows = act["resize"]
            screen.resize(rows, columns)
            resize(columns, rows)
        if act.get("signal"): os.kill(child.pid, act["signal"])
if child.poll() is None: child.kill()
code = child.wait()
for _ in range(20): pump(0.01)
restored = termios.tcgetattr(slave) == before
row = lambda line: "".join(line[x].data for x in range(screen.columns)).rstrip()
history = "\\n".join(row(line) for line in screen.history.top)
colours = sum(1 for y in range(screen.lines) for x in range(screen.columns)
    if screen.buffer[y][x].fg != "default" or screen.buffer[y][x].bg != "default")
os.close(slave)
if not out_too: child.stdout.close()
os.close(master)
print(json.dumps({"screens": screens, "screen": shown(), "history": history, "out": text.decode(), "written": written,
    "code": code, "restored": restored, "cursor": not screen.cursor.hidden, "left": len(acts), "colours": colours}))
`;
