import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { systemClock } from "../src/core/clock.ts";
import { SondeError } from "../src/core/errors.ts";
import { approvalQuestion } from "../src/scan/engine/approvals.ts";
import { figureText } from "../src/wire/terminal/figure_text.ts";
import { InlineScreen, rowsOfLines } from "../src/wire/terminal/inline_screen.ts";
import { keysIn } from "../src/wire/terminal/keyboard.ts";
import { ViewKeys } from "../src/wire/terminal/view_keys.ts";
import { cut, viewLines } from "../src/wire/terminal/view_lines.ts";
import { ViewQuestion } from "../src/wire/terminal/view_question.ts";
import { colourOf, reflowsLines } from "../src/wire/terminal/view_terminal.ts";
import { wrapWords } from "../src/wire/terminal/wrap_words.ts";
import type { RunState } from "../src/scan/engine/run.ts";
import { cellWidth } from "../src/view/terminal/canvas.ts";
import { screensOf, type Written } from "./screen_emulator.ts";

const SIZE = { columns: 30, rows: 8 };

/** What may happen to a screen: a picture, some printed lines, or that it is left where it is. */
type Event = { readonly draw: readonly string[] } | { readonly print: readonly string[] } | { readonly leave: true };

const line = fc.string({ unit: fc.constantFrom("a", "B", "7", " ", "·", "é", "█", "⡇"), maxLength: 29 })
  .map((text) => text.trimEnd());
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ draw: fc.array(line, { minLength: 1, maxLength: 10 }) }) },
    { weight: 3, arbitrary: fc.record({ print: fc.array(line, { minLength: 1, maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.constant({ leave: true as const }) },
  ),
  { maxLength: 14 },
);

/** What is written, and what a person should then see from the first line to the last. */
function play(happens: readonly Event[], styled: (line: string) => string): { text: string; lines: string[] } {
  let text = "", drawn: readonly string[] = [];
  const printed: string[] = [];
  const terminal = {
    colour: "none" as const,
    reflows: true,
    size: () => SIZE,
    write: (more: string) => void (text += more),
  };
  const screen = new InlineScreen(terminal);
  for (const event of happens) {
    if ("draw" in event) {
      screen.draw(event.draw.map(styled));
      // The last lines are those that count where there is no room for all.
      drawn = event.draw.slice(-(SIZE.rows - 1));
    } else if ("print" in event) {
      screen.above(() => event.print.forEach((one) => text += `${one}\r\n`));
      printed.push(...event.print);
    } else {
      screen.leave();
      printed.push(...drawn);
      drawn = [];
    }
  }
  return { text, lines: [...printed, ...drawn] };
}

Deno.test("whatever is drawn, printed and left, an emulator shows all that was printed, then the last picture", async () => {
  for (const styled of [(line: string) => line, (line: string) => `\x1b[1m${line}\x1b[0m`]) {
    const samples = fc.sample(events, { numRuns: 150, seed: 11 }).map((happens) => play(happens, styled));
    const screens = await screensOf(samples.map(({ text }): Written[] => [{ text, ...SIZE }]));
    samples.forEach(({ lines }, k) => {
      const { history, screen, cursor, wraps } = screens[k].at(-1)!;
      const seen = [...(history ? history.split("\n") : []), ...screen.split("\n")];
      // An empty history and one of an empty line are told apart by what is there.
      const trimmed = (all: readonly string[]) => all.join("\n").replace(/^\n+|\n+$/g, "");
      assertEquals(trimmed(seen), trimmed(lines), `sample ${k}`);
      assert(cursor && wraps);
    });
  }
});

Deno.test("a picture that is there already is not written again, and one line of it costs a line", () => {
  const written: string[] = [];
  const terminal = {
    ...{ colour: "none" as const, reflows: true, size: () => ({ columns: 80, rows: 24 }) },
    write: (text: string) => void written.push(text),
  };
  const screen = new InlineScreen(terminal), rows = Array.from({ length: 20 }, (_, k) => `line ${k}`.padEnd(70, "."));
  screen.draw(rows);
  screen.draw([...rows]);
  assertEquals(written.length, 1);
  screen.draw(rows.with(4, "another"));
  assert(written[1].length < 250, written[1]);
});

Deno.test("many prints between two pictures do not draw it each time", () => {
  let written = 0;
  const terminal = {
    ...{ colour: "none" as const, reflows: true, size: () => ({ columns: 80, rows: 24 }) },
    write: (text: string) => void (written += text.length),
  };
  const screen = new InlineScreen(terminal), rows = Array.from({ length: 20 }, () => ".".repeat(79));
  screen.draw(rows);
  for (let k = 0; k < 1000; k++) screen.above(() => {});
  assert(written < 50 * 1700 + 1000 * 100, String(written));
  screen.draw(rows);
});

Deno.test("a narrower terminal that breaks lines shows a picture in more rows, another one in as many", () => {
  const lines = ["a".repeat(50), "", `\x1b[1m${"b".repeat(20)}\x1b[0m`, "测".repeat(15)];
  assertEquals(rowsOfLines(lines, 60, true), 4);
  assertEquals(rowsOfLines(lines, 25, true), 2 + 1 + 1 + 2);
  assertEquals(rowsOfLines(lines, 25, false), 4);
});

Deno.test("of what a terminal sends, arrows and other sequences are no keys", () => {
  assertEquals(keysIn("p\x1b[A\x1bOBq\x1b[1;5Ca\r"), ["p", "q", "a", "Enter"]);
  assertEquals(keysIn("\x1b"), ["Escape"]);
  assertEquals(keysIn("\x1bp"), []);
  assertEquals(keysIn("é\x7f\b\n\x04\x00\x1f"), ["é", "Backspace", "Backspace", "Enter", "Ctrl-D"]);
});

const STATES: readonly RunState[] = ["idle", "running", "waiting", "paused", "ending", "success", "aborted", "failed"];

Deno.test("no keys but two a within five seconds abort, and only while a run goes on", () => {
  const press = fc.record({
    key: fc.constantFrom("a", "A", "p", "x", "Enter", "Escape"),
    state: fc.constantFrom(...STATES),
    afterMs: fc.constantFrom(10, 1000, 4990, 5010, 60_000),
  });
  fc.assert(
    fc.property(fc.array(press), (presses) => {
      const keys = new ViewKeys();
      let nowMs = 0, armedMs = -Infinity;
      for (const { key, state, afterMs } of presses) {
        nowMs += afterMs;
        const going = state === "running" || state === "paused", isA = key.toLowerCase() === "a";
        const expected = going && isA && nowMs - armedMs <= 5000;
        assertEquals(keys.press(key, state, nowMs) === "abort", expected);
        armedMs = going && isA && !expected ? nowMs : -Infinity;
        assertEquals(keys.armed(nowMs), armedMs === nowMs);
      }
    }),
    { seed: 3 },
  );
});

Deno.test("p pauses what runs and lets go on what is paused, Enter only lets go on, and no other key does anything", () => {
  for (const state of STATES) {
    for (const key of ["p", "P", "Enter", "q", " ", "Escape", "Backspace", "Ctrl-D"]) {
      const action = new ViewKeys().press(key, state, 0), isP = key === "p" || key === "P";
      const expected = state === "running" && isP
        ? "pause"
        : state === "paused" && (isP || key === "Enter")
        ? "resume"
        : "none";
      assertEquals(action, expected, `${key} while ${state}`);
    }
  }
});

const REQUEST = { kind: "ask", found: "a peak", next: "zoom" } as const;

function ask(): { question: ViewQuestion; answer: Promise<unknown>; told: string[]; over: AbortController } {
  const told: string[] = [], question = new ViewQuestion((text) => told.push(text)), over = new AbortController();
  const asked = approvalQuestion(REQUEST, { askedAtMs: systemClock.nowMs(), unitOf: () => "" });
  const answer = question.ask(asked, over.signal).catch((thrown) => thrown);
  return { question, answer, told, over };
}

const read = () => new Promise((resolve) => setTimeout(resolve, 120));

Deno.test("a question takes a word and Enter, in either case; a bare Enter answers nothing", async () => {
  for (const [typed, expected] of [["y", "continue"], ["No", "cancel"], ["abort", "abort"]] as const) {
    const { question, answer, told } = ask();
    await read();
    question.press("Enter");
    assert(question.open && question.lines().at(-1)!.startsWith("One of these"));
    for (const key of [...typed, "Enter"]) question.press(key);
    assertEquals([await answer, question.open, question.lines().length], [expected, false, 0]);
    assert(told[0].startsWith("Found: a peak.\nNext:  zoom.\nAnswer: "));
  }
});

Deno.test("keys pressed before a question can be read do not answer it", async () => {
  const { question, over, answer } = ask();
  for (const key of ["y", "Enter"]) question.press(key);
  assert(question.open && question.lines().at(-1)!.endsWith("Enter: "));
  over.abort(new SondeError("page: continue"));
  assertEquals(String(await answer), "SondeError: page: continue");
});

Deno.test("a question that is decided elsewhere says by whom, and one that hears no more keys is asked elsewhere", async () => {
  const elsewhere = ask();
  elsewhere.over.abort(new SondeError("deadline: cancel"));
  await elsewhere.answer;
  assertEquals(elsewhere.told, ["Found: a peak.\nNext:  zoom.\n(deadline: cancel)"]);
  const deaf = ask();
  deaf.question.giveUp();
  assertEquals(await deaf.answer, undefined);
  const ended = ask();
  await read();
  ended.question.press("Ctrl-D");
  assertEquals(String(await ended.answer), "SondeError: its input has ended");
});

const text = fc.string({ unit: fc.constantFrom("a", "W", " ", "µ", "测", "🔬", "é", "\x1b", "·"), maxLength: 60 });

Deno.test("rows of words fit, lose nothing but blanks at breaks, and cut no wide character in half", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (words, width) => {
      const plain = words.replaceAll("\x1b", ""), rows = wrapWords(plain, width);
      for (const row of rows) assert(cellWidth(row) <= width, JSON.stringify([row, width]));
      assertEquals(rows.join("").replaceAll(" ", ""), plain.replaceAll(" ", ""));
      assert(cellWidth(cut(words, width)) <= width);
    }),
    { seed: 5 },
  );
});

// deno-lint-ignore no-control-regex
const STYLE = /\x1b\[[\d;]*m/g;

Deno.test("no line of a view is wider than the terminal, whatever the devices are called", () => {
  const status = fc.record({
    part: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    state: fc.constantFrom(...STATES),
    lines: fc.tuple(text, text, fc.array(text, { maxLength: 12 }).map((parts) => parts.join(" · "))),
  });
  fc.assert(
    fc.property(
      status,
      fc.array(text, { maxLength: 2 }),
      text,
      fc.integer({ min: 8, max: 120 }),
      (now, asked, keys, width) => {
        const question = asked.flatMap((one) => wrapWords(one, width));
        const rows = viewLines({ figure: "", status: now, question, keys }, width, "none");
        for (const row of rows) assert(cellWidth(row) <= width, JSON.stringify([row, width]));
        assert(rows.length <= question.length + 7);
        const coloured = viewLines({ figure: "", status: now, question, keys }, width, "256");
        const plain = coloured.map((row) => row.replaceAll(STYLE, ""));
        assertEquals(plain, rows);
      },
    ),
    { seed: 7 },
  );
});

Deno.test("a figure takes no more rows and columns than it is given, and as many panels as fit", () => {
  const x = Float64Array.from({ length: 50 }, (_, k) => k), y = x.map((x) => Math.exp(-((x - 20) ** 2) / 9));
  const peaks = [{ at: 20, height: 1, width: 5 }];
  const panel = {
    kind: "curve" as const,
    x: { name: "x" },
    y: { name: "diode" },
    series: [{ name: "diode", x, y, peaks }],
  };
  const figure = { title: "a rather long title ".repeat(9), subtitle: "lamp", panels: [panel, panel, panel] };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 0, max: 90 }), (columns, rows) => {
      const drawn = figureText(figure, { columns, rows }, "none"), lines = drawn.split("\n");
      if (!drawn) return assert(rows < 11 || columns < 24);
      assert(lines.length <= rows && lines.every((line) => cellWidth(line) <= columns), `${columns} × ${rows}`);
      assertEquals(drawn.match(/↑ diode/g)?.length, Math.min(3, Math.floor((rows - 2) / 9)));
    }),
    { seed: 13 },
  );
});

Deno.test("colours are those that the environment promises, and none where NO_COLOR is set", () => {
  const env = (set: Readonly<Record<string, string | undefined>>) => ({ get: (name: string) => set[name] });
  assertEquals(colourOf(env({})), "256");
  assertEquals(colourOf(env({ COLORTERM: "truecolor" })), "24bit");
  assertEquals(colourOf(env({ COLORTERM: "truecolor", NO_COLOR: "1" })), "none");
  assertEquals([{}, { TERM: "linux" }, { XTERM_VERSION: "1" }, { STY: "1" }].map((set) => reflowsLines(env(set))), [
    ...[true, false, false, false],
  ]);
});
