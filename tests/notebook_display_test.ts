import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  check,
  connect,
  every,
  focus,
  fold,
  linspace,
  list,
  nest,
  openRun,
  parsePlan,
  peaksAlong,
  type Plan,
  repeat,
  runPeaks,
  scan,
  shuffle,
  sim,
  snake,
  spiral,
  zoom,
} from "../mod.ts";
import { displayOf } from "../src/core/display.ts";
import { openRigs } from "../src/core/open_rigs.ts";
import { tableHtml } from "../src/view/notebook/table.ts";
import { displayPlan } from "../src/wire/notebook/display_plan.ts";
import { displayRig } from "../src/wire/notebook/display_rig.ts";
import { placeText } from "../src/wire/notebook/place_text.ts";
import { planArbitrary } from "./scan_plan_arbitrary.ts";

type Bundle = Record<string, unknown>;
const DISPLAY = Symbol.for("Jupyter.display");

/** What a cell shows whose last value this is. */
function shown(last: object): Promise<Bundle> {
  return (last as Record<symbol, () => Promise<Bundle>>)[DISPLAY]();
}

const textOf = (bundle: Bundle) => String(bundle["text/plain"]);
const htmlOf = (bundle: Bundle) => String(bundle["text/html"]);
const bytesOf = (bundle: Bundle) => new TextEncoder().encode(JSON.stringify(bundle)).length;

/** The SVG that is inside the page of a bundle. */
function pictureIn(bundle: Bundle): string {
  const [, url] = /src="data:image\/svg\+xml;charset=utf-8,([^"]*)"/.exec(htmlOf(bundle)) ?? [];
  return url === undefined ? "" : decodeURIComponent(url);
}

const onX = linspace("x", -1, 1, 11);

async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const optics = () =>
  connect({
    wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    diode: sim.photodiode(),
  });

Deno.test("a plan that shows itself is still plain data", () => {
  const plans: [Plan, Plan][] = [
    [onX, { kind: "linspace", axis: "x", start: -1, stop: 1, num: 11 }],
    [nest(repeat(2), snake(onX)), {
      kind: "nest",
      plans: [{ kind: "repeat", num: 2 }, {
        kind: "snake",
        plan: { kind: "linspace", axis: "x", start: -1, stop: 1, num: 11 },
      }],
    }],
    [zoom(onX, { on: "diode" }), {
      kind: "zoom",
      plan: { kind: "linspace", axis: "x", start: -1, stop: 1, num: 11 },
      on: "diode",
    }],
  ];
  for (const [made, plain] of plans) {
    assertEquals(made, plain);
    assertEquals(Object.keys(made), Object.keys(plain));
    assertEquals(JSON.stringify(made), JSON.stringify(plain));
    assertEquals(structuredClone(made), plain);
    assertEquals({ ...made }, plain);
    assertEquals(Deno.inspect(made), Deno.inspect(plain));
    assert(DISPLAY in made && !(DISPLAY in plain));
  }
});

Deno.test("a plan from JSON shows itself too, and one that is frozen is left alone", async () => {
  const parsed = parsePlan(JSON.parse(JSON.stringify(onX)));
  assertStringIncludes(textOf(await shown(parsed)), "points: 11");
  const frozen = Object.freeze({ kind: "linspace", axis: "x", start: 0, stop: 1, num: 2 });
  assertEquals(parsePlan(frozen), frozen as Plan);
});

Deno.test("every plan shows its points and, where it moves, a picture of its path", () => {
  fc.assert(
    fc.property(planArbitrary, (plan) => {
      const bundle = displayPlan(plan, []);
      assertStringIncludes(textOf(bundle), "points: ");
      const picture = pictureIn(bundle);
      assertEquals(picture, String(bundle["image/svg+xml"] ?? ""));
      assert(bytesOf(bundle) < 150_000, `${bytesOf(bundle)} bytes`);
      assert(!/NaN|undefined|Infinity/.test(picture), picture.match(/.{60}(NaN|undefined|Infinity)/)?.[0] ?? "");
    }),
    { numRuns: 60, seed: 6 },
  );
});

Deno.test("a plan of ten million points is sized and not drawn to its end", () => {
  const bundle = displayPlan(nest(linspace("y", 0, 1, 2500), linspace("x", 0, 1, 4000)), []);
  assertStringIncludes(textOf(bundle), "points: 10,000,000");
  assertStringIncludes(textOf(bundle), "the first 50,000 of 10,000,000 points");
  assert(bytesOf(bundle) < 150_000);
});

Deno.test("a plan that cannot be laid out shows what is wrong with it", () => {
  const bundle = displayPlan({ kind: "nest", plans: [onX, onX] }, []);
  assertStringIncludes(textOf(bundle), "error");
  assertEquals(bundle["image/svg+xml"], undefined);
});

Deno.test("time and bytes of a plan are those on the rig that is connected and has its axes", async () => {
  await using rig = await optics();
  assertEquals(openRigs()[0], rig as never);
  const bundle = await shown(onX), text = textOf(bundle);
  assert(/^time: about /m.test(text) && /^bytes: /m.test(text), text);
  assertStringIncludes(text, "−1 … 1 mm");
  assertStringIncludes(text, "On the connected rig, with all its detectors read (diode).");
  assert(!/^time: /m.test(textOf(await shown(linspace("elsewhere", 0, 1, 3)))));
});

Deno.test("a plan beyond the limits of the connected rig says so where it is shown", async () => {
  await using _rig = await optics();
  const text = textOf(await shown(linspace("x", -6, 1, 11)));
  assertStringIncludes(text, "x would go to -6 mm; allowed: -5 … 5 mm");
});

Deno.test("a closed rig is forgotten", async () => {
  const before = openRigs().length;
  {
    await using _rig = await optics();
    assertEquals(openRigs().length, before + 1);
  }
  assertEquals(openRigs().length, before);
});

Deno.test("an adaptive plan shows how it might go, with signals that only the run will have", () => {
  const bundle = displayPlan(zoom(linspace("wavelength", 630, 645, 76), { on: "dR" }), []);
  assertStringIncludes(textOf(bundle), "in a rehearsal (at least 76");
  assertStringIncludes(pictureIn(bundle), "rehearsed on a simulated sample");
  assertStringIncludes(pictureIn(bundle), "pass_1");
  assert(!textOf(bundle).includes("error"), textOf(bundle));
});

Deno.test("the path of two axes is their plane, coloured by the order", () => {
  const bundle = displayPlan(nest(linspace("y", 0, 1, 2), snake(linspace("x", 0, 2, 3))), []);
  const { data } = bundle["application/vnd.plotly.v1+json"] as { data: { type: string; z: number[][] }[] };
  assertEquals(data[0].z, [[0, 1, 2], [5, 4, 3]]);
});

Deno.test("of three axes the two fastest are drawn while the slowest stands still", () => {
  const bundle = displayPlan(nest(list("filter", ["a", "b"]), linspace("y", 0, 1, 3), linspace("x", 0, 1, 4)), []);
  assertStringIncludes(pictureIn(bundle), "12 of 24 points, at the first filter (a, b)");
});

Deno.test("where two axes move together the first is drawn across", () => {
  const bundle = displayPlan(spiral(["x", "y"], { center: [0, 0], radius: 1, num: 50 }), []);
  type Layout = Record<string, { title: { text: string } }>;
  const { layout } = bundle["application/vnd.plotly.v1+json"] as { layout: Layout };
  assertEquals([layout.xaxis.title.text, layout.yaxis.title.text], ["x", "y"]);
});

Deno.test("a shuffled grid is drawn as the grid that it is", () => {
  const bundle = displayPlan(shuffle(nest(linspace("y", 0, 1, 5), linspace("x", 0, 1, 6)), 3), []);
  const { data } = bundle["application/vnd.plotly.v1+json"] as { data: { z: number[][] }[] };
  assertEquals(data[0].z.flat().sort((a, b) => a - b), Array.from({ length: 30 }, (_, i) => i));
});

Deno.test("a plan that moves nothing has no picture", () => {
  const bundle = displayPlan(every(1000, { num: 5 }), []);
  assertEquals(Object.keys(bundle), ["text/plain", "text/html"]);
  assertStringIncludes(textOf(bundle), "0 … 4 s");
});

Deno.test("a rig shows its axes, limits, readings and settings, and is not touched for that", async () => {
  const touched: string[] = [];
  const note = (what: string) => () => {
    touched.push(what);
    return 0;
  };
  const driver = {
    driver: "mine",
    axes: { "": { unit: "mm", limits: [-2, 3] as const, set: note("set") as never, readback: note("readback") } },
    detector: { channels: { a: { unit: "V" } }, trigger: note("trigger") as never, read: note("read") },
    settings: () => ({ gain: 4, note: "<b>" }),
    stop: note("stop") as never,
  };
  const rig = await connect({ z: { driver: "mine", connect: () => driver } });
  const before = touched.length, bundle = await shown(rig as object), text = textOf(bundle);
  for (const said of ["z (mine)", "−2 … 3", "mm", "not known", "z.a", "gain"]) assertStringIncludes(text, said);
  assertStringIncludes(htmlOf(bundle), "&lt;b&gt;");
  assertEquals(touched.length, before);
  await rig[Symbol.asyncDispose]();
});

Deno.test("a rig says where an axis was sent last, and shows itself though a device does not give its settings", async () => {
  await using rig = await connect({
    x: sim.instant(),
    bad: {
      driver: "bad",
      connect: () => ({
        driver: "bad",
        settings: () => {
          throw new Error("no answer");
        },
      }),
    },
  });
  await rig.axes.get("x")!.set(1.25, { signal: new AbortController().signal });
  const text = textOf(displayRig(rig));
  assert(/^x .*1\.25$/m.test(text), text);
  assertStringIncludes(text, "its settings cannot be had: no answer");
});

Deno.test("a check says first whether the scan may run, and marks its issues", async () => {
  await using rig = await optics();
  const bad = await shown(await check(linspace("x", -6, 1, 11), rig, { read: ["diode"] }));
  assertStringIncludes(textOf(bad), "Check: may not run: 1 error");
  assert(/<b style="color:[^"]+">error<\/b>/.test(htmlOf(bad)), htmlOf(bad));
  const good = textOf(await shown(await check(onX, rig, { read: ["diode"] })));
  for (const said of ["Check: may run", "points: 11", "time: about", "bytes: ", "mm"]) assertStringIncludes(good, said);
});

Deno.test("a run shows itself before, during and after, and is not started by that", async () => {
  await withFolder(async (folder) => {
    await using rig = await optics();
    const run = scan(onX, { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true });
    assertStringIncludes(textOf(await shown(run)), "It has not begun");
    assertEquals(run.status.state, "idle");
    for await (const { seqNum } of run) {
      if (seqNum !== 4) continue;
      const text = textOf(await shown(run));
      for (const said of ["Run: running", "points: 5 of 11", "last point: x", "line.zarr"]) {
        assertStringIncludes(text, said);
      }
    }
    const after = await shown(run), text = textOf(after);
    for (const said of ["Run: success (the plan is complete)", "points: 11 of 11", "estimated"]) {
      assertStringIncludes(text, said);
    }
    assertStringIncludes(pictureIn(after), "diode (V)");
    assertEquals(Object.keys(after).sort(), [
      "application/vnd.plotly.v1+json",
      "image/svg+xml",
      "text/html",
      "text/plain",
    ]);
  });
});

Deno.test("a run without anything stored that could be drawn shows itself all the same", async () => {
  await using rig = await optics();
  const nowhere = { location: "nowhere", bytesWritten: 0, open() {}, write() {}, log() {}, close() {} };
  const run = scan(onX, { rig, read: ["diode"], to: nowhere, quiet: true });
  await run.done;
  const text = textOf(await shown(run));
  assertStringIncludes(text, "points: 11 of 11");
  assertStringIncludes(text, "There is no picture");
});

Deno.test("data that were opened show their dimensions, arrays, attributes and figure", async () => {
  await withFolder(async (folder) => {
    await using rig = await optics();
    const plan = nest(linspace("wavelength", 640, 641, 3), onX), to = `${folder}/map.zarr`;
    await scan(plan, { rig, read: ["diode"], to, quiet: true, sample: "neon", notes: "first light" }).done;
    const bundle = await shown(await openRun(to)), text = textOf(bundle);
    const facts = ["Data: scan of neon (success)", "first light", "640 … 641", "−1 … 1", "diode", "experiment_id"];
    for (const said of [...facts, "wavelength 3 × x 11"]) assertStringIncludes(text, said);
    assertStringIncludes(pictureIn(bundle), "x (mm)");
  });
});

Deno.test("data of an adaptive run show their passes, their points by quality, and what was found", async () => {
  await withFolder(async (folder) => {
    await using rig = await connect({ x: sim.instant(), z: sim.instant(), counts: sim.counter() });
    const stack = fold(focus(linspace("z", -1, 1, 5), { on: "counts", fine: 0 }), { go: ["z"], read: ["counts"] });
    const to = `${folder}/stacks.zarr`;
    await scan(nest(linspace("x", 0, 1, 3), stack), { rig, read: ["counts"], to, quiet: true }).done;
    const text = textOf(await shown(await openRun(to)));
    for (const said of ["points: ", "Passes:", "x 3 × z 5", "15 good", "Found:", "z_fold"]) {
      assertStringIncludes(text, said);
    }
  });
});

Deno.test("a damaged run shows what can still be read of it", async () => {
  await withFolder(async (folder) => {
    await using rig = await optics();
    const to = `${folder}/line.zarr`;
    await scan(onX, { rig, read: ["diode"], to, quiet: true }).done;
    for (const array of ["diode", "quality", "x"]) {
      const [chunk] = await Array.fromAsync(Deno.readDir(`${to}/${array}/c`));
      await Deno.writeFile(`${to}/${array}/c/${chunk.name}`, new Uint8Array([1, 2, 3]));
    }
    const text = textOf(await shown(await openRun(to)));
    for (const said of ["There is no picture", "There is no count", "There is no list of coordinates", "Arrays:"]) {
      assertStringIncludes(text, said);
    }
  });
});

Deno.test("peaks show a table and the curve that they were found in", async () => {
  await withFolder(async (folder) => {
    await using rig = await optics();
    const to = `${folder}/line.zarr`;
    await scan(linspace("wavelength", 640, 640.5, 26), { rig, read: ["diode"], to, quiet: true }).done;
    const found = await runPeaks(await openRun(to), "diode", { prominence: 0.03 });
    assertEquals(Object.keys(found), ["detector", "unit", "axis", "axisUnit", "peaks"]);
    const bundle = await shown(found);
    for (const said of ["1 peak of diode along wavelength", "prominence (V)", "width (nm)"]) {
      assertStringIncludes(textOf(bundle), said);
    }
    assertStringIncludes(pictureIn(bundle), "nm wide");
  });
  const bare = peaksAlong([3, 2, 1, 0], [0, 5, 0, NaN], { prominence: 1 });
  assertEquals(JSON.parse(JSON.stringify(bare)).length, 1);
  assertStringIncludes(textOf(await shown(bare)), "1 peak of readings along x");
  assertStringIncludes(textOf(await shown(peaksAlong([0, 1, 2], [0, 0, 0]))), "no peaks that meet the conditions");
});

Deno.test("what people have named cannot become markup", async () => {
  const evil = `<script>alert("x")</script>`;
  const names = fc.constantFrom(
    evil,
    `"><img src=x onerror=alert(1)>`,
    "a&b",
    "</svg>",
    "%3Cscript%3E",
    "\u0000\u202e",
  );
  fc.assert(
    fc.property(names, (name) => {
      for (const plan of [linspace(name, 0, 1, 3), nest(list(name, [evil, "b"]), linspace("x", 0, 1, 3))]) {
        const html = htmlOf(displayPlan(plan as Plan, []));
        assert(!/<script|<img src=x/i.test(html) && !/<svg/.test(html), html);
      }
    }),
    { numRuns: 12 },
  );
  const html = tableHtml({ title: evil, columns: [{ head: evil }], rows: [[evil], [{ text: evil, mark: "error" }]] });
  assert(!html.includes("<script"));
  await withFolder(async (folder) => {
    await using rig = await optics();
    const to = `${folder}/line.zarr`;
    await scan(onX, { rig, read: ["diode"], to, quiet: true, name: evil, sample: evil, notes: evil }).done;
    const shownHtml = htmlOf(await shown(await openRun(to)));
    assert(!/<script/i.test(shownHtml), shownHtml);
  });
});

Deno.test("what cannot be drawn is text, and never an error of the cell", async () => {
  const bundle = await displayOf("peaks", { peaks: "nonsense" }, undefined);
  assertEquals(Object.keys(bundle), ["text/plain"]);
  assertStringIncludes(textOf(bundle), "it could not be drawn");
});

Deno.test("a place inside the notebook's folder is written without the folder", () => {
  assertEquals(placeText("/lab/runs/a.zarr", "/lab"), "runs/a.zarr");
  assertEquals(placeText("/elsewhere/a.zarr", "/lab"), "/elsewhere/a.zarr");
  assertEquals(placeText("s3://bucket/a.zarr", "/lab"), "s3://bucket/a.zarr");
});
