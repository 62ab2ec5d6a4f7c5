import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { findPeaks } from "../src/adapt/peaks/mod.ts";
import {
  above,
  and,
  below,
  inside,
  not,
  or,
  peak,
  slope,
  triggerIssues,
  triggerSignals,
  triggerText,
  watch,
  type WatchOptions,
} from "../src/adapt/triggers/mod.ts";
import { PeakWatch } from "../src/adapt/triggers/peak_watch.ts";
import { InputError } from "../src/core/errors.ts";
import { Frame, type Point, type Reading } from "../src/core/point.ts";
import type { Trigger } from "../src/core/trigger.ts";

/** A point of one line along x, one second after the one before. */
function at(k: number, reading: Record<string, Reading>, more: Partial<Point> = {}): Point {
  return {
    pass: "pass_0",
    index: [k],
    setpoint: { x: k },
    readback: { x: k },
    reading,
    timestampMs: 1000 * k,
    seqNum: k,
    quality: "good",
    failed: [],
    ...more,
  };
}

/** At which of a diode's readings a trigger fires. */
function fires(trigger: Trigger | string, readings: readonly number[], options: WatchOptions = {}): number[] {
  const watcher = watch(trigger, options);
  return readings.flatMap((diode, k) => (watcher.see(at(k, { diode }), "x") ? [k] : []));
}

/** The same with several signals, and whatever else a point may have. */
function firesAt(trigger: Trigger | string, points: readonly Point[], options: WatchOptions = {}): number[] {
  const watcher = watch(trigger, options);
  return points.flatMap((point, k) => (watcher.see(point, "x") ? [k] : []));
}

Deno.test("levels without hysteresis hold at every point beyond them, and not at them", () => {
  assertEquals(fires(above("diode", 5), [4, 5, 6, 7, 5, 6]), [2, 3, 5]);
  assertEquals(fires(below("diode", 5), [4, 5, 6, 3]), [0, 3]);
  assertEquals(fires("diode > 5", [4, 5, 6, 7, 5, 6]), [2, 3, 5]);
});

Deno.test("with hysteresis a level fires once, and again only after the signal has come back", () => {
  const readings = [4, 6, 7, 4.5, 6, 4, 6, 3, 6];
  assertEquals(fires(above("diode", 5, { hysteresis: 1 }), readings), [1, 6, 8]);
  assertEquals(fires(below("diode", -5, { hysteresis: 1 }), readings.map((y) => -y)), [1, 6, 8]);
  assertEquals(fires(above("diode", 5, { hysteresis: 0 }), [6, 6, 5, 6]), [0, 3]);
});

Deno.test("a level with hysteresis stays armed where it held but the whole trigger did not fire", () => {
  const trigger = and(above("diode", 5, { hysteresis: 1 }), inside("x", 2, 9));
  assertEquals(fires(trigger, [6, 6, 6, 6]), [2]);
  assertEquals(fires(above("diode", 5, { hysteresis: 1 }), [6, 6, 6, 6, 3, 6, 6, 6], { inARow: 3 }), [2, 7]);
});

Deno.test("what is short-circuited is not fired on, but sees the point", () => {
  const points = [[6, 6], [6, 6], [6, 6], [3, 6], [6, 6]].map(([a, b], k) => at(k, { a, b }));
  const either = or(above("a", 5, { hysteresis: 1 }), above("b", 5, { hysteresis: 1 }));
  assertEquals(firesAt(either, points), [0, 1, 4], "b was not looked at when a fired, so that it fires next");
  // The slope of b is known at once when a lets it be looked at: b was seen all along.
  const slopes = [[0, 0], [0, 10], [9, 20]].map(([a, b], k) => at(k, { a, b }));
  assertEquals(firesAt(and(above("a", 5), slope("b", 9)), slopes), [2]);
  assertEquals(firesAt("a > 5 and slope(b) > 9", slopes), [2]);
  // A peak that passes while it is not looked at is gone.
  const missed = [[0, 0], [0, 5], [0, 0], [9, 0]].map(([a, b], k) => at(k, { a, b }));
  assertEquals(firesAt(and(above("a", 5), peak("b", { prominence: 2 })), missed), []);
});

Deno.test("under a not, hysteresis holds on until the signal has come back", () => {
  assertEquals(fires(not(above("diode", 5, { hysteresis: 2 })), [4, 6, 4, 3, 4]), [0, 3, 4]);
});

Deno.test("a slope is reckoned per unit of the innermost axis, and its sign says which way", () => {
  const places = [0, 0.5, 1.5, 1, 3], readings = [0, 3, 5, 7, 1];
  const points = places.map((x, k) => at(k, { diode: readings[k] }, { setpoint: { x } }));
  assertEquals(firesAt(slope("diode", 2), points), [1]);
  assertEquals(firesAt(slope("diode", -2.5), points), [3, 4]);
  assertEquals(firesAt("slope(diode) > 2", points), [1]);
  assertEquals(firesAt("slope(diode) < -2.5", points), [3, 4]);
});

Deno.test("a slope leaves bad points out, and a row of the same place gives none", () => {
  const points = [
    at(0, { diode: 0 }),
    at(1, { diode: 100 }, { quality: "failed", failed: ["diode"] }),
    at(2, { diode: NaN }),
    at(3, { diode: 6 }),
    at(4, { diode: 60 }, { setpoint: { x: 3 } }),
  ];
  for (const trigger of [slope("diode", 1), "slope(diode) > 1"]) assertEquals(firesAt(trigger, points), [3]);
});

Deno.test("a new line begins the history of slopes and peaks anew", () => {
  const readings = [[0, 5, 6], [0, 1, 2]];
  const points = readings.flatMap((row, y) =>
    row.map((diode, x) => at(3 * y + x, { diode }, { setpoint: { y, x }, index: [y, x] }))
  );
  for (const trigger of [slope("diode", -1), peak("diode", { prominence: 2 }), "slope(diode) < -1", "peak(diode, 2)"]) {
    assertEquals(firesAt(trigger, points), []);
    assertEquals(fires(trigger, readings.flat()), [3]);
  }
  // An outer axis alone, in a pass that grows along `point`.
  const grown = points.map((point, k) => ({ ...point, index: [k] }));
  assertEquals(firesAt(slope("diode", 2), grown), [1]);
  assertEquals(firesAt(slope("diode", 2), grown, { outer: [] }), [1, 3], "unless it is said to be none");
});

Deno.test("a peak fires once, when the signal has fallen by the prominence on the far side", () => {
  assertEquals(fires(peak("diode", { prominence: 2 }), [0, 1, 3, 2, 1, 0, 0, 4, 0]), [4, 8]);
  assertEquals(fires("peak(diode, 2)", [0, 1, 3, 2, 1, 0, 0, 4, 0]), [4, 8]);
  assertEquals(fires(peak("diode", { prominence: 2 }), [9, 5, 1, 0]), [], "an edge is no peak");
  assertEquals(fires(peak("diode", { prominence: 2 }), [0, 1.5, 0, 1.5, 0]), []);
});

Deno.test("as many peaks are passed as find_peaks finds with that prominence", () => {
  // No two readings are equal: of equally high peaks with a shallow valley between them, find_peaks counts both.
  const readings = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(readings, fc.integer({ min: 1, max: 30 }), (inner, prominence) => {
    const curve = [-100, ...inner, -101], watcher = new PeakWatch(prominence);
    assertEquals(curve.filter((y) => watcher.add(y)).length, findPeaks(curve, { prominence }).peaks.length);
  }));
});

Deno.test("inside takes both ends, and an axis by its setpoint", () => {
  assertEquals(fires(inside("diode", 2, 3), [1, 2, 3, 4]), [1, 2]);
  assertEquals(fires(inside("x", 1, 2), [0, 0, 0, 0]), [1, 2]);
  assertEquals(fires("1 <= x <= 2", [0, 0, 0, 0]), [1, 2]);
});

Deno.test("what is missing decides nothing, in data and in text alike", () => {
  const nan = [at(0, { a: NaN, b: 9 })];
  const pairs: [Trigger, string, boolean][] = [
    [above("a", 5), "a > 5", false],
    [not(above("a", 5)), "not a > 5", false],
    [or(above("a", 5), above("b", 5)), "a > 5 or b > 5", true],
    [and(above("a", 5), above("b", 5)), "a > 5 and b > 5", false],
    [not(and(above("a", 5), below("b", 5))), "not (a > 5 and b < 5)", true],
    [not(or(above("a", 5), below("b", 5))), "not (a > 5 or b < 5)", false],
  ];
  for (const [data, text, expected] of pairs) {
    assertEquals(firesAt(data, nan).length === 1, expected, triggerText(data));
    assertEquals(firesAt(text, nan).length === 1, expected, text);
  }
});

Deno.test("bad points never fire, and neither break nor lengthen a row", () => {
  const qualities = ["good", "failed", "good", "skipped", "retried", "unmeasured"] as const;
  const points = qualities.map((quality, k) => at(k, { diode: 9 }, { quality }));
  for (const trigger of [above("diode", 5), "diode > 5", not(below("diode", 5))]) {
    assertEquals(firesAt(trigger, points), [0, 2, 4]);
    assertEquals(firesAt(trigger, points, { inARow: 3 }), [4]);
  }
  assertEquals(fires(above("diode", 5), [9, NaN, 9], { inARow: 2 }), [2]);
});

Deno.test("debounce, cooldown and the greatest number of times", () => {
  const high = new Array<number>(10).fill(9), trigger = above("diode", 5);
  assertEquals(fires(trigger, [9, 9, 1, 9, 9, 9, 9], { inARow: 2 }), [1, 4, 6]);
  assertEquals(fires(trigger, high, { cooldownPoints: 3 }), [0, 4, 8]);
  assertEquals(fires(trigger, high, { cooldownMs: 2500 }), [0, 3, 6, 9]);
  assertEquals(fires(trigger, high, { cooldownMs: 2000 }), [0, 2, 4, 6, 8]);
  assertEquals(fires(trigger, high, { cooldownPoints: 1, inARow: 2 }), [1, 4, 7]);
  assertEquals(fires(trigger, high, { maxTimes: 2 }), [0, 1]);
});

Deno.test("a trigger in text looks at frames by what it makes of them", () => {
  const camera = { shape: [1, 3], dtype: "uint16" as const };
  const points = [[1, 2, 3], [1, 9, 1]].map((row, k) => at(k, { camera: new Frame(Uint16Array.from(row), [1, 3]) }));
  assertEquals(firesAt("max(camera) > 5", points, { signals: new Map([["camera", camera]]) }), [1]);
});

Deno.test("data may hold text, and text means what data mean", () => {
  const mixed = and("diode > 2", not("x > 3"), or(above("diode", 100), "slope(diode) > 0"));
  assertEquals(fires(mixed, [1, 3, 4, 3, 9]), [1, 2]);
  const readings = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(NaN)), { maxLength: 30 });
  const pairs: [Trigger, string][] = [
    [and(above("diode", 4), slope("diode", 1)), "diode > 4 and slope(diode) > 1"],
    [or(below("diode", 2), slope("diode", -3)), "diode < 2 or slope(diode) < -3"],
    [not(or(inside("diode", 3, 6), above("x", 5))), "not (3 <= diode <= 6 or x > 5)"],
    [peak("diode", { prominence: 3 }), "peak(diode, 3)"],
  ];
  fc.assert(
    fc.property(readings, fc.constantFrom(...pairs), fc.integer({ min: 1, max: 3 }), (curve, [data, text], inARow) => {
      assertEquals(fires(text, curve, { inARow }), fires(data, curve, { inARow }));
    }),
  );
});

Deno.test("the same points give the same answers, and the scale of neither axis matters", () => {
  const readings = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 });
  fc.assert(fc.property(readings, fc.integer({ min: -8, max: 8 }), (curve, power) => {
    const scale = 2 ** power, scaled = curve.map((y) => y * scale);
    const [one, other] = [1, scale].map((s) =>
      or(
        and(above("diode", 20 * s, { hysteresis: 5 * s }), slope("diode", 3 * s)),
        peak("diode", { prominence: 10 * s }),
      )
    );
    assertEquals(fires(one, curve), fires(one, curve));
    assertEquals(fires(other, scaled), fires(one, curve));
  }));
});

Deno.test("what is wrong with a trigger is said before the run, with the place and what may have been meant", () => {
  const signals = new Map([["diode", {}], ["camera", { shape: [480, 640], dtype: "uint16" as const }]]);
  const issues = (trigger: Trigger | string) => triggerIssues(trigger, "plan.trigger", signals, ["x"]);
  assertEquals(issues(and(above("diode", 1), inside("x", 0, 1), "slope(diode) > 3 and peak(diode, 2)")), []);
  assertEquals(issues("max(camera) > 3 and x < 2"), []);

  const [unknown, level] = issues(and(above("diodd", NaN)));
  assertEquals(unknown.path, "plan.trigger.triggers[0].on");
  assertStringIncludes(unknown.message, 'did you mean "diode"?');
  assertEquals(level.path, "plan.trigger.triggers[0].level");
  assertStringIncludes(issues(above("camera", 3))[0].message, "480 × 640");
  assertStringIncludes(issues(slope("x", 3))[0].message, "axis");
  assertEquals(issues(inside("diode", 3, 1))[0].path, "plan.trigger.between");
  assertEquals(issues(peak("diode", { prominence: 0 }))[0].path, "plan.trigger.prominence");
  assertEquals(issues(above("diode", 1, { hysteresis: -1 }))[0].path, "plan.trigger.hysteresis");
  assertEquals(issues(or())[0].path, "plan.trigger.triggers");

  const [misspelt] = issues("diode > 3 and diodd > 4");
  assertStringIncludes(misspelt.message, "column 15");
  assertStringIncludes(misspelt.message, "diode");
  assert(!misspelt.message.includes("innermost"), misspelt.message);
  assertStringIncludes(issues("camera > 3")[0].message, "480 × 640");
  const [nested] = issues(not(and("diode > ", above("diode", 1))));
  assertEquals(nested.path, "plan.trigger.trigger.triggers[0]");
  assertStringIncludes(nested.message, "column");
});

Deno.test("a text that cannot be read is refused with its column when watching begins", () => {
  const thrown = assertThrows(() => watch("diode >> 3", { path: "plan.trigger" }), InputError);
  assertEquals(thrown.issues[0].path, "plan.trigger");
  assertStringIncludes(thrown.message, "column");
  assertThrows(() => watch(and("peak(diode, -1)")), InputError, "column");
});

Deno.test("a trigger says what it is, and what it looks at", () => {
  const trigger = and(above("diode", 1000, { hysteresis: 100 }), or(slope("lockin.X", -50), not("x < 3 or y > 2")));
  assertEquals(
    triggerText(trigger),
    "diode above 1000 (again only after diode was at 900 or below) and " +
      "(lockin.X falling by more than 50 a unit or not (x < 3 or y > 2))",
  );
  assertEquals(
    triggerText(and(inside("x", 0, 1), peak("diode", { prominence: 5 }))),
    "x from 0 to 1 and diode past a peak of prominence 5",
  );
  assertEquals(triggerSignals(trigger), ["diode", "lockin.X", "x", "y"]);
  assertEquals(triggerSignals("hypot(lockin.X, lockin.Y) > mean(lockin.X)"), ["lockin.X", "lockin.Y"]);
});
