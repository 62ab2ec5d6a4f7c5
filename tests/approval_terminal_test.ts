import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { jsonLines, pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const CHILD = join(import.meta.dirname!, "approval_child.ts");
const ARGS = ["run", "-A", "--config", join(import.meta.dirname!, "..", "deno.json"), CHILD];

/** What the child prints, line by line. */
interface Line {
  readonly opening?: boolean;
  readonly point?: number;
  readonly kind?: string;
  readonly text?: string;
  readonly answer?: string;
  readonly by?: string;
  readonly thrown?: string;
  readonly status?: string;
  readonly points?: number;
}

/** Types this when the screen shows that, a while later. */
interface Act {
  readonly seen: RegExp;
  readonly type: string;
  readonly delayMs?: number;
}

interface Ended {
  readonly lines: readonly Line[];
  readonly code: number;
  readonly screen: string;
  /** Whether the terminal is as it was. */
  readonly restored: boolean;
}

/** Runs the child at a pseudo-terminal; each act looks at what came after the one before. */
async function atTerminal(acts: readonly Act[], ...args: string[]): Promise<Ended> {
  await using terminal = pseudoTerminal([Deno.execPath(), ...ARGS, ...args], { piped: true, columns: 120 });
  for (const { seen, type, delayMs = 300 } of acts) {
    await terminal.shows(seen);
    await terminal.type(type, delayMs);
  }
  const { out, ...ended } = await terminal.ended;
  return { ...ended, lines: jsonLines(out) };
}

const asked = ({ lines }: Ended) => lines.filter(({ kind }) => kind === "ask").map(({ answer, by }) => [answer, by]);
const last = ({ lines }: Ended) => lines.find(({ status }) => status)!;
const QUESTION = /then Enter\./;

for (
  const [typed, answer, points, code] of [["y", "continue", 4, 0], ["N", "cancel", 1, 0], ["a", "abort", 1, 1]] as const
) {
  terminalTest(`${typed} and Enter at the terminal is ${answer}`, async () => {
    const ended = await atTerminal([{ seen: QUESTION, type: `${typed}\n` }]);
    assertMatch(ended.screen, /Found: a peak at 1 mm\.\r?\nNext: {2}measure it more finely \(x 0\.5 … 1\.5/);
    assertMatch(ended.screen, /Without an answer the run waits/);
    assertEquals(asked(ended), [[answer, "terminal"]]);
    assertEquals([last(ended).points, ended.code, ended.restored], [points, code, true]);
  });
}

terminalTest("an Enter alone, or another word, says the keys again and answers nothing", async () => {
  const ended = await atTerminal([
    { seen: QUESTION, type: "\n" },
    { seen: QUESTION, type: "maybe\n" },
    { seen: QUESTION, type: "y\n" },
  ]);
  assertEquals([asked(ended), last(ended).points], [[["continue", "terminal"]], 4]);
});

terminalTest("what was typed before the question does not answer it", async () => {
  const ended = await atTerminal([
    { seen: /^/, type: "y\n", delayMs: 0 },
    { seen: QUESTION, type: "n\n", delayMs: 500 },
  ], "patient");
  assertEquals([asked(ended), last(ended).points], [[["cancel", "terminal"]], 1]);
});

terminalTest("Ctrl-C while it waits pauses, Enter asks again, and the answer counts", async () => {
  const ended = await atTerminal([
    { seen: QUESTION, type: "\x03" },
    { seen: /Press Enter/, type: "\n" },
    { seen: QUESTION, type: "y\n" },
  ]);
  assertEquals([asked(ended), last(ended).points, ended.code], [[["continue", "terminal"]], 4, 0]);
  assertEquals(ended.screen.match(/Found:/g)?.length, 2);
  assert(ended.lines.some(({ text }) => text?.startsWith("not answered")));
});

terminalTest("Ctrl-C twice while it waits aborts, and the terminal is as it was", async () => {
  const ended = await atTerminal([{ seen: QUESTION, type: "\x03" }, { seen: /Press Enter/, type: "\x03" }]);
  assertEquals([asked(ended), last(ended).status, ended.code, ended.restored], [[], "aborted", 130, true]);
});

terminalTest("a deadline that passes is said at the terminal, and the run goes on with the default", async () => {
  const ended = await atTerminal([], "deadline");
  assertMatch(ended.screen, /Without an answer within 1\.5 s: cancel \(it is left out, and the run goes on\)/);
  assertMatch(ended.screen, /\(deadline: cancel\)/);
  assertEquals([asked(ended), last(ended).status], [[["cancel", "deadline"]], "success"]);
});

terminalTest("Ctrl-D says that nobody is there, and the default is taken", async () => {
  const ended = await atTerminal([{ seen: QUESTION, type: "\x04" }]);
  assertMatch(ended.screen, /terminal cannot answer: its input has ended/);
  assertEquals([asked(ended), last(ended).status], [[["cancel", "nobody"]], "success"]);
});

terminalTest("with a progress bar the question stays to be read, and the line below says that it waits", async () => {
  const ended = await atTerminal([{ seen: /waiting for an answer: measure it more finely\?/, type: "y\n" }], "bar");
  assertMatch(ended.screen, /then Enter\.\r\n\r1 points {2}waiting for an answer/);
  assertEquals([asked(ended), last(ended).points], [[["continue", "terminal"]], 4]);
});

Deno.test("without a terminal the default is taken at once, and said on standard error", async () => {
  const options = { args: ARGS, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  const lines: Line[] = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.filter(({ kind }) => kind === "ask").map(({ answer, by }) => [answer, by]), [[
    "cancel",
    "nobody",
  ]]);
  assertMatch(new TextDecoder().decode(stderr), /measure it more finely\? cancel \(nobody has answered\)/);
});
