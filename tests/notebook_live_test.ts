import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  align,
  climb,
  concat,
  connect,
  ellipse,
  every,
  focus,
  fold,
  learn,
  linspace,
  list,
  mask,
  nest,
  type Plan,
  repeat,
  shuffle,
  sim,
  SondeError,
  spiral,
  track,
  when,
  zip,
  zoom,
} from "../mod.ts";
import { live, scan } from "../src/wire.ts";
import { display, flush, inKernel } from "../src/wire/notebook/kernel.ts";
import { HAS_LAB, withKernel } from "./jupyter.ts";
import { drawnBy, fakeNotebook } from "./notebook_live_support.ts";

const DEVICES = {
  y: sim.instant({ unit: "mm", limits: [-5, 5] }),
  x: sim.instant({ unit: "mm", limits: [-5, 5] }),
  counts: sim.counter(),
};

async function inFolder(body: (to: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(join(folder, "run.zarr"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The static bundle that a run has left, and that it is all that it has left. */
function kept(outputs: readonly Readonly<Record<string, unknown>>[]): Record<string, string> {
  assertEquals(outputs.length, 2);
  assertEquals(outputs[1], { "text/html": "<span></span>", "text/plain": "" });
  assertEquals(Object.keys(outputs[0]), ["text/plain", "text/html", "image/svg+xml", "application/vnd.plotly.v1+json"]);
  return outputs[0] as Record<string, string>;
}

Deno.test("live: one output is updated in place while the run goes on, and a static one replaces it", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect(DEVICES);
  await inFolder(async (to) => {
    const run = scan(linspace("x", -1, 1, 40), { rig, read: ["counts"], to, live: true, quiet: true, name: "line" });
    assertEquals(run.to, [to], "who looks on is no place where data go");
    for await (const { seqNum } of run) {
      if (seqNum === 10 || seqNum === 30) await notebook.until(notebook.sent.length + 2);
    }
    // On a slow machine one more update may come before the loop is waited for again.
    const drawn = notebook.sent.flatMap(({ bundle }) => drawnBy(bundle) ?? []);
    const last = drawn.findLast(({ status }) => (status.part ?? 1) <= 31 / 40)!;
    assert(drawn.length >= 4);
    assertEquals(last.figure.data[0].y, Array.from({ length: 31 }, (_, i) => i));
    assertEquals(last.status.part, 31 / 40);
    assertMatch(last.status.lines[0], /^31 of 40 points · running · .* so far · .* left$/);
    assertStringIncludes(last.status.lines[1], "read");
    assertStringIncludes(last.status.lines[2], "x 0.538462 mm · counts 30");
    assertEquals(run.status.to, [to]);
  });
  const { "text/plain": text, "image/svg+xml": svg } = kept(notebook.outputs());
  assertStringIncludes(text, "success: the plan is complete");
  assertStringIncludes(svg, "x (mm)");
  assert(!JSON.stringify(notebook.outputs()).includes("127.0.0.1"), "no address of a kernel is kept");
});

Deno.test("live: updates are at least a tenth of a second apart, and small", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect({ ...DEVICES, camera: sim.camera({ shape: [480, 640], exposureMs: 1 }) });
  await inFolder(async (to) => {
    const plan = nest(linspace("y", -1, 1, 100), linspace("x", -1, 1, 100));
    for await (const _ of scan(plan, { rig, read: ["counts", "camera"], to, live: true, quiet: true })) {
      if (notebook.sent.filter(({ bundle }) => drawnBy(bundle)).length >= 5) break;
    }
  });
  const updates = notebook.sent.filter(({ bundle }) => drawnBy(bundle));
  updates.slice(1).forEach(({ atMs }, k) => assert(atMs - updates[k].atMs > 80, `${atMs - updates[k].atMs} ms`));
  for (const { bundle } of updates) assert(JSON.stringify(bundle).length < 60_000, `${JSON.stringify(bundle).length}`);
  assert(JSON.stringify(kept(notebook.outputs())).length < 150_000);
});

Deno.test("live: a static figure stays however the run ends, with the reason", async () => {
  await using rig = await connect(DEVICES);
  const ends: [string, RegExp, (run: { abort(reason: string): void; finish(reason: string): void }) => unknown][] = [
    ["abort", /aborted: enough/, (run) => run.abort("enough")],
    ["finish", /success: seen/, (run) => run.finish("seen")],
    ["an error in the loop's body", /aborted: the loop was left/, () => Promise.reject(new Error("body"))],
  ];
  for (const [name, expected, end] of ends) {
    await using notebook = fakeNotebook();
    await inFolder(async (to) => {
      const run = scan(linspace("x", -1, 1, 20), { rig, read: ["counts"], to, live: true, quiet: true });
      const all = async () => {
        for await (const { seqNum } of run) if (seqNum === 5) await end(run);
      };
      if (name === "finish") await all();
      else await assertRejects(all);
    });
    assertMatch(kept(notebook.outputs())["text/plain"], expected, name);
  }
});

Deno.test("live: a detector that dies fails the run, and the figure says so", async () => {
  await using notebook = fakeNotebook();
  const faults = sim.faults();
  await using rig = await connect({ ...DEVICES, diode: sim.photodiode({ faults }) });
  await inFolder(async (to) => {
    const options = { rig, read: ["diode"], to, live: true, quiet: true } as const;
    const run = scan(linspace("x", -1, 1, 20), { ...options, onReadError: { retries: 0, then: "abort" } });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 3) faults.failEvery = 1;
    });
  });
  assertMatch(kept(notebook.outputs())["text/plain"], /(failed|aborted): .*diode/);
});

Deno.test("live: a notebook that takes no outputs, from the start or later, does not disturb the run", async () => {
  await using rig = await connect(DEVICES);
  const said: string[] = [], write = console.error;
  console.error = (line: string) => void said.push(line);
  try {
    for (const after of [0, 3]) {
      await using notebook = fakeNotebook((messages) => messages >= after);
      await inFolder(async (to) => {
        const run = scan(linspace("x", -1, 1, 20), { rig, read: ["counts"], to, live: true, quiet: true });
        for await (const { seqNum } of run) if (seqNum === 10) await notebook.until(after);
        assertEquals((await run.done).status, "success");
      });
    }
  } finally {
    console.error = write;
  }
  assertEquals(said.length, 2, said.join("\n"));
  assertStringIncludes(said[0], "the run goes on without its live figure");
});

Deno.test("live(run) shows a run that has begun from then on, to its end, and says that one is over", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect(DEVICES);
  await inFolder(async (to) => {
    const run = scan(linspace("x", -1, 1, 12), { rig, read: ["counts"], to, quiet: true });
    for await (const { seqNum } of run) {
      if (seqNum === 4) live(run);
      if (seqNum === 8) await notebook.until(4);
    }
    assertThrows(() => live(run), SondeError, "the run is over");
    assertEquals(run.to, [to]);
  });
  const bundle = kept(notebook.outputs()), { data } = bundle["application/vnd.plotly.v1+json"] as unknown as FigureJson;
  assertEquals(data[0].y, [5, 6, 7, 8, 9, 10, 11]);
  assertStringIncludes(bundle["text/plain"], "from point 5 on");
});

Deno.test("live: two figures of one run, and two runs at once, do not disturb each other", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect(DEVICES);
  await using other = await connect(DEVICES);
  await inFolder(async (to) => {
    const first = live(scan(linspace("x", -1, 1, 9), { rig, read: ["counts"], to, live: true, quiet: true }));
    const plan = linspace("y", -1, 1, 5), place = `${to}.other.zarr`;
    const second = scan(plan, { rig: other, read: ["counts"], to: place, live: true, quiet: true });
    const outcomes = await Promise.all([first.done, second.done]);
    assertEquals(outcomes.map(({ points }) => points), [9, 5]);
  });
  const figures = notebook.outputs().filter((bundle) => "image/svg+xml" in bundle);
  assertEquals(figures.length, 3);
  assertEquals(figures.map((bundle) => titles(bundle).length), [1, 1, 1]);
});

Deno.test("live: outside of a notebook a run goes on as ever, and display says that there is none", async () => {
  assertEquals(inKernel(), false);
  await using rig = await connect(DEVICES);
  await inFolder(async (to) => {
    const run = live(scan(linspace("x", -1, 1, 3), { rig, read: ["counts"], to, quiet: true }));
    assertEquals((await run.done).points, 3);
    assertEquals(run.to, [to]);
  });
  await assertRejects(() => display({ "text/plain": "" }), SondeError, "needs a Jupyter kernel");
  await flush();
});

Deno.test("display sends outputs in order, also when one fails, and flush waits for all of them", async () => {
  await using notebook = fakeNotebook((messages) => messages === 1 && refuseOnce());
  let refused = false;
  function refuseOnce(): boolean {
    return !refused && (refused = true);
  }
  const outcomes = ["a", "b", "c"].map((text) => display({ "text/plain": text }).then(() => text, () => "refused"));
  await flush();
  assertEquals(notebook.sent.map(({ bundle }) => bundle["text/plain"]), ["a", "c"]);
  assertEquals(await Promise.all(outcomes), ["a", "refused", "c"]);
});

/** The panels that a bundle's plotly JSON shows, by their axes. */
function titles(bundle: Record<string, unknown>): string[] {
  const { layout } = bundle["application/vnd.plotly.v1+json"] as {
    layout: Record<string, { title?: { text: string } }>;
  };
  return Object.keys(layout).filter((key) => key.startsWith("yaxis")).map((key) => layout[key].title!.text);
}

Deno.test("live: an adaptive scan shows its windows, and the peaks that its path has found", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect({ wavelength: sim.monochromator({ limits: [400, 900] }), diode: sim.photodiode() });
  await inFolder(async (to) => {
    const plan = zoom(linspace("wavelength", 638, 642, 41), { on: "diode" });
    await scan(plan, { rig, read: ["diode"], to, live: true, quiet: true }).done;
  });
  const bundle = kept(notebook.outputs());
  const { data, layout } = bundle["application/vnd.plotly.v1+json"] as unknown as FigureJson;
  const curve = data[0], peaks = data.find(({ name }) => name === "peaks")!;
  assert(curve.x.every((x, i) => i === 0 || x >= curve.x[i - 1]), "finer points are sorted in");
  assert(peaks.x.some((at) => Math.abs(at - 640.225) < 0.01));
  const windows = layout.shapes.filter(({ type }) => type === "rect"),
    bars = layout.shapes.filter((s) => s.type === "line");
  assert(windows.some(({ x0, x1 }) => x0 < 640.225 && x1 > 640.225));
  assertEquals(bars.length, 2 * peaks.x.length);
});

interface FigureJson {
  readonly data: { readonly name: string; readonly x: number[]; readonly y: number[] }[];
  readonly layout: { readonly shapes: { readonly type: string; readonly x0: number; readonly x1: number }[] };
}

Deno.test("live: what a loop keeps of its inner scans is drawn", async () => {
  await using notebook = fakeNotebook();
  await using rig = await connect(DEVICES);
  await inFolder(async (to) => {
    const plan = nest(linspace("y", 0, 1, 3), fold(repeat(4), { give: ["counts"] }));
    await scan(plan, { rig, read: ["counts"], to, live: true, quiet: true, keep: ["counts"] }).done;
  });
  const bundle = kept(notebook.outputs()), shown = titles(bundle);
  assert(shown.some((title) => title.startsWith("counts")), shown.join());
});

/** One of each kind of plan, and the axis titles that its figure must have. */
const KINDS: Readonly<Record<string, readonly [Plan<"x" | "y" | "z">, readonly string[]]>> = {
  "two axes in step": [zip(linspace("x", -1, 1, 4), linspace("y", 0, 1, 4)), ["x (mm)"]],
  "one line after the other": [concat(linspace("x", -1, 0, 3), linspace("x", 0, 1, 3)), ["x (mm)"]],
  "two lines of other axes": [concat(linspace("x", -1, 0, 3), linspace("y", 0, 1, 3)), ["x (mm)", "y (mm)"]],
  "a spiral": [spiral(["y", "x"], { center: [0, 0], radius: 1, num: 12 }), ["x (mm)"]],
  "a grid out of order": [shuffle(nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 4))), ["x (mm)"]],
  "a part of a grid": [
    mask(
      nest(linspace("y", -1, 1, 4), linspace("x", -1, 1, 4)),
      ellipse(["y", "x"], { center: [0, 0], radii: [1, 1] }),
    ),
    ["x (mm)"],
  ],
  "a series in time": [every(1, { num: 4 }), ["time (s)"]],
  "repeats": [repeat(4), ["repeat"]],
  "five dimensions": [
    nest(repeat(2), list("z", [0, 1]), linspace("y", 0, 1, 2), linspace("x", 0, 1, 3)),
    ["x (mm)"],
  ],
  align: [align(linspace("x", -1, 1, 9), { on: "diode" }), ["x (mm)"]],
  track: [nest(every(1, { num: 2 }), track(linspace("x", -0.5, 0.5, 9), { on: "diode" })), ["x (mm)", "time (s)"]],
  focus: [focus(linspace("z", -0.05, 0.05, 5), { on: "diode" }), ["z (mm)"]],
  "focus at each pixel": [
    nest(
      linspace("y", 0, 1, 2),
      linspace("x", 0, 1, 2),
      fold(focus(linspace("z", -0.05, 0.05, 5), { on: "diode" }), { go: ["z"] }),
    ),
    ["z (mm)", "x (mm)"],
  ],
  climb: [climb({ x: 0, y: 0 }, { step: { x: 0.1, y: 0.1 }, on: "diode", maxPoints: 20 }), ["y (mm)"]],
  learn: [learn(nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 3)), { on: "diode", until: { points: 15 } }), [
    "x (mm)",
  ]],
  when: [nest(linspace("x", 0, 1, 5), when("diode > -1", linspace("z", 0, 0.1, 3), { maxTimes: 2 })), ["x (mm)"]],
};

for (const [name, [plan, axes]] of Object.entries(KINDS)) {
  Deno.test(`live draws every kind of plan: ${name}`, async () => {
    await using notebook = fakeNotebook();
    await using rig = await connect({
      z: sim.instant({ unit: "mm", limits: [-5, 5] }),
      y: DEVICES.y,
      x: DEVICES.x,
      diode: sim.photodiode({ dwellMs: 0 }),
    });
    await inFolder(async (to) => {
      const run = scan(plan, { rig, read: ["diode"], to, live: true, quiet: true });
      assertEquals((await run.done).status, "success");
    });
    const bundle = kept(notebook.outputs()), { layout } = bundle["application/vnd.plotly.v1+json"] as unknown as Layout;
    const drawn = Object.keys(layout).filter((key) => key.startsWith("xaxis")).map((key) => layout[key].title!.text);
    for (const axis of axes) assert(drawn.includes(axis), `${axis} among ${drawn.join(", ")}`);
  });
}

interface Layout {
  readonly layout: Record<string, { readonly title?: { readonly text: string } }>;
}

const skipped = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
Deno.test({
  name:
    `in the real kernel a live figure is updated, replaced, and kept small, and an error in the body ends it too${skipped}`,
  ignore: !HAS_LAB,
  fn: () =>
    withKernel(async (kernel) => {
      const wiring = new URL("../src/wire.ts", import.meta.url).href;
      await kernel.execute(`
        import { connect, linspace, sim } from "sonde";
        import { scan } from "${wiring}";
        const rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
        const line = (to) => scan(linspace("x", -1, 1, 30), { rig, read: ["diode"], to, live: true, quiet: true });`);
      const good = await kernel.execute(
        `for await (const _ of line("good.zarr")) await new Promise((r) => setTimeout(r, 20));`,
      );
      assertEquals([good.status, good.stderr], ["ok", ""]);
      assert(good.updates > 4, `${good.updates} updates`);
      const [figure] = good.outputs.map(({ data }) => data);
      assertStringIncludes(String(figure["text/plain"]), "success: the plan is complete");
      assert(JSON.stringify(good.outputs).length < 150_000 && !JSON.stringify(good.outputs).includes("127.0.0.1"));
      const bad = await kernel.execute(`for await (const _ of line("bad.zarr")) throw new Error("in the body");`);
      assertEquals(bad.status, "error");
      assertMatch(String(bad.outputs[0].data["text/plain"]), /aborted: /);
    }),
});
