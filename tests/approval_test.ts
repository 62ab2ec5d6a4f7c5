import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { progressLine, showLine } from "../src/wire/terminal/show_progress.ts";
import { systemClock } from "../src/core/clock.ts";
import { messageOf, RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Answer, AskRequest } from "../src/core/path.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createJob } from "../src/scan/create_run.ts";
import { type ApprovalFront, type ApprovalQuestion, approvalQuestion, decide } from "../src/scan/engine/approvals.ts";
import { Run } from "../src/scan/engine/run.ts";
import { resume } from "../src/wire/resume.ts";
import { scan } from "../src/wire.ts";
import type { PathFunction } from "../src/scan/path_tools.ts";
import { assertTidy, type Bench, bench, collect, settled, turns } from "./engine_support.ts";

const ASK: AskRequest = {
  kind: "ask",
  found: "a peak at 2 mm, 0.93 V high",
  next: "measure it more finely",
  action: { axes: [{ axis: "x", from: 1, to: 3 }, { axis: "y", from: 0, to: 0 }], points: 21 },
  data: { place: 2, height: 0.93 },
};

function question(request: Partial<AskRequest> = {}, askedAtMs = 0): ApprovalQuestion {
  return approvalQuestion({ ...ASK, ...request }, { askedAtMs, timeMs: 4200, unitOf: () => "mm" });
}

/** A front that answers when it is told to, and remembers what it saw. */
function manualFront(name: string) {
  const seen: ApprovalQuestion[] = [], ends: unknown[] = [];
  let say: (answer: Answer) => void = () => {}, fail: (error: Error) => void = () => {};
  const front: ApprovalFront = {
    name,
    ask(asked, signal) {
      seen.push(asked);
      signal.addEventListener("abort", () => ends.push(signal.reason));
      return new Promise((resolve, reject) => [say, fail] = [resolve, reject]);
    },
  };
  return { front, seen, ends, say: (answer: Answer) => say(answer), fail: (error: Error) => fail(error) };
}

/** A run of a generator that measures, asks, and measures again where it may. */
function askingRun(b: Bench, fronts: readonly ApprovalFront[], request: Partial<AskRequest> = {}) {
  const heard: Answer[] = [];
  const path: PathFunction = function* ({ measure }) {
    yield* measure({ x: 1 });
    yield* measure({ x: 2 });
    const answer = (yield { ...ASK, ...request }) as Answer;
    heard.push(answer);
    if (answer === "continue") yield* measure({ x: 3 });
  };
  const lines: string[] = [];
  const job = createJob(path as never, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const run = new Run({ ...job, answer: undefined, fronts, say: (line) => void lines.push(line) });
  return { run, heard, lines };
}

/** Waits until a run is in a state. */
async function until(run: Pick<Run, "status">, state: string): Promise<void> {
  for (let k = 0; run.status.state !== state; k++) {
    assert(k < 1000, `${run.status.state} instead of ${state}`);
    await turns(1);
  }
}

Deno.test("a question for people says what was found, where it goes, how long it takes, and what happens without an answer", () => {
  assertEquals(
    question({ deadlineMs: 30_000, otherwise: "continue" }).text,
    [
      "Found: a peak at 2 mm, 0.93 V high.",
      "Next:  measure it more finely (x 1 … 3 mm, y 0 mm, at most 21 points, about 4.2 s).",
      "Without an answer within 30 s: continue (it is done).",
    ].join("\n"),
  );
  assertMatch(question().text, /Without an answer the run waits, and its axes hold\.$/);
  const bare = approvalQuestion({ kind: "ask", found: "a", next: "b" }, { askedAtMs: 0, unitOf: () => "" });
  assertEquals([bare.otherwise, bare.text.split("\n")[1]], ["cancel", "Next:  b."]);
});

Deno.test("the first answer wins, and the other fronts are told by whom it was given", async () => {
  const [page, desk] = [manualFront("page"), manualFront("desk")];
  const deciding = { clock: systemClock, signal: new AbortController().signal, warn: () => {} };
  const decision = decide(question({}, systemClock.nowMs()), [page.front, desk.front], deciding);
  await turns();
  desk.say("continue");
  const { answer, by, afterMs } = await decision;
  assertEquals([answer, by, afterMs >= 0], ["continue", "desk", true]);
  assertEquals(page.ends.map(messageOf), ["desk: continue"]);
  page.say("abort");
  page.fail(new Error("late"));
  await turns();
});

Deno.test("a front that throws, or says another word, is left out and named, and the others can still answer", async () => {
  const warnings: string[] = [], slow = manualFront("page");
  const broken: ApprovalFront[] = [
    { name: "mail", ask: () => Promise.reject(new Error("no network")) },
    {
      name: "buzzer",
      ask() {
        throw new Error("no wire");
      },
    },
    { name: "parrot", ask: () => "yes" as Answer },
  ];
  const deciding = {
    clock: systemClock,
    signal: new AbortController().signal,
    warn: (text: string) => void warnings.push(text),
  };
  const decision = decide(question(), [...broken, slow.front], deciding);
  await turns();
  assertEquals(warnings.toSorted(), [
    "buzzer cannot answer: no wire",
    "mail cannot answer: no network",
    'parrot cannot answer: it said "yes"; allowed: continue, cancel, abort',
  ]);
  slow.say("continue");
  assertEquals((await decision).by, "page");
  assertEquals((await decide(question(), broken, deciding)).by, "nobody");
});

Deno.test("law: the earliest valid answer before the deadline wins, else the default; no timer is left behind", async () => {
  const fronts = fc.array(
    fc.record({
      what: fc.constantFrom("continue", "cancel", "abort", "throw", "nonsense", "never"),
      tenthsMs: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 5 },
  );
  const deadline = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  const words = fc.constantFrom<Answer | undefined>("continue", "cancel", "abort", undefined);
  await fc.assert(
    fc.asyncProperty(fronts, deadline, words, async (kinds, deadlineMs, otherwise) => {
      const clock = fakeClock(0);
      // No two at once: who is first then is a matter of arrival.
      const plays = kinds.map(({ what, tenthsMs }, k) => ({ what, name: `front ${k}`, atMs: tenthsMs + (k + 1) / 10 }));
      const asked = plays.map(({ what, name, atMs }): ApprovalFront => ({
        name,
        async ask(_, signal) {
          if (what === "never") return await new Promise((_, reject) => signal.addEventListener("abort", reject));
          await clock.sleep(atMs, signal);
          if (what === "throw") throw new Error("no");
          return what as Answer;
        },
      }));
      const never = plays.some(({ what }) => what === "never");
      const valid = plays.filter(({ what }) => ["continue", "cancel", "abort"].includes(what))
        .toSorted((a, b) => a.atMs - b.atMs)[0];
      if (never && !valid && deadlineMs === undefined) return;
      const deciding = { clock, signal: new AbortController().signal, warn: () => {} };
      const decision = await decide(question({ deadlineMs, otherwise }), asked, deciding);
      if (valid && (deadlineMs === undefined || valid.atMs < deadlineMs)) {
        assertEquals([decision.answer, decision.by], [valid.what as Answer, valid.name]);
      } else {
        const lastMs = Math.max(0, ...plays.map(({ atMs }) => atMs));
        const late = deadlineMs !== undefined && plays.length > 0 && (never || valid || deadlineMs < lastMs);
        assertEquals([decision.answer, decision.by], [otherwise ?? "cancel", late ? "deadline" : "nobody"]);
      }
      assert(decision.afterMs <= (deadlineMs ?? Infinity));
      await turns(1);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a run that asks is waiting, its axes hold, and the log says who answered what after how long", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run, heard } = askingRun(b, [page.front]);
  const going = collect(run);
  await until(run, "waiting");
  const { question, points } = run.status, events = b.record.length;
  assertEquals([question!.found, question!.otherwise, points], [ASK.found, "cancel", 2]);
  // Two points took 2 s of moves and 20 ms of reading.
  assertEquals(Math.round(question!.timeMs! / 21), 1010);
  assertMatch(question!.text, /x 1 … 3 mm, y 0 mm, at most 21 points, about 21\.2 s/);
  await b.clock.sleep(60_000);
  assertEquals([b.record.length, run.status.state], [events, "waiting"]);
  page.say("continue");
  const { points: measured, thrown } = await going;
  assertEquals([thrown, heard, measured.length, run.status.question], [undefined, ["continue"], 3, undefined]);
  const [entry] = b.sink.entries.filter(({ kind }) => kind === "ask");
  assertEquals(entry.text, "a peak at 2 mm, 0.93 V high: measure it more finely? continue");
  const { answer, by, afterMs, data } = entry.data!;
  assertEquals([answer, by, afterMs, data], ["continue", "page", 60_000, ASK.data]);
  assert(run.status.times.waitMs >= 60_000, "a person's time is no time of the engine");
  assertTidy(b);
});

Deno.test("cancel leaves the action out, abort ends the run", async () => {
  for (const answer of ["cancel", "abort"] as const) {
    await using b = await bench();
    const { run, heard } = askingRun(b, [{ name: "page", ask: () => answer }]), { points, thrown } = await collect(run);
    assertEquals([points.length, heard], [2, answer === "abort" ? [] : ["cancel"]]);
    assertEquals(
      [thrown instanceof RunAborted, b.sink.outcome.status],
      answer === "abort" ? [true, "aborted"] : [
        false,
        "success",
      ],
    );
    assertEquals(b.sink.entries.find(({ kind }) => kind === "ask")!.data!.by, "page");
    assertTidy(b);
  }
});

Deno.test("where nobody can answer the default is taken at once, and said", async () => {
  await using b = await bench();
  const { run, heard, lines } = askingRun(b, [], { otherwise: "continue", deadlineMs: 3_600_000 });
  const { points } = await collect(run);
  assertEquals([points.length, heard], [3, ["continue"]]);
  assertEquals(b.sink.entries.find(({ kind }) => kind === "ask")!.data!.by, "nobody");
  assert(
    lines.some((line) => /measure it more finely\? continue \(nobody has answered\)/.test(line)),
    lines.join("\n"),
  );
  assert(run.status.elapsedMs < 60_000);
});

Deno.test("a deadline gives the declared default, cancel unless said otherwise", async () => {
  for (const otherwise of ["continue", undefined] as const) {
    await using b = await bench();
    const page = manualFront("page"), { run, heard } = askingRun(b, [page.front], { deadlineMs: 30_000, otherwise });
    await collect(run);
    assertEquals(heard, [otherwise ?? "cancel"]);
    const { by, afterMs } = b.sink.entries.find(({ kind }) => kind === "ask")!.data!;
    assertEquals([by, afterMs, page.ends.map(messageOf)], ["deadline", 30_000, [`deadline: ${heard[0]}`]]);
  }
});

Deno.test("abort() while it waits is at once, withdraws the question, and the log says that it was not answered", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run, heard } = askingRun(b, [page.front]);
  b.clock.timer(30_000, () => run.abort("enough"));
  const { thrown } = await collect(run);
  assertMatch(messageOf(thrown), /enough/);
  assertEquals([heard, page.ends.map(messageOf)], [[], ["run aborted: enough"]]);
  assertEquals(run.status.elapsedMs, 30_000);
  assertEquals(b.sink.texts("ask"), []);
  assert(b.sink.texts("transition").some((text) => text.startsWith("not answered: a peak at 2 mm")));
  assertEquals(b.sink.outcome.status, "aborted");
  assertTidy(b);
});

Deno.test("finish() while it waits ends the run as success, without an answer", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run, heard } = askingRun(b, [page.front]);
  b.clock.timer(30_000, () => run.finish("seen enough"));
  const { thrown, points } = await collect(run);
  assertEquals([thrown, points.length, heard, page.ends.length], [undefined, 2, [], 1]);
  assertEquals([b.sink.outcome.status, b.sink.outcome.reason], ["success", "seen enough"]);
});

Deno.test("pause() while it waits leaves the question open; what was answered is done after resume()", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run, heard } = askingRun(b, [page.front]);
  const going = collect(run);
  await until(run, "waiting");
  run.pause("look at the sample");
  assertEquals([run.status.state, run.status.question?.found], ["paused", ASK.found]);
  page.say("continue");
  await turns(10);
  assertEquals([run.status.state, run.status.question, b.sink.points.length], ["paused", undefined, 2]);
  run.resume();
  assertEquals([(await going).points.length, heard], [3, ["continue"]]);
  assertEquals([page.seen.length, b.sink.texts("ask").length], [1, 1]);
});

Deno.test("leaving the loop while it waits withdraws the question and tidies up", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run, heard } = askingRun(b, [page.front]), points = run[Symbol.asyncIterator]();
  await points.next();
  await points.next();
  const third = settled(points.next());
  await until(run, "waiting");
  await points.return!();
  assert((await third).error instanceof RunAborted);
  assertEquals([page.ends.length, heard, b.sink.outcome.status], [1, [], "aborted"]);
  assertTidy(b);
});

Deno.test("a front's failure is in the log as a warning, beside the answer of another", async () => {
  await using b = await bench();
  const mail: ApprovalFront = { name: "mail", ask: () => Promise.reject(new Error("no network")) };
  const { run, lines } = askingRun(b, [mail, { name: "page", ask: () => b.clock.sleep(5).then(() => "cancel") }]);
  await collect(run);
  assertEquals(b.sink.texts("warning"), ["mail cannot answer: no network"]);
  assert(lines.includes("warning: mail cannot answer: no network"));
});

Deno.test("a run that is resumed sends the recorded answer, and asks nobody again", async () => {
  const folder = await Deno.makeTempDir(), to = `${folder}/asked.zarr`, asked: string[] = [];
  const plan: PathFunction<{ x: number }, { diode: number }> = function* climb({ ask, measure }) {
    yield* measure({ x: 0 });
    const answer = yield* ask("a peak", "go on", { otherwise: "cancel", data: { height: 1 } });
    for (let x = 1; x < 4; x++) yield* measure({ x: answer === "continue" ? x : -x });
  };
  const answer = ({ found }: AskRequest): Answer => (asked.push(found), "continue");
  const make = () => connect({ x: sim.instant(), diode: sim.photodiode() });
  try {
    {
      await using rig = await make();
      for await (const { seqNum } of scan(plan, { rig, read: ["diode"], to, quiet: true, answer })) {
        if (seqNum === 1) break;
      }
    }
    await using rig = await make();
    const places: unknown[] = [], run = await resume(to, rig, { plan: plan as never, quiet: true, answer });
    for await (const { setpoint } of run) places.push(setpoint);
    assertEquals([asked, places], [["a peak"], [{ x: 2 }, { x: 3 }]]);
    const { result } = await settled(run.done);
    assertEquals([result?.status, result?.points], ["success", 4]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("progress says what is waited for, and a line that stands still is not drawn over what a person types", async () => {
  await using b = await bench();
  const page = manualFront("page"), { run } = askingRun(b, [page.front]), going = collect(run);
  await until(run, "waiting");
  const line = progressLine(run.status, 200);
  assertMatch(line, /waiting for an answer: measure it more finely\?/);
  const drawn: string[] = [];
  {
    using _line = showLine(() => line, { terminal: true, columns: () => 80, write: (text) => void drawn.push(text) });
    await new Promise((resolve) => setTimeout(resolve, 450));
  }
  assertEquals(drawn.filter((text) => text.includes("waiting")).length, 1);
  page.say("cancel");
  await going;
});
