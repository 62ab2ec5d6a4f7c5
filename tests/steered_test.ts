import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError, messageOf, SondeError } from "../src/core/errors.ts";
import { parseSteer, type Turn } from "../src/wire/bridge/bridge.ts";
import { steered } from "../src/wire/bridge/steered.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { openRun, resume } from "../src/wire/resume.ts";
import { scan } from "../src/wire.ts";
import { drive, driveOn, plainBridge } from "./bridge_support.ts";

Deno.test("an optimiser hears once where it may measure, what it is told, how many points there are, and its settings", async () => {
  const bridge = plainBridge(({ ask }) => ({ setpoints: ask ? [{ x: 1, filter: "red" }] : [] }));
  const settings = { loss: 0.1 }, axes = { x: [0, 2], filter: ["red", "green"] } as const;
  const { points, summary } = await drive(steered({ axes, on: "diode", bridge, maxPoints: 2, settings }), () => 1);
  assertEquals(bridge.hellos, [{
    version: 1,
    axes: { x: { range: [0, 2] }, filter: { labels: ["red", "green"] } },
    on: ["diode"],
    maxPoints: 2,
    settings,
  }]);
  assertEquals([points, summary], [2, { reason: "2 points are measured" }]);
  assertEquals(bridge.turns.map(({ told, tell, ask }) => [told, tell.length, ask]), [[0, 0, 1], [0, 1, 1], [1, 1, 0]]);
});

Deno.test("a setpoint that may not be measured is told as refused, and one that is asked for for ever ends the run", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ x: 2.5, filter: "red" }, "x 2.5; allowed: 0 … 2"],
    [{ x: "1", filter: "red" }, 'x "1"; allowed: 0 … 2'],
    [{ x: 1, filter: "blue" }, 'filter "blue"; allowed: red, green'],
    [{ x: 1 }, "filter has no setpoint"],
    [{ x: 1, filter: "red", z: 3 }, "z is not one of the axes: x, filter"],
  ];
  for (const [setpoint, reason] of wrong) {
    const bridge = plainBridge(({ told, ask }) => ({
      setpoints: told < 2 ? [setpoint] : ask ? [{ x: 1, filter: "red" }] : [],
    }));
    const axes = { x: [0, 2], filter: ["red", "green"] } as const;
    const { points } = await drive(steered({ axes, on: "diode", bridge, maxPoints: 2 }), () => 1);
    assertEquals([points, bridge.turns[1].tell], [2, [{ setpoint, quality: "refused", reason }]] as never);
    const stubborn = steered({
      axes,
      on: "diode",
      bridge: plainBridge(() => ({ setpoints: [setpoint] })),
      maxPoints: 2,
    });
    await assertRejects(() => drive(stubborn, () => 1), SondeError, `20 setpoints were refused, last ${reason}`);
  }
});

Deno.test("options that cannot be are refused with what is allowed", () => {
  const bridge = plainBridge(() => ({}));
  const cases: [object, RegExp][] = [
    [{ axes: {} }, /axes: names no axis/],
    [{ axes: { x: [2, 1] } }, /axes\.x: is no region/],
    [{ axes: { x: [] } }, /axes\.x: is no region/],
    [{ axes: { x: [0, Infinity] } }, /axes\.x: is no region/],
    [{ maxPoints: 0 }, /maxPoints: is a whole number/],
    [{ batch: 1.5 }, /batch: is a whole number/],
  ];
  for (const [wrong, message] of cases) {
    const thrown = assertThrows(
      () => steered({ axes: { x: [0, 1] }, on: "diode", bridge, maxPoints: 5, ...wrong } as never),
      InputError,
    );
    assertMatch(thrown.message, message);
  }
});

Deno.test("law: whatever an optimiser asks for, points lie in its region, are no more than maxPoints, and it ends with a reason", async () => {
  const at = fc.oneof(fc.double({ min: -1, max: 3, noNaN: true }), fc.constantFrom<unknown>("1", undefined));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(at, { maxLength: 3 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (answers, maxPoints, batch) => {
        let k = 0;
        const bridge = plainBridge(({ ask }) => {
          const setpoints = (answers[k++] ?? []).slice(0, ask).map((x) => ({ x }));
          return setpoints.length && ask ? { setpoints } : { done: true };
        });
        const places: unknown[] = [], path = steered({ axes: { x: [0, 2] }, on: "diode", bridge, maxPoints, batch });
        try {
          const { summary, points } = await drive(path, ({ x }) => (places.push(x), 1));
          assert(typeof summary.reason === "string" && points === places.length);
        } catch (thrown) {
          assertMatch(messageOf(thrown), /refused|a number or label/);
        }
        assert(places.length <= maxPoints && places.every((x) => typeof x === "number" && x >= 0 && x <= 2));
        for (const { told, tell, ask } of bridge.turns) assert(told >= 0 && tell.length <= batch && ask <= batch);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("what was recorded, sent again, brings the path where it stood, and a new process is told the past first", async () => {
  const next = ({ told, tell, ask }: Turn) => ({ setpoints: ask ? [{ x: (told + tell.length) / 10 }] : [] });
  const options = { axes: { x: [0, 2] }, on: "diode", maxPoints: 8 } as const;
  const first = steered({ ...options, bridge: plainBridge(next) }), tape: unknown[] = [], all: unknown[] = [];
  await drive(first, ({ x }) => (all.push(x), Number(x)), "diode", (reply) => tape.push(reply));
  for (let cut = 1; cut < tape.length; cut++) {
    const bridge = plainBridge(next), again = steered({ ...options, bridge }), path = again();
    let request = path.next();
    const seen: unknown[] = [];
    for (const reply of tape.slice(0, cut)) {
      if (!request.done && request.value.kind === "measure") seen.push(request.value.setpoint.x);
      request = path.next(reply as never);
    }
    assertEquals(bridge.hellos, [], "nobody is asked for what is known");
    const before = seen.length;
    const { points } = await driveOn(path, request, again, ({ x }) => (seen.push(x), Number(x)));
    assertEquals(seen, all, `cut after ${cut} replies`);
    const told = bridge.turns.find(({ tell }) => tell.length)?.tell ?? [];
    if (points) assert(told.length >= before, `${told.length} of ${before} points told after ${cut} replies`);
    assert(bridge.turns.every(({ told }, k) => k > 0 || told === 0), "the first message has all of it");
  }
});

Deno.test("a steered run that was left is resumed with another process of the optimiser, which is told the past first", async () => {
  const folder = await Deno.makeTempDir(), to = `${folder}/steered.zarr`, places: unknown[] = [];
  const make = () => {
    const bridge = plainBridge(({ told, tell, ask }) => ({
      setpoints: ask ? [{ x: (told + tell.length) / 10 }] : [],
      summary: { n: told + tell.length },
    }));
    return { bridge, plan: steered({ axes: { x: [0, 2] }, on: "diode", bridge, maxPoints: 7 }) };
  };
  const run = async (leaveAt: number | undefined, { bridge, plan }: ReturnType<typeof make>) => {
    await using rig = await connect({ x: sim.instant(), diode: sim.photodiode() });
    const run = await Deno.stat(to).then(
      () => resume(to, rig, { plan: plan as never, quiet: true }),
      () => scan(plan, { rig, read: ["diode"], to, quiet: true }),
    );
    for await (const { setpoint } of run) {
      places.push(setpoint.x);
      if (places.length === leaveAt) break;
    }
    return bridge;
  };
  try {
    await run(2, make());
    const second = await run(5, make()), third = await run(undefined, make());
    assertEquals(places, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    for (const [{ hellos, turns }, past] of [[second, 2], [third, 5]] as const) {
      assertEquals([hellos.length, turns[0].told, turns[0].tell.length], [1, 0, past]);
      assertEquals(
        turns[0].tell.map(({ setpoint, seqNum }) => [setpoint.x, seqNum]),
        places.slice(0, past).map((x, k) => [x, k]),
      );
    }
    assertEquals((await openRun(to)).attributes.exit_status, "success");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseSteer takes what a reply leaves out as nothing, and only numbers into the summary", () => {
  assertEquals(parseSteer({ done: true, summary: { a: 1, b: "x", c: null } }, 1, "it"), {
    setpoints: [],
    done: true,
    reason: "the optimiser is done",
    summary: { a: 1 },
  });
  assertEquals(parseSteer({}, 0, "it").setpoints, []);
  assertThrows(() => parseSteer({ error: { code: 1 } }, 1, "it"), SondeError, 'it: {"code":1}');
});
