import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { around, check, connect, fakeClock, linspace, list, nest, type Plan, scan, set, sim, zip } from "../mod.ts";
import { compileNumber } from "../src/adapt/expression/compile_expression.ts";
import { isTrue } from "../src/adapt/expression/elementwise.ts";
import { pointEnvironment, type SignalType } from "../src/adapt/expression/environment.ts";
import { InputError } from "../src/core/errors.ts";
import { ForbidError } from "../src/core/forbid_error.ts";
import type { Setpoint } from "../src/core/point.ts";
import { Forbidden } from "../src/scan/forbid/forbidden.ts";
import type { Range } from "../src/scan/forbid/forbidden_condition.ts";
import { freeWay } from "../src/scan/forbid/free_way.ts";
import { RecordingSink, settled, standsAt } from "./engine_support.ts";

const WHEEL = ["none", "ND1", "ND2"], SHUTTER = ["open", "closed"];
const TYPES: [string, SignalType][] = [["shutter", { labels: SHUTTER }], ["wheel", { labels: WHEEL }], ["a", {}], [
  "b",
  {},
]];
const AXES = new Map(TYPES.map(([name, { labels }]) => [name, { name, unit: "", labels }])) as never;

/** Conditions of two axes of labels and two of numbers. */
const condition: fc.Arbitrary<string> = fc.letrec<{ all: string; one: string }>((tie) => ({
  one: fc.oneof(
    fc.tuple(fc.constantFrom("==", "!="), fc.constantFrom(...SHUTTER)).map(([op, at]) => `shutter ${op} "${at}"`),
    fc.tuple(fc.constantFrom("in", "not in"), fc.subarray(WHEEL, { minLength: 1 })).map(([op, some]) =>
      `wheel ${op} (${some.map((at) => `'${at}'`).join(", ")},)`
    ),
    fc.tuple(fc.constantFrom("a", "b", "a + b", "(a if shutter == 'open' else b)"), fc.integer({ min: -5, max: 5 }))
      .map((
        [what, at],
      ) => `${what} > ${at}`),
  ),
  all: fc.oneof(
    { depthSize: "small" },
    tie("one"),
    tie("all").map((inner) => `not (${inner})`),
    fc.tuple(tie("all"), fc.constantFrom("and", "or"), tie("all")).map(([l, op, r]) => `(${l} ${op} ${r})`),
  ),
})).all;

const number = fc.integer({ min: -6, max: 6 });
const place = fc.tuple(fc.constantFrom(...SHUTTER), fc.constantFrom(...WHEEL), number, number).map((at) =>
  new Map<string, Setpoint>(TYPES.map(([name], k) => [name, at[k]]))
);

/** Places between, label by label. */
function between(range: Range): readonly Setpoint[] {
  if (!Array.isArray(range)) return [...range as ReadonlySet<string>];
  const [low, high] = range as readonly [number, number];
  return [low, low + (high - low) / 3, (low + high) / 2, high];
}

Deno.test("on their way axes of labels may be anywhere, and what is said to be free is free at every label", () => {
  let free = 0;
  fc.assert(
    fc.property(condition, place, place, (text, from, to) => {
      const forbidden = new Forbidden([text], AXES);
      const box = new Map(TYPES.map(([name]) => [name, forbidden.way(name, from.get(name)!, to.get(name)!)]));
      const said = forbidden.within(box), compiled = compileNumber(text, pointEnvironment(new Map(TYPES)));
      if (said === undefined) free++;
      const [shutters, wheels, as, bs] = [...box.values()].map(between);
      for (const shutter of shutters) {
        for (const wheel of wheels) {
          for (const a of as) {
            for (const b of bs) {
              const at: Record<string, Setpoint> = { shutter, wheel, a, b };
              if (isTrue(compiled.evaluate((name) => at[name]))) assertEquals(said, text, JSON.stringify(at));
            }
          }
        }
      }
      assertEquals(
        [...box.get("wheel") as Set<string>].sort(),
        from.get("wheel") === to.get("wheel") ? [from.get("wheel")] : [...WHEEL].sort(),
      );
    }),
    { numRuns: 500, seed: 31 },
  );
  assert(free > 50, `${free}`);
});

Deno.test("a free way with labels keeps out of forbidden places at each leg, and comes where it should", () => {
  let inTurn = 0, ways = 0;
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 2 }), place, place, (conditions, from, to) => {
      const forbidden = new Forbidden(conditions, AXES);
      let at = new Map([...from].filter(([name]) => forbidden.axes.includes(name))), legs;
      try {
        legs = freeWay(to, at, forbidden);
      } catch (thrown) {
        assert(thrown instanceof ForbidError);
        return;
      }
      ways++;
      if (legs.length > 1) inTurn++;
      for (const leg of legs) {
        const next = new Map([...at, ...leg]);
        const box = new Map([...at].map(([name, there]) => [name, forbidden.way(name, there, next.get(name)!)]));
        assertEquals(forbidden.within(box), undefined);
        at = next;
      }
      for (const [name, there] of to) if (at.has(name)) assertEquals(at.get(name), there);
    }),
    { numRuns: 1000, seed: 37 },
  );
  assert(ways > 200 && inTurn > 5, `${ways} ways, ${inTurn} in turn`);
});

const DAZZLED = 'shutter == "open" and power > 5';

/** A laser that must not be strong while its shutter is open. */
async function laser(start: "open" | "closed" = "closed", forbid?: readonly string[]) {
  const clock = fakeClock(), record = sim.recorder();
  const rig = await connect({
    shutter: sim.shutter({ start, record }),
    wheel: sim.filterWheel({ labels: WHEEL, record }),
    power: sim.stage({ unit: "mW", limits: [0, 10], speed: 1, record }),
    diode: sim.photodiode(),
  }, { clock, ...forbid && { forbid } });
  const sink = new RecordingSink(clock);
  return {
    ...{ rig, sink },
    run: (plan: Plan, forbid: readonly string[] = [DAZZLED]) =>
      scan(plan as never, { rig, read: ["diode"], to: sink, forbid, quiet: true }),
    check: async (plan: Plan, forbid: readonly string[] = [DAZZLED]) =>
      (await check(plan as never, rig, { read: ["diode"], forbid })).issues
        .map(({ severity, path, message }) => `${severity} ${path}: ${message}`),
    sets: () => record.filter(({ action }) => action === "set").map(({ device, setpoint }) => `${device} ${setpoint}`),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

Deno.test("a shutter opens after the power is down, and closes before it goes up", async () => {
  await using bench = await laser();
  await bench.run(zip(list("shutter", ["closed", "open", "closed"]), list("power", [8, 3, 8]))).done;
  assertEquals(bench.sets(), ["shutter closed", "power 8", "power 3", "shutter open", "shutter closed", "power 8"]);
});

Deno.test("a shutter that has not been moved is asked where it is, and keeps the power down", async () => {
  await using bench = await laser("open");
  const { error } = await settled(bench.run(linspace("power", 0, 8, 5)).done);
  assert(error instanceof ForbidError);
  assertEquals([error.from, error.to], [{ shutter: "open", power: 4 }, { shutter: "open", power: 6 }]);
  assertEquals(bench.sink.points.length, 3);
  assert(Number(await standsAt(bench.rig, "power")) < 5);
});

Deno.test("check finds labels of grids, of ways between points and of actions where axes must never be", async () => {
  await using bench = await laser();
  assertEquals(await bench.check(nest(list("shutter", ["closed", "open"]), linspace("power", 0, 8, 5))), [
    `error plan.plans[1]: shutter open, power 6 is forbidden: ${DAZZLED}`,
  ]);
  assertEquals(await bench.check(nest(list("shutter", ["closed", "open"]), linspace("power", 0, 4, 5))), []);
  const first = set({ shutter: "open" }), last = set({ shutter: "closed" });
  assertEquals(
    (await bench.check(around(linspace("power", 0, 8, 5), { every: { points: 2, do: first }, last })))[0],
    `error plan.every.do.setpoint: shutter open, power 6 is forbidden: ${DAZZLED}`,
  );
  const passing = 'wheel == "none" and power > 5', turn = nest(list("power", [8]), list("wheel", ["ND1", "ND2"]));
  assertEquals(await bench.check(turn, [passing]), [
    `error plan: ${passing} is forbidden, and may hold on every way from wheel ND1, power 8 to wheel ND2, power 8`,
  ]);
  assertEquals(await bench.check(turn, ['wheel == "ND3"', "wheel > 1"]), [
    'error forbid[0]: column 10 of "wheel == "ND3"": "ND3" is no label of wheel; did you mean "ND1"? Allowed: none, ND1, ND2',
    'error forbid[1]: column 1 of "wheel > 1": wheel has labels: compare it with one in quotes, as in wheel == "none"',
  ]);
});

Deno.test("a rig forbids places by labels too", async () => {
  await using bench = await laser("open", [DAZZLED]);
  const { error } = await settled(bench.run(linspace("power", 0, 8, 5), []).done);
  assert(error instanceof ForbidError);
  const refused = await assertRejects(() => laser("open", ['shutter == "opne"']), InputError);
  assertEquals([refused.issues[0].path, /did you mean "open"/.test(refused.message)], ["rig.forbid[0]", true]);
});
