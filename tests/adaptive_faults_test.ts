/** What goes wrong in the middle of an adaptive path: axes stopped, data readable, and the log says why. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  focus,
  fold,
  linspace,
  list,
  MoveError,
  nest,
  openRun,
  type Plan,
  relative,
  RunAborted,
  scan,
  type ScanOptions,
  StoreError,
  track,
  when,
  zarrSink,
  zoom,
} from "../mod.ts";
import { openRun as openStore } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key } from "../src/zarr/stores/store.ts";
import { Lab, type Places, xarrayReads } from "./adaptive_resume_support.ts";
import { pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";
import { withFolder } from "./zarr_fixture.ts";

const line = linspace("x", -2, 6, 17), rows = list("y", [0, 1, 2]), stack = linspace("z", -2, 2, 7);
const finder = zoom(line, { on: "diode", maxPoints: 40 });

/** How a run is told, beside its plan. */
interface How {
  readonly read?: readonly ("diode" | "camera")[];
  readonly onReadError?: ScanOptions<Places, unknown, readonly never[]>["onReadError"];
  readonly answer?: () => Promise<never>;
}

/** A run in a laboratory, what is in its store when it has ended, and how it ended. */
async function runIn(folder: string, lab: Lab, plan: Plan<keyof Places>, how: How = {}) {
  const to = join(folder, "run.zarr"), rig = await lab.connect();
  const run = scan(plan as never, { rig, read: ["diode"] as never, to, quiet: true, ...how as object });
  return {
    run,
    /** What is left when all is over. */
    async left() {
      await rig[Symbol.asyncDispose]();
      await xarrayReads([to]);
      const { attributes, arrays, array } = await openRun(to);
      const texts = arrays.has("log/text") ? (await array("log/text").read()).data as string[] : [];
      const codes: number[] = [];
      for (const name of arrays.keys()) {
        if (/(^|\/)quality$/.test(name)) codes.push(...(await array(name).read()).data as Uint8Array);
      }
      const count = (code: number) => codes.filter((one) => one === code).length;
      return { attributes, texts, good: count(1) + count(2), failed: count(3) };
    },
  };
}

/** Throws whenever that is done, from the `from`th time on, `times` times. */
function breakAt(lab: Lab, what: string, from: number, times = Infinity): void {
  let seen = 0;
  lab.onTick = (done) => {
    if (done !== what || ++seen < from || seen >= from + times) return;
    throw new Error(`${what} is broken`);
  };
}

Deno.test("a camera that dies during a focus stack leaves failed points, and the focus is that of the good ones", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 1 }), plan = nest(rows, focus(stack, { on: "camera", by: "brenner", fine: 5 }));
    breakAt(lab, "camera", 16);
    const { run, left } = await runIn(folder, lab, plan, {
      read: ["camera", "diode"],
      onReadError: { retries: 0, then: "record" },
    });
    const { points } = await run.done, { attributes, texts, good, failed } = await left();
    // Each visit has a point of its own, with what was found, and reads nothing.
    assertEquals([attributes.exit_status, good], ["success", 15 + 3]);
    assertEquals(failed, points - good);
    assert(texts.some((text) => /camera is broken/.test(text)), texts.join("\n"));
    assert(texts.some((text) => /good|nothing|blank|no /i.test(text)), texts.join("\n"));
  }));

Deno.test("a camera that dies where failures abort ends the run at that point, with its axes stopped", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 1 }),
      plan = nest(rows, fold(focus(stack, { on: "camera", by: "brenner" }), { go: ["z"] }));
    breakAt(lab, "camera", 10);
    const { run, left } = await runIn(folder, lab, plan, {
      read: ["camera", "diode"],
      onReadError: { retries: 1, then: "abort" },
    });
    await assertRejects(() => run.done, Error, "camera is broken");
    assertEquals([...lab.stopped].sort(), ["y", "z"]);
    const { attributes, good } = await left();
    assertEquals([attributes.exit_status, good], ["failed", 9]);
    assertMatch(String(attributes.exit_reason), /camera is broken/);
  }));

for (const where of ["coarse", "finer"] as const) {
  Deno.test(`a move that fails inside the ${where} pass of a zoom is not tried again: the axes are stopped where they are`, () =>
    withFolder(async (folder) => {
      const lab = new Lab({ noise: 10 }), at = where === "coarse" ? 9 : 20;
      lab.places.x = 0;
      breakAt(lab, "set x", at, 1);
      const { run, left } = await runIn(folder, lab, relative(nest(rows, finder)));
      const error = await assertRejects(() => run.done, MoveError);
      assertMatch(error.message, /set x is broken/);
      const there = lab.places.x;
      assertEquals([...lab.stopped].sort(), ["x", "y"]);
      const { attributes, good } = await left();
      assertEquals([attributes.exit_status, good], ["failed", at - 1]);
      assertMatch(String(attributes.exit_reason), /set x is broken/);
      assertEquals(lab.places.x, there, "after a failure nothing moves, relative axes neither");
    }));
}

Deno.test("whoever leaves the loop inside a trigger's plan finds the axes of a relative scan where they were", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 1 }), then = linspace("z", -0.5, 0.5, 5), before = { ...lab.places };
    const { run, left } = await runIn(folder, lab, relative(nest(line, when("diode > 50", then))));
    let inside = 0;
    for await (const { pass } of run) if (pass !== "pass_0" && ++inside === 3) break;
    assertEquals(lab.places, before);
    const { attributes, texts } = await left();
    assertEquals([inside, attributes.exit_status], [3, "aborted"]);
    assertMatch(String(attributes.exit_reason), /the loop was left/);
    assert(texts.some((text) => text.startsWith("diode > 50 at x")));
  }));

Deno.test("an error in the loop's body comes out of the loop, after the axes have been stopped and the data closed", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 10 }), { run, left } = await runIn(folder, lab, nest(rows, finder));
    await assertRejects(
      async () => {
        for await (const { seqNum } of run) if (seqNum === 20) throw new TypeError("a mistake in the body");
      },
      TypeError,
      "a mistake",
    );
    assertEquals([...lab.stopped].sort(), ["x", "y"]);
    const { attributes, good } = await left();
    assertEquals([attributes.exit_status, good], ["aborted", 21]);
  }));

Deno.test("a run can be aborted while it waits for an answer; what was asked stands in the log, and is asked again later", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 10 }), plan = nest(rows, zoom(line, { on: "diode", maxPoints: 40, approve: "ask" }));
    const asked = Promise.withResolvers<void>();
    const answer = () => {
      asked.resolve();
      return new Promise<never>(() => {});
    };
    const { run, left } = await runIn(folder, lab, plan, { answer });
    const over = assertRejects(() => run.done, RunAborted, "enough");
    await asked.promise;
    assertEquals(run.status.state, "waiting");
    run.abort("enough");
    await over;
    assertEquals([...lab.stopped].sort(), ["x", "y"]);
    const { attributes, texts, good } = await left();
    assertEquals([attributes.exit_status, attributes.exit_reason, good], ["aborted", "enough", 17]);
    assert(texts.some((text) => text.startsWith("not answered: ")), texts.join("\n"));
    assert(!texts.some((text) => /\? (continue|cancel|abort)$/.test(text)), texts.join("\n"));
  }));

Deno.test("a run that is paused in the middle of a track's search goes on with the search, and finds the peak", () =>
  withFolder(async (folder) => {
    const lab = new Lab({ noise: 1 }),
      plan = nest(list("t", [0, 1, 8, 8.5]), track(linspace("x", 0, 4, 9), { on: "diode" }));
    const { run, left } = await runIn(folder, lab, plan);
    let inSearch = 0;
    for await (const { pass } of run) {
      if (pass !== "pass_0" && ++inSearch === 3) {
        run.pause("look at the sample");
        setTimeout(() => run.resume(), 20);
      }
    }
    const { attributes, texts } = await left();
    assertEquals(attributes.exit_status, "success");
    assert(inSearch > 3, String(inSearch));
    assertEquals(texts.filter((text) => /^paused: look at the sample$|^resumed$/.test(text)).length, 2);
  }));

/** A disk that is full from some moment on, for so many writes. */
class FullDisk extends MemoryStore {
  refusals = 0;
  override set(key: Key, bytes: Uint8Array): Promise<void> {
    if (this.refusals-- <= 0) return super.set(key, bytes);
    const cause = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
    return Promise.reject(new StoreError(`disk${key}`, "write", cause));
  }
}

for (const [words, refusals] of [["stays full", Infinity], ["has room again when the run is closed", 1]] as const) {
  Deno.test(`a disk that gets full during a zoom, and ${words}, ends the run: what was stored before can be read`, async () => {
    const lab = new Lab({ noise: 10 }), store = new FullDisk(), rig = await lab.connect();
    const plan = nest(rows, finder), to = zarrSink({ store });
    const run = scan(plan, { rig, read: ["diode"], to, quiet: true });
    let seen = 0;
    const over = async () => {
      for await (const { seqNum } of run) {
        if (seqNum === 25) store.refusals = refusals;
        seen = seqNum + 1;
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    };
    const error = await assertRejects(over, StoreError, "the disk is full");
    assertMatch(error.message, /the disk is full/);
    assertEquals([...lab.stopped].sort(), ["x", "y"]);
    await rig[Symbol.asyncDispose]();
    const { attributes, arrays, array } = await openStore(store);
    const seqNums: number[] = [];
    for (const name of arrays.keys()) {
      if (!/(^|\/)quality$/.test(name)) continue;
      const codes = (await array(name).read()).data as Uint8Array;
      const numbers = (await array(name.replace("quality", "seq_num")).read()).data as BigInt64Array;
      codes.forEach((code, k) => code && seqNums.push(Number(numbers[k])));
    }
    assertEquals(seqNums.sort((a, b) => a - b), seqNums.map((_, k) => k));
    assert(seqNums.length > 8 && seqNums.length <= seen + 1, String(seqNums.length));
    if (refusals === 1) {
      assertEquals([attributes.exit_status, seqNums.length >= seen], ["failed", true]);
      assertMatch(String(attributes.exit_reason), /the disk is full/);
    }
  });
}

terminalTest(
  "Ctrl-C at a terminal in the middle of a track's search pauses it, and Enter goes on",
  () =>
    withFolder(async (folder) => {
      const to = join(folder, "run.zarr"), child = new URL("./adaptive_pause_child.ts", import.meta.url).href;
      const words = [Deno.execPath(), "run", "-A", "--no-check", child, to];
      await using terminal = pseudoTerminal(words, { piped: true });
      for (let searched = 0; searched < 3; searched++) await terminal.prints((line) => !line.startsWith("pass_0"));
      await terminal.type("\x03", 500);
      await terminal.shows(/Paused: Ctrl-C, the axes are stopped/);
      await terminal.type("\n", 500);
      const { code, out, screen } = await terminal.ended;
      assertEquals([code, out.trimEnd().split("\n").at(-1)], [0, "success"], screen);
      await xarrayReads([to]);
      const texts = (await (await openRun(to)).array("log/text").read()).data as string[];
      assertEquals(texts.filter((text) => /^paused: Ctrl-C|^resumed$/.test(text)).length, 2, texts.join("\n"));
    }),
);
