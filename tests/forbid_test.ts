import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  check,
  connect,
  derivedAxis,
  fakeClock,
  InputError,
  linspace,
  list,
  nest,
  openRun,
  parseScanFile,
  type Plan,
  relative,
  resume,
  scan,
  shuffle,
  sim,
  snake,
  zip,
} from "../mod.ts";
import { compileNumber } from "../src/adapt/expression/compile_expression.ts";
import { pointEnvironment } from "../src/adapt/expression/environment.ts";
import { isTrue } from "../src/adapt/expression/elementwise.ts";
import { ForbidError } from "../src/core/forbid_error.ts";
import { Forbidden } from "../src/scan/forbid/forbidden.ts";
import { freeWay } from "../src/scan/forbid/free_way.ts";
import { interval } from "../src/scan/forbid/interval.ts";
import { constantOf, intervalOf } from "../src/scan/forbid/interval_of.ts";
import { RecordingSink, settled, standsAt, turns } from "./engine_support.ts";
import { withFolder } from "./zarr_fixture.ts";

const NEAR_SAMPLE = "objective < 0.2 and abs(x) > 3";
const NAMES = ["a", "b", "c"];
const NUMBERS = new Map(NAMES.map((name) => [name, { name, unit: "" }])) as never;

/** An objective that must be up while the sample is far out, on a clock that jumps. */
async function microscope(start: { objective?: number; x?: number; forbid?: readonly string[] } = {}) {
  const clock = fakeClock(), record = sim.recorder(), { objective = 1, x = 0, forbid: rigForbids } = start;
  const rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-10, 10], speed: 1, start: x, record }),
    objective: sim.stage({ unit: "mm", limits: [0, 5], speed: 1, start: objective, record }),
    y: sim.stage({ unit: "mm", limits: [-10, 10], speed: 1, record }),
    height: derivedAxis({ unit: "um", moves: { objective: "height / 1000" }, reads: "objective * 1000" }),
    mute: derivedAxis({ unit: "um", limits: [0, 5000], moves: { objective: "mute / 1000" } }),
    diode: sim.photodiode(),
  }, { clock, forbid: rigForbids });
  const sink = new RecordingSink(clock);
  const sets = () =>
    record.filter(({ action }) => action === "set").map(({ device, setpoint, timeMs }) => ({
      device,
      setpoint,
      timeMs,
    }));
  const run = (plan: Plan, forbid: readonly string[] | undefined = rigForbids ? undefined : [NEAR_SAMPLE]) =>
    scan(plan as never, { rig, read: ["diode"], to: sink, forbid, quiet: true });
  return {
    ...{ rig, clock, record, sink, sets, run },
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

/** Expressions of three names, of everything that a condition may hold. */
const expression: fc.Arbitrary<string> = fc.letrec<{ number: string; condition: string }>((tie) => {
  const number = tie("number"), condition = tie("condition");
  const constant = fc.integer({ min: -8, max: 8 }).map((n) => `${n / 2}`);
  const call = (name: string, count: number) =>
    fc.tuple(...Array.from({ length: count }, () => number)).map((args) => `${name}(${args.join(", ")})`);
  const one = [
    "abs",
    "sqrt",
    "exp",
    "log",
    "log10",
    "log2",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "round",
    "floor",
    "ceil",
    "sign",
    "degrees",
    "radians",
    "isnan",
  ];
  return {
    number: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...NAMES),
      constant,
      fc.tuple(number, fc.constantFrom("+", "-", "*", "/", "//", "%", "**"), number).map(([l, op, r]) =>
        `(${l} ${op} ${r})`
      ),
      number.map((inner) => `(-${inner})`),
      fc.constantFrom(...one).chain((name) => call(name, 1)),
      fc.constantFrom("atan2", "hypot", "min", "max").chain((name) => call(name, 2)),
      call("clip", 3),
      fc.tuple(condition, number, number).map(([c, t, o]) => `(${t} if ${c} else ${o})`),
    ),
    condition: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.tuple(number, fc.constantFrom("<", "<=", ">", ">=", "==", "!="), number).map(([l, op, r]) =>
        `(${l} ${op} ${r})`
      ),
      fc.tuple(condition, fc.constantFrom("and", "or"), condition).map(([l, op, r]) => `(${l} ${op} ${r})`),
      condition.map((inner) => `(not ${inner})`),
      fc.tuple(number, number, number).map(([l, m, r]) => `(${l} < ${m} <= ${r})`),
    ),
  };
}).condition;

const place = fc.double({ min: -6, max: 6, noNaN: true }),
  range = fc.tuple(place, place).map(([p, q]) => [Math.min(p, q), Math.max(p, q)] as const);
const box = fc.tuple(range, range, range);

Deno.test("intervals hold whatever an expression comes to inside of them", () => {
  const parts = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 20,
    maxLength: 20,
  });
  fc.assert(
    fc.property(expression, box, parts, (text, ranges, places) => {
      const compiled = compileNumber(text, pointEnvironment(new Map(NAMES.map((name) => [name, {}]))));
      const all = intervalOf(compiled.expression, (name) => {
        return NAMES.includes(name) ? interval(...ranges[NAMES.indexOf(name)]) : constantOf(name)!;
      });
      for (const at of [...places, [0, 0, 0], [1, 1, 1]]) {
        const value = compiled.evaluate((name) => {
          const k = NAMES.indexOf(name), [low, high] = ranges[k];
          return Math.min(high, Math.max(low, low + (high - low) * at[k]));
        });
        const inside = Number.isNaN(value) ? all.nan : value >= all.low && value <= all.high;
        assert(inside, `${text} is ${value}, not in ${JSON.stringify(all)}`);
      }
    }),
    { numRuns: 2000, seed: 17 },
  );
});

Deno.test("what is said to be free is free at every place, and where a condition holds at an end nothing is free", () => {
  let free = 0, judged = 0;
  fc.assert(
    fc.property(expression, box, (text, ranges) => {
      fc.pre(NAMES.some((name) => text.includes(name)));
      let forbidden: Forbidden;
      try {
        forbidden = new Forbidden([text], NUMBERS);
      } catch (thrown) {
        if (thrown instanceof InputError) return;
        throw thrown;
      }
      const compiled = compileNumber(text, pointEnvironment(new Map(NAMES.map((name) => [name, {}]))));
      const said = forbidden.within(new Map(NAMES.map((name, k) => [name, ranges[k]])));
      judged++;
      if (said === undefined) free++;
      for (let k = 0; k < 125; k++) {
        const at = [k % 5, Math.floor(k / 5) % 5, Math.floor(k / 25)].map((n, j) => {
          const [low, high] = ranges[j];
          return n === 4 ? high : Math.min(high, low + (high - low) * n / 4);
        });
        if (isTrue(compiled.evaluate((name) => at[NAMES.indexOf(name)]))) assertEquals(said, text, `at ${at}`);
      }
    }),
    { numRuns: 600, seed: 23 },
  );
  // Of boxes where nothing holds, most are found to be free.
  assert(free > judged / 8, `${free} of ${judged}`);
});

Deno.test("every leg of a free way is free by brute force, and ends where it should", () => {
  const shapes = [
    "a < 1 and abs(b) > 2",
    "a ** 2 + b ** 2 < 4",
    "hypot(a - 1, b) < 1 or c > 3 + a",
    "abs(a) + abs(b) > 8",
  ];
  const places = fc.tuple(place, place, place);
  let ways = 0, inTurn = 0;
  fc.assert(
    fc.property(fc.subarray(shapes, { minLength: 1 }), places, places, (conditions, from, to) => {
      const forbidden = new Forbidden(conditions, NUMBERS), at = new Map(NAMES.map((name, k) => [name, from[k]]));
      const holds = (spot: ReadonlyMap<string, number>) => forbidden.at((name) => spot.get(name)!) !== undefined;
      const moves = new Map(NAMES.map((name, k) => [name, to[k]]));
      let legs: ReadonlyMap<string, unknown>[];
      try {
        legs = freeWay(moves, new Map(forbidden.axes.map((name) => [name, at.get(name)!])), forbidden);
      } catch (thrown) {
        assert(thrown instanceof ForbidError);
        return;
      }
      ways++;
      if (legs.length > 1) inTurn++;
      for (const leg of legs) {
        const next = new Map([...at, ...leg as Map<string, number>]);
        for (let k = 0; k < 343; k++) {
          const spot = new Map(NAMES.map((name, j) => {
            const part = Math.floor(k / 7 ** j) % 7 / 6;
            return [name, part === 1 ? next.get(name)! : at.get(name)! + (next.get(name)! - at.get(name)!) * part];
          }));
          assert(!holds(spot), `${[...spot]}`);
        }
        for (const [name, there] of next) at.set(name, there);
      }
      assertEquals(at, moves);
    }),
    { numRuns: 1500, seed: 29 },
  );
  assert(ways > 300 && inTurn > 5, `${ways} ways, ${inTurn} in turn`);
});

Deno.test("axes go one after the other where going together might lead through a forbidden place", async () => {
  await using bench = await microscope();
  await bench.run(zip(list("x", [0, 5, 0]), list("objective", [0.1, 1, 0.1]))).done;
  // Out: the objective first, though the rig begins with x. Back: x first.
  assertEquals(bench.sets().map(({ device, setpoint }) => `${device} ${setpoint}`), [
    "x 0",
    "objective 0.1",
    "objective 1",
    "x 5",
    "x 0",
    "objective 0.1",
  ]);
  const [, , up, out, back, down] = bench.sets();
  assert(out.timeMs > up.timeMs && down.timeMs > back.timeMs);
});

Deno.test("axes that no condition names go along, and moves that are free are made at once", async () => {
  await using bench = await microscope();
  await bench.run(zip(list("x", [0, 2, 5]), list("y", [0, 1, 2]), list("objective", [1, 0.5, 1]))).done;
  const times = bench.sets().map(({ timeMs }) => timeMs);
  assertEquals(new Set(times).size, 3);
});

Deno.test("check finds setpoints and ways that are forbidden, with their places", async () => {
  await using bench = await microscope();
  const errors = async (plan: Plan, forbid = [NEAR_SAMPLE]) => {
    const { issues } = await check(plan as never, bench.rig, { read: ["diode"], forbid });
    return issues.map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
  };
  assertEquals(await errors(nest(list("x", [0, 2, 5]), list("objective", [1, 0.1]))), [
    `error plan.plans[0]: objective 0.1, x 5 is forbidden: ${NEAR_SAMPLE}`,
  ]);
  assertEquals(await errors(nest(list("x", [0, 2, 5]), list("height", [1000, 100]))), [
    `error plan.plans[0]: objective 0.1, x 5 is forbidden: ${NEAR_SAMPLE}`,
  ]);
  assertEquals(await errors(nest(list("x", [0, 2, 3]), snake(linspace("objective", 1, 0.1, 5)))), []);
  assertEquals(await errors(zip(list("x", [-4, 4]), list("objective", [1, 1])), ["objective < 2 and abs(x) < 1"]), [
    "error plan: objective < 2 and abs(x) < 1 is forbidden, and may hold on every way from objective 1, x -4 to objective 1, x 4",
  ]);
  // Wherever the objective stands.
  assertEquals(await errors(linspace("x", -3, 3, 3)), []);
  assertEquals(await errors(linspace("objective", 0.2, 3, 3)), []);
  assertEquals(await errors(linspace("x", -5, 5, 3)), [
    `warning plan: whether it keeps out of where ${NEAR_SAMPLE} depends on objective: judged at each move`,
  ]);
  assertEquals(
    await errors(shuffle(nest(linspace("x", -5, 5, 1100), linspace("objective", 1, 2, 1000))), ["x + objective > 20"]),
    [
      "warning plan.plan.plans[1]: x + objective > 20: of more than 1,000,000 combinations so many were drawn and looked at",
    ],
  );
});

Deno.test("conditions that cannot be judged are refused, each with its place", async () => {
  await using bench = await microscope();
  const forbid = ["z > 1", "mute > 3", "x >", "1 > 2", "max(x) > 2"];
  const { issues } = await check(linspace("x", 0, 1, 3), bench.rig, { read: ["diode"], forbid });
  assertEquals(issues.map(({ path, message }) => `${path}: ${message.split(";")[0]}`).slice(0, 4), [
    'forbid[0]: column 1 of "z > 1": the rig has no axis "z"',
    "forbid[1]: mute moves objective: say of those where they must never be",
    'forbid[2]: column 4 of "x >": the expression ends too early',
    "forbid[3]: names no axis: 1 > 2",
  ]);
  assertThrows(() => bench.run(linspace("x", 0, 1, 3), ["z > 1"]), InputError, 'the rig has no axis "z"');
  const path = function* (): Generator<never> {};
  assertThrows(
    () => scan(path as never, { rig: bench.rig, read: ["diode"], to: bench.sink, forbid: ["z > 1"] }),
    InputError,
  );
});

Deno.test("an axis that has never moved is asked where it is before a move is judged", async () => {
  await using bench = await microscope({ objective: 0.1 });
  const { error } = await settled(bench.run(linspace("x", 0, 5, 6)).done);
  assert(error instanceof ForbidError);
  assertEquals(error.condition, NEAR_SAMPLE);
  assertEquals([error.axis, error.from.x, error.to.x], ["x", 3, 4]);
  assertEquals(bench.sink.points.map(({ setpoint }) => setpoint.x), [0, 1, 2, 3]);
  assertEquals(bench.sink.outcome.status, "failed");
  assertAlmostEquals(await standsAt(bench.rig, "x"), 3, 0.001);
});

Deno.test("a path that decides by itself is guarded by the same conditions, and fails safe", async () => {
  await using bench = await microscope();
  const path = function* () {
    yield { kind: "measure" as const, setpoint: { x: 2, objective: 0.1 } };
    yield { kind: "measure" as const, setpoint: { x: 6, objective: 0.1 } };
  };
  const { error } = await settled(bench.run(path as never).done);
  assert(error instanceof ForbidError && error.exitCode === 2);
  assertEquals(bench.sink.points.length, 1);
  assertAlmostEquals(await standsAt(bench.rig, "x"), 2, 0.001);
  await bench.rig.axes.get("objective")!.set(0.1, { signal: new AbortController().signal });
  const offsets = relative(linspace("x", 0, 4, 3)), again = new RecordingSink(bench.clock);
  await assertRejects(
    () =>
      scan(offsets, { rig: bench.rig, read: ["diode"], to: again, forbid: [NEAR_SAMPLE], quiet: true }).done as Promise<
        unknown
      >,
    ForbidError,
  );
});

Deno.test("a stop in the middle of a move leaves the places between free for the next one", async () => {
  await using bench = await microscope();
  const run = bench.run(zip(list("x", [0, 6]), list("objective", [0.1, 2])));
  const { error } = await settled((async () => {
    for await (const { index: [i] } of run) if (i === 0) bench.clock.sleep(3000).then(() => run.abort("enough"));
  })());
  assert(error instanceof Error);
  const [x, objective] = [await standsAt(bench.rig, "x"), await standsAt(bench.rig, "objective")];
  assert(Math.abs(objective - 2) < 0.01 && x > 0.5 && x < 5.9, `${x} ${objective}`);
  const sink = new RecordingSink(bench.clock);
  const back = zip(list("x", [0]), list("objective", [0.1]));
  await scan(back, { rig: bench.rig, read: ["diode"], to: sink, forbid: [NEAR_SAMPLE], quiet: true }).done;
  assertEquals(bench.sets().slice(-2).map(({ device }) => device), ["x", "objective"]);
});

Deno.test("a run that is resumed keeps out of the same places, without being told again", async () => {
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, plan = linspace("x", 0, 5, 6);
    {
      await using bench = await microscope({ objective: 0.1 });
      const options = { rig: bench.rig, read: ["diode"] as const, to, forbid: [NEAR_SAMPLE], quiet: true };
      for await (const { index: [i] } of scan(plan, options)) if (i === 1) break;
    }
    await using bench = await microscope({ objective: 0.1 });
    await assertRejects(
      async () => void await (await resume(to, bench.rig, { quiet: true })).done,
      ForbidError,
      NEAR_SAMPLE,
    );
    const run = await openRun(to);
    assertEquals([run.attributes.exit_status, (run.attributes.settings as { rules: unknown }).rules], [
      "failed",
      { forbid: [NEAR_SAMPLE] },
    ]);
    assertEquals(Array.from((await run.array("quality").read()).data as Uint8Array), [1, 1, 1, 1, 0, 0]);
  });
});

Deno.test("a file says forbidden places as a script does", () => {
  const { forbid } = parseScanFile(
    `read: [diode]\nforbid: ["${NEAR_SAMPLE}"]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }`,
  );
  assertEquals(forbid, [NEAR_SAMPLE]);
});
