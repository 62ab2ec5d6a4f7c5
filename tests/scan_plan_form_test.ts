import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { stringify } from "@std/yaml";
import { InputError } from "../src/core/errors.ts";
import type { Plan } from "../src/core/plan.ts";
import { checkPlan } from "../src/scan/check.ts";
import { parsePlan } from "../src/scan/parse_plan.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { errorsOf, line, makeRig } from "./scan_plan_rig.ts";

const KINDS =
  "linspace, logspace, list, step, nest, zip, concat, snake, shuffle, spiral, mask, relative, repeat, every, use, " +
  "zoom, align, track, focus, learn, climb, when, fold, around";

/** Wrong in form: the same one error from `parsePlan`, from a file, and from `check`. */
const FORM: Record<string, [plan: unknown, error: string]> = {
  "a NaN": [line({ start: NaN }), "plan.start: expected a finite number, received NaN"],
  "an infinity": [line({ stop: -Infinity }), "plan.stop: expected a finite number, received -Infinity"],
  "zero points": [line({ num: 0 }), "plan.num: expected a number of at least 1, received 0"],
  "half a point": [line({ num: 2.5 }), "plan.num: expected a whole number, received 2.5"],
  "text for a number": [line({ num: "3" }), 'plan.num: expected a finite number, received "3"'],
  "nothing for a number": [line({ num: null }), "plan.num: expected a finite number, received null"],
  "a missing key": [{ kind: "repeat" }, "plan.num: is missing; expected a finite number"],
  "a misspelt key": [
    line({ setlteMs: 5 }),
    'plan.setlteMs: unknown key "setlteMs"; did you mean "settleMs"? Allowed: kind, axis, unit, settleMs, backlash, start, stop, num',
  ],
  "a misspelt kind": [
    { ...line({}), kind: "linspase" },
    `plan.kind: kind "linspase" is unknown; did you mean "linspace"? Allowed: ${KINDS}`,
  ],
  "no kind": [{}, `plan.kind: kind is missing; allowed: ${KINDS}`],
  "a kind from the prototype": [{ kind: "__proto__" }, `plan.kind: kind "__proto__" is unknown; allowed: ${KINDS}`],
  "a number for a plan": [5, "plan: expected a map of keys, received 5"],
  "a list for a plan": [
    [line({})],
    'plan: expected a map of keys, received [{"kind":"linspace","axis":"x","start":0,"stop":1,"num":3}]',
  ],
  "a negative wait": [line({ settleMs: -1 }), "plan.settleMs: expected a number of at least 0, received -1"],
  "no axis name": [line({ axis: "" }), 'plan.axis: expected some text, received ""'],
  "an empty nest": [{ kind: "nest", plans: [] }, "plan.plans: expected at least 1 entry, received []"],
  "a nest of no list": [
    { kind: "nest", plans: line({}) },
    'plan.plans: expected a list, received {"kind":"linspace","axis":"x","start":0,"stop":1,"num":3}',
  ],
  "an empty list": [
    { kind: "list", axis: "x", setpoints: [] },
    "plan.setpoints: expected at least 1 entry, received []",
  ],
  "a list with a hole": [
    { kind: "list", axis: "x", setpoints: [1, null] },
    "plan.setpoints[1]: expected a finite number or text, received null",
  ],
  "numbers and labels": [
    { kind: "list", axis: "x", setpoints: [1, "a"] },
    'plan.setpoints: setpoints are either all numbers or all labels; received [1,"a"]',
  ],
  "logspace through 0": [
    { ...line({ start: -1 }), kind: "logspace" },
    "plan.start: start and stop must both be above 0, or both below; received -1",
  ],
  "ends further apart than a number can say": [
    line({ start: -1e308, stop: 1e308 }),
    "plan.stop: start and stop are too far apart for a number to say how far; received 1e+308",
  ],
  "a step with no end": [
    { kind: "step", axis: "x", start: 0, stop: 1, step: 0.5 },
    'plan.end: is missing; expected "included" or "excluded"',
  ],
  "a flat ellipse": [
    { kind: "mask", plan: line({}), region: { kind: "ellipse", axes: ["x", "y"], center: [0, 0], radii: [1, 0] } },
    "plan.region.radii[1]: expected a number above 0, received 0",
  ],
  "a polygon of two corners": [
    { kind: "mask", plan: line({}), region: { kind: "polygon", axes: ["x", "y"], vertices: [[0, 0], [1, 1]] } },
    "plan.region.vertices: expected at least 3 entries, received [[0,0],[1,1]]",
  ],
  "a misspelt key of a region": [
    {
      kind: "mask",
      plan: line({}),
      region: { kind: "polygon", axes: ["x", "y"], vertexes: 1, vertices: [[0, 0], [1, 1], [0, 1]] },
    },
    'plan.region.vertexes: unknown key "vertexes"; did you mean "vertices"? Allowed: kind, axes, vertices',
  ],
  "a spiral on one axis": [
    { kind: "spiral", axes: ["x", "x"], center: [0, 0], radius: 1, num: 9 },
    'plan.axes: the two axes must differ; received ["x","x"]',
  ],
  "a spiral of no size": [
    { kind: "spiral", axes: ["x", "y"], center: [0, 0], radius: [1, -1], num: 9 },
    "plan.radius[1]: expected a number above 0, received -1",
  ],
  "a loop with a path for a name": [
    { kind: "repeat", num: 2, name: "../up" },
    'plan.name: a name is a letter, then letters, digits, _ or -; received "../up"',
  ],
  "a loop named after the prototype": [
    { kind: "repeat", num: 2, name: "__proto__" },
    'plan.name: a name is a letter, then letters, digits, _ or -; received "__proto__"',
  ],
  "no pace": [{ kind: "every", ms: 0, num: 2 }, "plan.ms: expected a number above 0, received 0"],
};

for (const [what, [plan, expected]] of Object.entries(FORM)) {
  Deno.test(`${what} gives one clear error, from data, from a file and from check()`, async () => {
    assertEquals(assertThrows(() => parsePlan(plan), InputError).message, expected);
    const yaml = stringify({ read: ["diode"], plan });
    assertEquals(assertThrows(() => parseScanFile(yaml), InputError).message, expected);
    await using rig = await makeRig();
    assertEquals(errorsOf((await checkPlan(plan as Plan, rig, { read: ["diode"] })).issues), [expected]);
  });
}

/** Texts that are no scan file, and what is said of them. */
const TEXTS: Record<string, [text: string, error: RegExp]> = {
  "YAML that breaks off": ["plan: [", /^the scan file: is not YAML: .* at line 1, column 8/],
  "a key twice": ["read: [a]\nread: [b]", /^the scan file: is not YAML: the key read stands twice at line 2/],
  "two documents": ["read: [a]\n---\nread: [b]", /^the scan file: is not YAML: /],
  "an alias of nothing": ["read: *detectors", /^the scan file: is not YAML: Unresolved alias/],
  "an alias of itself": [
    "read: [diode]\nplan: &a { kind: snake, plan: *a }",
    /^(plan\.plan: Loop body|the scan file: is not YAML)/,
  ],
  "tabs": ["read:\n\t- a", /^the scan file: is not YAML: /],
  "nothing": ["", /^the scan file: is not a scan: expected keys such as plan and read$/],
  "a word": ["hello", /^the scan file: is not a scan/],
  "a list": ["- plan", /^the scan file: is not a scan/],
  "no plan and nothing to read": [
    "name: a",
    /^read: is missing; expected a list or a map of keys\nplan: is missing; expected a map of keys$/,
  ],
  "a detector that is no list": [
    "read: diode\nplan: { kind: repeat, num: 2 }",
    /^read: expected a list or a map of keys, received "diode"$/,
  ],
  "a misspelt key": [
    "read: [diode]\nplan: { kind: repeat, num: 2 }\nmaxpoint: 3",
    /^maxpoint: unknown key "maxpoint"; did you mean "maxPoints"\? Allowed: name, /,
  ],
  "a misspelt key of onReadError": [
    "read: [diode]\nplan: { kind: repeat, num: 2 }\nonReadError: { retires: 2 }",
    /^onReadError\.retires: unknown key "retires"; did you mean "retries"\? Allowed: retries, then$/,
  ],
};

for (const [what, [text, error]] of Object.entries(TEXTS)) {
  Deno.test(`a scan file with ${what} gives one clear error`, () => {
    assertMatch(assertThrows(() => parseScanFile(text), InputError).message, error);
  });
}
