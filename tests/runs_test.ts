/** The catalogue from scripts: what stands in the stores, whatever state they are in. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import {
  again,
  connect,
  derive,
  linspace,
  nest,
  openRun,
  parseScanFile,
  type PathFunction,
  runs,
  type RunsFilter,
  scan,
  sim,
  zoom,
} from "../mod.ts";
import { InputError } from "../src/core/errors.ts";
import { RunLock } from "../src/zarr/journal.ts";
import { readRunAttributes } from "../src/zarr/run_attributes.ts";
import { encodeNode, rootNode } from "../src/zarr/metadata.ts";
import { dimensionText } from "../src/wire/notebook/display_runs.ts";
import { runEntry } from "../src/wire/runs.ts";
import { changesSince } from "../src/wire/changes_since.ts";
import { inFolder } from "./cli_support.ts";

const connectRig = () =>
  connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }),
    y: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }),
    diode: sim.photodiode({ instant: true }),
  });

/** A store's root as Sonde writes it, without a run behind it. */
async function writeRoot(place: string, attributes: Record<string, unknown>, nodes = new Map()): Promise<void> {
  await Deno.mkdir(place, { recursive: true });
  await Deno.writeFile(join(place, "zarr.json"), encodeNode(rootNode(attributes, nodes)));
}

const ROOT = { experiment_id: "e", name: "n", created_at: "2026-11-22T20:00:00.000Z", exit_status: "success" };

Deno.test("runs() tells of each run what it measured, how it ended and over what, and opens it", () =>
  inFolder(async (folder) => {
    await using rig = await connectRig();
    const options = { rig, read: ["diode"], quiet: true } as const;
    const map = nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 4));
    await scan(map, { ...options, to: join(folder, "a.zarr"), name: "map", sample: "WSe2 7", operator: "Ada" }).done;
    const adaptive = zoom(linspace("x", -1, 1, 21), { on: "diode" });
    await scan(adaptive, { ...options, to: join(folder, "deep", "b.zarr"), name: "zoom" }).done;
    const nested = nest(linspace("y", 0, 1, 2), zoom(linspace("x", -1, 1, 21), { on: "diode" }));
    await scan(nested, { ...options, to: join(folder, "d.zarr"), name: "zooms" }).done;
    for await (const _ of scan(linspace("x", 0, 1, 5), { ...options, to: join(folder, "c.zarr") })) break;
    const listed = await runs(folder, { sort: "name" });
    assertEquals(listed.map(({ name, status }) => [name, status]), [
      ["map", "success"],
      ["scan", "aborted"],
      ["zoom", "success"],
      ["zooms", "success"],
    ]);
    const [first, , third, fourth] = listed;
    assertEquals([first.sample, first.operator, first.points, first.detectors], ["WSe2 7", "Ada", 12, ["diode"]]);
    assertEquals(first.dimensions, [{ name: "y", size: 3 }, { name: "x", size: 4 }]);
    assertEquals(third.dimensions, [{ name: "x", size: 21 }]);
    assertEquals(fourth.dimensions, [{ name: "y", size: 2 }, { name: "x", size: 21 }]);
    assert(first.timeMs! > 0 && first.bytes! > 0 && first.endedAt! >= first.createdAt);
    assertEquals((await first.open()).array("diode").shape, [3, 4]);
    assertEquals(JSON.parse(JSON.stringify(listed))[0].place, join(folder, "a.zarr"));
  }));

Deno.test("runs() shows itself as a table, with those marked that did not end well", () =>
  inFolder(async (folder) => {
    await writeRoot(join(folder, "a.zarr"), { ...ROOT, sample: "<b>" });
    await writeRoot(join(folder, "b.zarr"), { ...ROOT, exit_status: "failed" });
    const shown = async (filter: RunsFilter) =>
      await (await runs(folder, filter) as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
        Symbol.for("Jupyter.display")
      ]();
    const { "text/plain": text, "text/html": html } = await shown({});
    assertStringIncludes(text, "Runs: 2 runs");
    assertStringIncludes(html, "&lt;b&gt;");
    assertStringIncludes(html, '<b style="color:#d1242f">failed</b>');
    assertStringIncludes((await shown({ name: "none" }))["text/plain"], "Runs: 0 runs");
  }));

Deno.test("runs() tells runs that are written from those that were killed, and leaves out what is none or torn", () =>
  inFolder(async (folder) => {
    const running = { ...ROOT, exit_status: "running" };
    for (const name of ["killed", "written"]) await writeRoot(join(folder, `${name}.zarr`), { ...running, name });
    await using _lock = await RunLock.take(join(folder, "written.zarr"));
    await writeRoot(join(folder, "foreign.zarr"), {});
    for (const [name, text] of [["torn", '{"attributes": {"exp'], ["list", "[]"], ["null", "null"], ["empty", ""]]) {
      await Deno.mkdir(join(folder, `${name}.zarr`));
      await Deno.writeTextFile(join(folder, `${name}.zarr`, "zarr.json"), text);
    }
    await Deno.mkdir(join(folder, "odd.zarr", "zarr.json"), { recursive: true });
    const statuses = (await runs(folder, { sort: "name" })).map(({ name, status }) => [name, status]);
    assertEquals(statuses, [["killed", "killed"], ["written", "running"]]);
    assertEquals((await runs(folder, { running: true })).length, 1);
    assertEquals((await runs(folder, { failed: true })).map(({ name }) => name), ["killed"]);
  }));

Deno.test("runs() takes as they are: attributes of any size, of another writer, and plans that nobody knows any more", () =>
  inFolder(async (folder) => {
    const long = "x".repeat(40_000), note = `a\n "consolidated_metadata":`;
    await writeRoot(join(folder, "long.zarr"), { ...ROOT, name: long, notes: note, plan: { kind: "wormhole" } });
    await Deno.mkdir(join(folder, "compact.zarr"));
    const compact = { attributes: { ...ROOT, name: "compact" }, zarr_format: 3, node_type: "group" };
    await Deno.writeTextFile(join(folder, "compact.zarr", "zarr.json"), JSON.stringify(compact));
    const listed = await runs(folder, { sort: "name" });
    assertEquals(listed.map(({ name, dimensions }) => [name, dimensions]), [["compact", []], [long, []]]);
    assertEquals(listed[1].notes, note);
  }));

Deno.test("of a root as little is read as there need be, and what is read of it does not depend on its form", async () => {
  const folder = await Deno.makeTempDir();
  const attribute = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue()), { maxKeys: 8 });
  try {
    await fc.assert(
      fc.asyncProperty(attribute, fc.constantFrom(0, 1, 2, 4), fc.nat(2), async (some, indent, copies) => {
        const padding = Object.fromEntries(Array.from({ length: copies }, (_, k) => [`pad${k}`, "é".repeat(12_000)]));
        const attributes = { ...some, ...padding, experiment_id: "e" };
        await Deno.writeFile(join(folder, "zarr.json"), encodeNode(rootNode(attributes, new Map()), indent));
        const read = await readRunAttributes(folder);
        assertEquals(JSON.stringify(read), JSON.stringify(JSON.parse(JSON.stringify(attributes))));
      }),
      { seed: 8, numRuns: 200 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the dimensions of a run are those of what it scanned, not of what was taken beside it", async () => {
  const ended = {
    ...ROOT,
    place: "",
    sample: "",
    operator: "",
    notes: "",
    createdAt: "",
    reason: "",
    detectors: [],
    id: "",
  };
  for (const [file, dimensions] of [["drift_map", "y 19 × x 19"], ["temperature_ramp", "temperature 15 × k 41"]]) {
    const text = await Deno.readTextFile(new URL(`../examples/${file}.yaml`, import.meta.url)),
      { plan } = parseScanFile(text);
    assertEquals(dimensionText(runEntry({ ...ended, status: "success" }, { plan }).dimensions), dimensions);
  }
});

Deno.test("a filter that asks for what there is not is refused with every issue, before any folder is read", async () => {
  const filter = { sampel: "x", sort: "sze", limit: 0, since: "soon" } as unknown as RunsFilter;
  const error = await assertRejects(() => runs("nowhere", filter), InputError);
  assertEquals(error.message.split("\n").map((line) => line.split(";")[0]), [
    "sampel: is nothing that runs are chosen by",
    'sort: received "sze"',
    "limit: received 0",
    'since: received "soon"',
  ]);
  assertStringIncludes(error.message, 'did you mean "sample"?');
  assertStringIncludes(error.message, 'did you mean "size"?');
  await assertRejects(() => runs("nowhere"), InputError, "there is no such folder");
  await assertRejects(() => runs("s3://bucket/runs"), InputError, "s3:// cannot be listed");
});

Deno.test("runs are chosen by sample, detector and time, in the words of the command line or as dates", () =>
  inFolder(async (folder) => {
    const days = ["2026-11-20", "2026-11-21", "2026-11-22"];
    for (const [k, day] of days.entries()) {
      const settings = { read: k ? ["diode"] : { camera: { frames: 50 }, diode: {} } };
      const attributes = { ...ROOT, name: day, sample: `WSe2_${k}`, created_at: `${day}T12:00:00.000Z`, settings };
      await writeRoot(join(folder, `${k}.zarr`), attributes);
    }
    const names = async (filter: RunsFilter) => (await runs(folder, filter)).map(({ name }) => name);
    assertEquals(await names({ sample: "wse2 1" }), [days[1]]);
    assertEquals(await names({ detector: "camera" }), [days[0]]);
    assertEquals(await names({ since: new Date("2026-11-21T12:00Z") }), days.slice(1));
    assertEquals(await names({ since: "2026-11-21T00:00Z", until: "2026-11-22T00:00Z" }), [days[1]]);
    assertEquals(await names({ reverse: true, limit: 2 }), [days[2], days[1]]);
  }));

Deno.test("three thousand runs are all there, however deep their folders", () =>
  inFolder(async (folder) => {
    const text = encodeNode(
      rootNode({ ...ROOT, plan: { kind: "linspace", axis: "x", start: 0, stop: 1, num: 3 } }, new Map()),
    );
    for (let k = 0; k < 3000; k++) {
      const place = join(folder, `day ${k % 7}`, `${k}-n.zarr`);
      Deno.mkdirSync(place, { recursive: true });
      Deno.writeFileSync(join(place, "zarr.json"), text);
    }
    const listed = await runs(folder);
    assertEquals(new Set(listed.map(({ place }) => place)).size, 3000);
    assertEquals(listed[0].dimensions, [{ name: "x", size: 3 }]);
  }));

Deno.test("again() repeats a generator and derived functions when they are given, and says what is missing when not", () =>
  inFolder(async (folder) => {
    await using rig = await connectRig();
    const [first, second, third] = ["a.zarr", "b.zarr", "c.zarr"].map((name) => join(folder, name));
    const mine: PathFunction = function* mine({ measure }) {
      for (const x of [0, 1]) yield* measure({ x });
      return {};
    };
    await scan(mine, { rig, read: ["diode"], to: first, quiet: true }).done;
    await assertRejects(() => again(first, rig), InputError, "is the run of a generator function mine");
    await (await again(first, rig, { plan: mine, to: second, quiet: true })).done;
    assertEquals((await openRun(second)).array("points/diode").shape, [2]);
    const twice = derive({ twice: { compute: ({ diode }) => 2 * Number(diode) } });
    await scan(linspace("x", 0, 1, 3), { rig, read: ["diode"], derive: twice, to: third, quiet: true }).done;
    await assertRejects(() => again(third, rig), InputError, "twice: computed by functions");
    const run = await again(third, rig, { derive: twice, to: join(folder, "d.zarr"), sample: "new", quiet: true });
    for await (const _ of run);
    const { attributes, arrays } = await openRun(join(folder, "d.zarr"));
    assertEquals([attributes.sample, arrays.has("twice")], ["new", true]);
    await assertRejects(
      () => again(third, rig, { derive: twice, to: third, quiet: true }).then(({ done }) => done),
      InputError,
    );
  }));

Deno.test("again() is refused by a rig that has not what the plan needs, before anything moves", () =>
  inFolder(async (folder) => {
    const to = join(folder, "a.zarr");
    {
      await using rig = await connectRig();
      await scan(linspace("x", 0, 5, 3), { rig, read: ["diode"], to, quiet: true }).done;
    }
    await using other = await connect({
      x: sim.stage({ unit: "mm", limits: [-1, 1], instant: true }),
      counts: sim.counter(),
    });
    const error = await assertRejects(() => again(to, other), InputError);
    assertStringIncludes(error.message, "allowed: -1 … 1 mm");
    assertStringIncludes(error.message, '"diode"');
    const changes = changesSince(await openRun(to), other);
    assertStringIncludes(changes.join("\n"), "x.axes.x.limits: was [-5,5], is [-1,1]");
    assertStringIncludes(changes.join("\n"), "diode: was there, is not there");
    assertStringIncludes(changes.join("\n"), "counts: was not there, is there");
  }));
