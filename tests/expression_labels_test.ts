import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileNumber } from "../src/adapt/expression/compile_expression.ts";
import { type Environment, pointEnvironment, triggerEnvironment } from "../src/adapt/expression/environment.ts";
import { seriesEnvironment, type SignalType } from "../src/adapt/expression/environment.ts";
import { parseExpression } from "../src/adapt/expression/parse_expression.ts";
import { lookEnvironment } from "../src/adapt/expression/stable.ts";
import { unitOf } from "../src/adapt/expression/unit_of.ts";
import { triggerIssues, watch } from "../src/adapt/triggers/mod.ts";
import { InputError } from "../src/core/errors.ts";
import type { Point } from "../src/core/point.ts";

const LABELS = ["red", "it's", "blue"];
const SIGNALS = new Map<string, SignalType>([
  ["diode", {}],
  ["shutter", { labels: ["open", "closed"] }],
  ["wheel.filter", { labels: LABELS }],
]);
const point = pointEnvironment(SIGNALS);
const refusal = (text: string, environment: Environment = point) =>
  assertThrows(() => compileNumber(text, environment, "abort[0]"), InputError).issues.map(({ message }) => message);

/** Python's answer, by hand: what is not known is equal to nothing. */
function said(text: string, places: Readonly<Record<string, string | number | undefined>>): number {
  return compileNumber(text, point).evaluate((name) => places[name]);
}

Deno.test("a label is compared by == and !=, from either side, in either kind of quotes, and by in and not in", () => {
  fc.assert(fc.property(
    fc.constantFrom("open", "closed", undefined, "", NaN),
    fc.constantFrom(...LABELS),
    fc.double(),
    (shutter, filter, diode) => {
      const places = { shutter, "wheel.filter": filter, diode };
      assertEquals(said('shutter == "open"', places), Number(shutter === "open"));
      assertEquals(said("'open' != shutter", places), Number(shutter !== "open"));
      assertEquals(said('wheel.filter == "it\'s"', places), Number(filter === "it's"));
      assertEquals(said('wheel.filter in ("red", "blue")', places), Number(filter !== "it's"));
      assertEquals(said('not wheel.filter not in ["red"]', places), Number(filter === "red"));
      const open = shutter === "open" && diode > 5;
      assertEquals(said('shutter == "open" and diode > 5', places), Number(open));
      assertEquals(said('diode if shutter == "open" else -1', places), shutter === "open" ? diode : -1);
    },
  ));
});

Deno.test("what cannot be done with labels is refused with its column and what is allowed", () => {
  const cases: Record<string, string> = {
    "shutter": 'column 1 of "shutter": shutter has labels: compare it with one in quotes, as in shutter == "open"',
    "shutter == 1": 'column 1 of "shutter == 1": shutter has labels: compare it with one in quotes',
    "diode < shutter": 'column 9 of "diode < shutter": shutter has labels',
    "wheel.filter == shutter": 'column 1 of "wheel.filter == shutter": wheel.filter has labels',
    "not shutter": "shutter has labels",
    "abs(shutter)": "shutter has labels",
    "shutter < 'open'": "column 11 of \"shutter < 'open'\": labels have no order",
    "shutter == 'opne'": `"opne" is no label of shutter; did you mean "open"? Allowed: open, closed`,
    "shutter in ('open', 'ajar')": `column 21 of "shutter in ('open', 'ajar')": "ajar" is no label of shutter`,
    "diode == 'open'": "diode has no labels: compare it with a number",
    "wheel.fliter == 'red'": 'there is no signal "wheel.fliter"; did you mean "wheel.filter"?',
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(refusal(text).filter((message) => message.includes(expected)).length, 1, `${text}: ${refusal(text)}`);
  }
  assertEquals(refusal("shutter == 'a' or wheel.filter == 'b' or diod > 1").length, 3);
  assertEquals(refusal("stable(shutter, 1, 1000)", lookEnvironment(SIGNALS))[0].includes("shutter has labels"), true);
});

Deno.test("a comparison with a label is a number of no unit, and stands in functions of several points", () => {
  assertEquals(unitOf(parseExpression("shutter == 'open'"), () => "mm"), "1");
  const open = compileNumber("mean(where(shutter == 'open', diode, nan))", seriesEnvironment(SIGNALS)).start();
  for (const k of [1, 2, 3, 4]) open.add((name) => name === "diode" ? k : k % 2 ? "open" : "closed");
  assertEquals(open.value(), 2);
  assertEquals(
    refusal("shutter == 'open'", seriesEnvironment(SIGNALS))[0].includes('"shutter" is a series of points here'),
    true,
  );
  const went = compileNumber("previous(shutter == 'open') == 1", triggerEnvironment(SIGNALS)).start();
  const seen = ["open", "closed", "closed"].map((place) => {
    went.add(() => place);
    return went.value();
  });
  assertEquals(seen, [0, 1, 0]);
});

Deno.test("a trigger looks at the labels that a loop around goes through", () => {
  const labels = new Map<string, SignalType>([["shutter", { labels: ["open", "closed"] }], ["x", {}]]);
  const signals = new Map<string, SignalType>([["diode", {}]]);
  const issues = (text: string) => triggerIssues(text, "plan.trigger", signals, labels).map(({ message }) => message);
  assertEquals(issues("shutter == 'open' and diode > 1 and slope(diode) > 0"), []);
  assertEquals(issues("shutter == 'ajar'")[0].includes('"ajar" is no label of shutter'), true);
  const inside = triggerIssues({ kind: "inside", on: "shutter", between: [0, 1] }, "plan.trigger", signals, labels);
  assertEquals([inside.length, inside[0].allowed], [1, "open, closed"]);
  const watcher = watch("shutter == 'open' and not diode < 2", { signals: new Map([...labels, ...signals]) });
  const at = (shutter: string, diode: number): Point => ({
    ...{ pass: "pass_0", index: [0], setpoint: { shutter, x: 0 }, readback: {}, reading: { diode } },
    ...{ timestampMs: 0, seqNum: 0, quality: "good", failed: [] },
  });
  const fired = [at("open", 1), at("open", 3), at("closed", 3), at("open", NaN)].map((one) => watcher.see(one, "x"));
  assertEquals(fired, [false, true, false, false]);
});
