/** Places that a rig forbids, whatever runs on it; and places of axes that have no motor. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import {
  again,
  calibrated,
  check,
  connect,
  derivedAxes,
  derivedAxis,
  deviceSpecs,
  fakeClock,
  InputError,
  linspace,
  list,
  openRun,
  parseRigFile,
  parseScanFile,
  resume,
  scan,
  sim,
  zip,
} from "../mod.ts";
import { ForbidError } from "../src/core/forbid_error.ts";
import type { Path } from "../src/core/path.ts";
import { Forbidden } from "../src/scan/forbid/forbidden.ts";
import { inFolder, sonde } from "./cli_support.ts";
import { RecordingSink, turns } from "./engine_support.ts";
import { withFolder } from "./zarr_fixture.ts";

const NEAR_SAMPLE = "objective < 0.2 and abs(x) > 3";

/** A microscope whose objective is down, so that x must not go far. */
function microscope(forbid?: readonly string[], record = sim.recorder()) {
  return connect({
    x: sim.stage({ unit: "mm", limits: [-10, 10], record }),
    objective: sim.stage({ unit: "mm", limits: [0, 5], start: 0.1, record }),
    height: derivedAxis({ unit: "um", moves: { objective: "height / 1000" }, reads: "objective * 1000" }),
    shutter: sim.shutter({ record }),
    steps: calibrated("x", { unit: "", polynomial: [0, 0.01] }),
    diode: sim.photodiode(),
  }, { clock: fakeClock(), forbid });
}

/** Lets the clock's last turn go by once the rig is closed, so that nothing is left running. */
const lastTurns: AsyncDisposable = { [Symbol.asyncDispose]: () => turns() };

const far = linspace("x", 0, 5, 6);

Deno.test("every run on a rig keeps out of what it forbids: plans, generators, bursts, beside what the run forbids itself", async () => {
  await using _turns = lastTurns;
  await using rig = await microscope([NEAR_SAMPLE]);
  const sink = () => new RecordingSink(rig.clock), both = { rig, read: ["diode"] as const, quiet: true };
  function* own(): Path {
    yield { kind: "measure", setpoint: { x: 5 } };
  }
  const runs = {
    plan: () => scan(far, { ...both, to: sink() }),
    generator: () => scan(own as never, { ...both, to: sink() }),
    bursts: () => scan(far, { ...both, read: { diode: { frames: 3 } }, to: sink() }),
    beside: () => scan(far, { ...both, forbid: ["x > 9"], to: sink() }),
  };
  for (const run of Object.values(runs)) {
    const error = await assertRejects(() => run().done, ForbidError, NEAR_SAMPLE);
    assertEquals(error.condition, NEAR_SAMPLE);
  }
  const forbidden = () => scan(far, { ...both, forbid: ["x > 1"], to: sink() });
  assertThrows(forbidden, InputError, "x 2 is forbidden: x > 1");
  const { issues } = await check(zip(list("x", [5]), list("objective", [0.1])), rig, { read: ["diode"] });
  assertEquals(issues.map(({ message }) => message), [`objective 0.1, x 5 is forbidden: ${NEAR_SAMPLE}`]);
});

Deno.test("what a rig forbids is kept with its runs: they are taken up, and run again, under it", () =>
  withFolder(async (folder) => {
    const to = join(folder, "a.zarr"), options = { read: ["diode"] as const, quiet: true };
    await using _turns = lastTurns;
    {
      await using rig = await microscope([NEAR_SAMPLE]);
      for await (const { index: [i] } of scan(far, { ...options, rig, to, forbid: ["x > 9"] })) if (i === 1) break;
    }
    const { settings } = (await openRun(to)).attributes as { settings: Record<string, unknown> };
    assertEquals([settings.rig_forbid, settings.rules], [[NEAR_SAMPLE], { forbid: ["x > 9"] }]);
    await using careless = await microscope();
    await assertRejects(async () => void await (await resume(to, careless, { quiet: true })).done, ForbidError);
    await using careful = await microscope(["x > 2.5"]);
    await assertRejects(
      async () => void await (await again(to, careful, { to: join(folder, "b.zarr"), quiet: true })).done,
      InputError,
      "x 3 is forbidden: x > 2.5",
    );
  }));

Deno.test("places that a rig cannot judge are found when it is connected, each with its place", async () => {
  const refusals = async (forbid: unknown) => {
    const error = await assertRejects(async () => void await microscope(forbid as string[]), InputError);
    return error.issues.map(({ path, message }) => `${path}: ${message.split(";")[0]}`);
  };
  assertEquals(await refusals(["x > 9", "objectiv < 1", "shutter > 1", "steps > 3", "x >", "1 > 2"]), [
    'rig.forbid[1]: column 1 of "objectiv < 1": the rig has no axis "objectiv"',
    'rig.forbid[2]: column 1 of "shutter > 1": shutter has labels: compare it with one in quotes, as in shutter == "open"',
    "rig.forbid[3]: steps moves x: say of those where they must never be",
    'rig.forbid[4]: column 4 of "x >": the expression ends too early',
    "rig.forbid[5]: names no axis: 1 > 2",
  ]);
  const list = 'expected conditions that must never hold, in a list, as in ["objective < 0.2 and abs(x) > 3"]';
  assertEquals(await refusals("x > 3"), [`rig.forbid: ${list}`]);
  assertEquals(await refusals(["x > 3", 4]), [`rig.forbid[1]: ${list}`]);
  await using rig = await microscope([]);
  await rig[Symbol.asyncDispose]();
});

const FILE = `
x: { driver: sim.stage, unit: mm, limits: [-10, 10], instant: true }
objective: { driver: sim.stage, unit: mm, limits: [0, 5], instant: true, start: 1 }
diode: { driver: sim.constant }
`;

Deno.test("a rig file forbids places beside its devices, and specs that are put together keep them", async () => {
  const text = `forbid: ["${NEAR_SAMPLE}"]${FILE}`, more = { lamp: sim.instant() };
  await using rig = await connect({ ...deviceSpecs(parseRigFile(text)), ...more }, { forbid: ["x < -9"] });
  const { issues } = await check(zip(list("x", [5, -9.5]), list("objective", [0.1, 1])) as never, rig);
  assertEquals(
    issues.map(({ message }) => message).sort(),
    [
      "x -9.5 is forbidden: x < -9",
      `objective 0.1, x 5 is forbidden: ${NEAR_SAMPLE}`,
    ].sort(),
  );
  const inScan = `read: [diode]\nplan: { kind: repeat, num: 1 }\nrig:\n${text.trim().replaceAll(/^/gm, "  ")}`;
  assertEquals(parseScanFile(inScan).rig, parseRigFile(text));
  assertEquals(Object.keys(parseRigFile(inScan)), ["forbid", "x", "objective", "diode"]);
  assertThrows(() => parseRigFile(`forbidd: ["x > 3"]${FILE}`), InputError, 'did you mean "forbid"?');
  assertThrows(() => parseRigFile('forbid: ["x > 3"]'), InputError, "has no devices");
  await using named = await connect(deviceSpecs(parseRigFile("forbid: { driver: sim.counter }")));
  assertEquals([...named.devices.keys()], ["forbid"]);
});

Deno.test("sonde devices says what is forbidden, move refuses it or goes the way that is free, check and run obey", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "rig.yaml"), `forbid: ["${NEAR_SAMPLE}"]${FILE}`);
    assertEquals(JSON.parse((await sonde(folder, "devices", "--json")).out).forbid, [NEAR_SAMPLE]);
    assert((await sonde(folder, "devices")).out.includes(NEAR_SAMPLE));
    const refused = await sonde(folder, "move", "x=5", "objective=0.1");
    assertEquals([refused.code, refused.out, refused.err], [
      2,
      "",
      `error: ${NEAR_SAMPLE} is forbidden, and may hold on every way from objective 1, x 0 to objective 0.1, x 5\n`,
    ]);
    const low = FILE.replace("start: 1 ", "start: 0.1 ");
    await Deno.writeTextFile(join(folder, "rig.yaml"), `forbid: ["${NEAR_SAMPLE}"]${low}`);
    // Together they might come through; the objective first, they do not, though the rig begins with x.
    const free = await sonde(folder, "move", "x=5", "objective=1", "--json");
    assertEquals(JSON.parse(free.out).axes.map(({ setpoint }: { setpoint: number }) => setpoint), [5, 1], free.err);
    const plan = "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 5, num: 6 }\n";
    await Deno.writeTextFile(join(folder, "plan.yaml"), plan);
    assertEquals((await sonde(folder, "run", "plan.yaml", "--to", "a.zarr")).code, 2);
    const { attributes } = await openRun(join(folder, "a.zarr"));
    assertEquals((attributes.settings as { devices: Record<string, unknown> }).devices.forbid, [NEAR_SAMPLE]);
    await Deno.writeTextFile(join(folder, "plan.yaml"), plan.replace("plan:", 'forbid: ["x > 4.5"]\nplan:'));
    const checked = await sonde(folder, "check", "plan.yaml");
    assertEquals([checked.code, checked.err.includes("x 5 is forbidden: x > 4.5")], [2, true], checked.err);
  }));

Deno.test("what is said of derived axes is what it says of those that they move, at a place and in a box", async () => {
  await using rig = await connect({
    a: sim.instant({ limits: [1, 9] }),
    b: sim.instant({ limits: [-9, 9] }),
    energy: derivedAxis({ unit: "eV", moves: { a: "12 / energy" }, reads: "12 / a" }),
    gates: derivedAxes({
      axes: ["p", "q"],
      real: ["a", "b"],
      matrix: [[1, 0.5], [0.25, 1]],
      offset: [1, -2],
      unit: "",
    }),
    twice: derivedAxis({ unit: "eV", moves: { energy: "twice / 2" }, reads: "energy * 2" }),
  }, { forbid: ["twice < 1"] });
  const determinant = 0.875, p = "((a - 1) - 0.5 * (b + 2)) / 0.875";
  const pairs = [
    ["energy > 3 and b > 2", "12 / a > 3 and b > 2"],
    ["abs(twice - 8) < 1", "abs(24 / a - 8) < 1"],
    [`gates.p > 2 or energy < 1.5`, `${p} > 2 or 12 / a < 1.5`],
  ] as const;
  const spot = fc.tuple(fc.double({ min: 1, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true }));
  for (const [derived, motors] of pairs) {
    const ours = new Forbidden([derived], rig.axes), theirs = new Forbidden([motors], rig.axes);
    assertEquals([...ours.axes].sort(), [...theirs.axes].sort());
    fc.assert(
      fc.property(spot, spot, ([a1, b1], [a2, b2]) => {
        const at = (name: string) => name === "a" ? a1 : b1;
        const near = Math.abs(((a1 - 1) - 0.5 * (b1 + 2)) / determinant - 2) < 1e-9;
        if (!near) assertEquals(ours.at(at) !== undefined, theirs.at(at) !== undefined);
        const range = (x: number, y: number) => [Math.min(x, y), Math.max(x, y)] as const;
        const box = new Map([["a", range(a1, a2)], ["b", range(b1, b2)]]);
        // What holds at an end is never said to be free.
        if (ours.within(box) === undefined) assertEquals([ours.at(at), theirs.at(at)], [undefined, undefined]);
        if ((theirs.within(box) === undefined) !== (ours.within(box) === undefined)) assert(derived.includes("gates"));
      }),
      { numRuns: 300, seed: 31 },
    );
  }
  const { issues } = await check(list("energy", [4, 2, 1.4]), rig, { forbid: ["twice < 3"] });
  assertEquals(issues.map(({ message }) => message), ["a 8.571428571428571 is forbidden: twice < 3"]);
});
