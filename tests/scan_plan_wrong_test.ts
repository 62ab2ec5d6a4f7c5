import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { stringify } from "@std/yaml";
import { InputError, type Issue } from "../src/core/errors.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, sim } from "../src/hw/mod.ts";
import { checkPlan } from "../src/scan/check.ts";
import { examine } from "../src/scan/examine.ts";
import {
  concat,
  ellipse,
  every,
  linspace,
  list,
  logspace,
  mask,
  nest,
  polygon,
  relative,
  repeat,
  shuffle,
  snake,
  spiral,
  step,
  zip,
} from "../src/scan/nodes.ts";
import { parsePlan } from "../src/scan/parse_plan.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";

async function makeRig(): Promise<Rig> {
  return await connect({
    wavelength: sim.instant({ unit: "nm", limits: [400, 900] }),
    x: sim.instant({ unit: "mm", limits: [-5, 5] }),
    y: sim.instant({ unit: "mm", limits: [-5, 5] }),
    filter: sim.filterWheel({ labels: ["empty", "BP600"] }),
    camera: sim.camera({ shape: [4, 4] }),
    diode: sim.constant(),
  }) as unknown as Rig;
}

const errorsOf = (issues: readonly Issue[]) =>
  issues.filter((issue) => issue.severity === "error").map(({ path, message }) => `${path}: ${message}`);

/** The errors of a plan on the rig of this file. */
async function errorsOn(
  plan: unknown,
  options: Parameters<typeof examine>[2] = { read: ["diode"] },
): Promise<string[]> {
  await using rig = await makeRig();
  return errorsOf(examine(plan as Plan, rig, options).issues);
}

/** A node by hand, right but for what is said. */
const line = (more: Record<string, unknown>) => ({ kind: "linspace", axis: "x", start: 0, stop: 1, num: 3, ...more });

const KINDS =
  "linspace, logspace, list, step, nest, zip, concat, snake, shuffle, spiral, mask, relative, repeat, every, use";

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
    'plan.setlteMs: unknown key "setlteMs"; did you mean "settleMs"? Allowed: kind, axis, unit, settleMs, start, stop, num',
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

const x = linspace("x", 0, 1, 3), y = linspace("y", 0, 1, 3);
const loops = (num: number) => nest(...Array.from({ length: num }, (_, k) => repeat(2, `loop${k}`)));

/** Right in form, and wrong on the rig or in itself: one error from `check`. */
const FIT: Record<string, [plan: Plan, error: string | RegExp]> = {
  "an unknown axis": [
    linspace("wavelenght", 500, 600, 3),
    'plan.axis: the rig has no axis "wavelenght"; did you mean "wavelength"? Allowed: wavelength, x, y, filter, camera.exposure',
  ],
  "an unknown axis of a spiral": [
    spiral(["x", "yy"], { center: [0, 0], radius: 1, num: 9 }),
    'plan.axes[1]: the rig has no axis "yy"; did you mean "y"? Allowed: wavelength, x, y, filter, camera.exposure',
  ],
  "an axis from the prototype": [
    nest(x, linspace("constructor", 0, 1, 2)),
    'plan.plans[1].axis: the rig has no axis "constructor"; allowed: wavelength, x, y, filter, camera.exposure',
  ],
  "a setpoint beyond the limits": [linspace("x", 0, 5.5, 12), "plan: x would go to 5.5 mm; allowed: -5 … 5 mm"],
  "a setpoint beyond them in the middle": [
    nest(y, list("x", [0, -7, 1])),
    "plan.plans[1]: x would go to -7 mm; allowed: -5 … 5 mm",
  ],
  "the second part of a concat beyond the limits": [
    concat(x, linspace("x", 2, 6, 3)),
    "plan.plans[1]: x would go to 6 mm; allowed: -5 … 5 mm",
  ],
  "an offset beyond the limits from where the axis stands": [
    relative(linspace("x", -6, 6, 5)),
    "plan.plan: x would go to -6 mm; allowed: -5 … 5 mm",
  ],
  "another unit than the rig's": [
    linspace("x", 0, 1, 3, { unit: "um" }),
    'plan.unit: unit "um" is not the unit of x in the rig, "mm"',
  ],
  "another unit in the second part of a concat": [
    concat(linspace("x", 0, 1, 3, { unit: "mm" }), linspace("x", 0, 1, 3, { unit: "um" })),
    'plan.plans[1].unit: unit "um" is not the unit of x in the rig, "mm"',
  ],
  "a label for numbers": [list("x", ["left"]), 'plan: x takes numbers, not labels; received "left"'],
  "a number for labels": [
    linspace("filter", 0, 1, 2),
    'plan: filter takes labels, not numbers; received 0; allowed: "empty", "BP600"',
  ],
  "an unknown label": [
    list("filter", ["empty", "BP60"]),
    'plan: filter has no label "BP60"; did you mean "BP600"? Allowed: empty, BP600',
  ],
  "eleven loops": [loops(11), "plan: 11 loops inside one another; allowed: at most 10 loops"],
  "10¹² points": [
    nest(linspace("x", 0, 1, 1e6), linspace("y", 0, 1, 1e6)),
    "plan: 1,000,000,000,000 points are more than the budget of 10,000,000; ask for fewer, or raise maxPoints",
  ],
  "10¹² points of one axis": [
    step("x", 0, 1, 1e-12, { end: "excluded" }),
    "plan: 1,000,000,000,000 points are more than the budget of 10,000,000; ask for fewer, or raise maxPoints",
  ],
  "10¹² points of a spiral": [
    spiral(["x", "y"], { center: [0, 0], radius: 1, num: 1e12 }),
    "plan: 1,000,000,000,000 points are more than the budget of 10,000,000; ask for fewer, or raise maxPoints",
  ],
  "points beyond counting": [
    nest(...Array.from({ length: 10 }, (_, k) => repeat(9e15, `loop${k}`))),
    "plan: 3.49e+159 points are more than the budget of 10,000,000; ask for fewer, or raise maxPoints",
  ],
  "a step the wrong way": [
    step("x", 0, 1, -0.1),
    "plan.step: steps of -0.1 do not lead from 0 to 1; allowed: a number above 0",
  ],
  "a step of 0": [step("x", 0, 1, 0), "plan.step: steps of 0 do not lead from 0 to 1; allowed: a number above 0"],
  "a step with no point but its excluded end": [
    step("x", 1, 1, 0.5, { end: "excluded" }),
    "plan.end: from 1 to 1 there is no point when 1 is excluded",
  ],
  "an axis twice in a nest": [
    nest(x, nest(y, linspace("x", 2, 3, 2))),
    'plan.plans[1].plans[1]: axis "x" stands twice in one nest, at plan.plans[0] and at plan.plans[1].plans[1]',
  ],
  "an axis twice in a zip": [
    zip(x, linspace("x", 2, 3, 3)),
    'plan.plans[1]: axis "x" stands twice in one zip, at plan.plans[0] and at plan.plans[1]',
  ],
  "a loop's name twice": [
    nest(repeat(2), repeat(3)),
    'plan.plans[1]: dimension "repeat" stands twice in one nest, at plan.plans[0] and at plan.plans[1]',
  ],
  "a zip of unequal lengths": [
    zip(x, linspace("y", 0, 1, 4)),
    "plan: zip takes plans of equal length; received x: 3, y: 4",
  ],
  "a zip of a grid": [
    zip(x, nest(y, repeat(3))),
    "plan.plans[1]: zip takes plans of one dimension, in order, unmasked; this is a nest",
  ],
  "a zip of two paces": [
    zip(every(5, { num: 3, name: "a" }), every(7, { num: 3, name: "b" }), x),
    "plan: zip takes one pace; received 5 ms, 7 ms",
  ],
  "a mask on an axis that is not there": [
    mask(nest(x, y) as Plan, ellipse(["x", "z"], { center: [0, 0], radii: [1, 1] })),
    'plan.region.axes[1]: the masked plan has no axis "z"; did you mean "x"? Allowed: x, y',
  ],
  "a mask on labels": [
    mask(nest(x, list("filter", ["empty"])), ellipse(["x", "filter"], { center: [0, 0], radii: [1, 1] })),
    'plan.region.axes[1]: axis "filter" has labels here, and a region needs numbers',
  ],
  "a mask across a concat of passes": [
    mask(
      nest(y, concat(x, linspace("wavelength", 500, 600, 2))),
      ellipse(["y", "x"], { center: [0, 0], radii: [1, 1] }),
    ),
    'plan.region.axes: axis "y" loops around a concat of several passes, so a region cannot pair it with an axis inside them',
  ],
  "a mask that leaves nothing": [
    mask(nest(x, y), ellipse(["x", "y"], { center: [9, 9], radii: [1, 1] })),
    "plan: the plan has no points: its masks leave none",
  ],
  "shuffled time": [shuffle(nest(every(10, { num: 3 }), x)), 'plan: time cannot be shuffled: "time" is paced'],
  "a reserved name": [
    nest(repeat(2, "quality"), x),
    'plan.plans[0].name: the name "quality" is reserved; reserved are timestamp, seq_num, quality, failed, pass, points, log, zarr.json and pass_0, pass_1, …',
  ],
  "a reserved name in capitals": [
    nest(repeat(2, "Timestamp"), x),
    /^plan\.plans\[0\]\.name: the name "Timestamp" is reserved in the form "timestamp"/,
  ],
  "a name like a pass": [nest(repeat(2, "pass_3"), x), /^plan\.plans\[0\]\.name: the name "pass_3" is reserved/],
  "a name with an ending of ours": [nest(repeat(2, "x_readback"), x), /may not end in "_readback"/],
  "names that differ by case only": [
    nest(repeat(2, "X"), x),
    'plan.plans[0].name: the names "x" and "X" differ only by case, and would be one file on some systems',
  ],
  "a loop named like the detector": [
    nest(repeat(2, "diode"), x),
    'read[0]: the detector "diode" has the name of an axis or dimension of the plan, plan.plans[0].name',
  ],
  "a reference with no file": [
    { kind: "use", plan: "a" },
    'plan: "a" is the name of a plan of the same file, and there is no file here',
  ],
};

for (const [what, [plan, expected]] of Object.entries(FIT)) {
  Deno.test(`check(): ${what} is one clear error`, async () => {
    await using rig = await makeRig();
    const errors = errorsOf((await checkPlan(plan, rig, { read: ["diode"] })).issues);
    assertEquals(errors.length, 1, errors.join("\n"));
    if (typeof expected === "string") assertEquals(errors[0], expected);
    else assertMatch(errors[0], expected);
  });
}

Deno.test("a detector's own dimension may not be an axis or a loop of the plan", async () => {
  const errors = await errorsOn(nest(repeat(2, "camera_y"), x), { read: ["camera"] });
  assertEquals(errors, [
    'read[0]: "camera_y", a dimension of the detector\'s own, is also the name of plan.plans[0].name',
  ]);
});

Deno.test("check() gives every mistake at once, each at its own place", async () => {
  const plan = nest(
    linspace("wavelenght", 600, 700, 3),
    linspace("y", -1, 9, 3, { unit: "um" }),
    linspace("x", 0, NaN, 0),
    list("filter", ["BP601"]),
    zip(logspace("camera.exposure", 1, 10, 3), repeat(4)),
  );
  assertEquals(
    await errorsOn(plan, { read: ["dioed"] }),
    [
      "plan.plans[2].stop: expected a finite number, received NaN",
      "plan.plans[2].num: expected a number of at least 1, received 0",
      "plan.plans[4]: zip takes plans of equal length; received camera.exposure: 3, repeat: 4",
      '"dioed" is not a detector of the rig; did you mean "diode"? Allowed: camera, diode',
      'plan.plans[0].axis: the rig has no axis "wavelenght"; did you mean "wavelength"? Allowed: wavelength, x, y, filter, camera.exposure',
      'plan.plans[1].unit: unit "um" is not the unit of y in the rig, "mm"',
      "plan.plans[1]: y would go to 9 mm; allowed: -5 … 5 mm",
      'plan.plans[3]: filter has no label "BP601"; did you mean "BP600"? Allowed: empty, BP600',
    ].map((error) => error.startsWith('"') ? `read[0]: ${error}` : error),
  );
});

Deno.test("a node of an unknown kind does not hide the mistakes inside of it, nor those of its siblings", async () => {
  const plan = {
    kind: "nset",
    plans: [line({ num: 0 }), { kind: "snale", plan: line({ strat: 1 }) }, line({ axis: "q" })],
  };
  assertEquals((await errorsOn(plan)).map((error) => error.split(":")[0]), [
    "plan.kind",
    "plan.plans[0].num",
    "plan.plans[1].kind",
    "plan.plans[1].plan.strat",
    "plan.plans[2].axis",
  ]);
});

Deno.test("masked setpoints beyond the limits are no mistake, and neither are they when something else is", async () => {
  const grid = nest(linspace("y", -9, 9, 19), linspace("x", -9, 9, 19));
  const disc = mask(grid, ellipse(["x", "y"], { center: [0, 0], radii: [5, 5] }));
  assertEquals(await errorsOn(disc), []);
  assertEquals((await errorsOn(nest(repeat(2), repeat(2), disc))).length, 1);
  const big = mask(grid, polygon(["x", "y"], [[0, 0], [6, 0], [0, 5]]));
  assertEquals(await errorsOn(big), ["plan.plan.plans[1]: x would go to 6 mm; allowed: -5 … 5 mm"]);
});

Deno.test("a mask around a faulty plan is not blamed for the axis that is missing there", async () => {
  const region = ellipse(["x", "y"], { center: [0, 0], radii: [1, 1] });
  assertEquals(await errorsOn({ kind: "mask", plan: { kind: "nest", plans: [y, line({ num: -1 })] }, region }), [
    "plan.plan.plans[1].num: expected a number of at least 1, received -1",
  ]);
});

Deno.test("deep nesting warns above three loops and is refused above ten", () => {
  const issues = (num: number) => examine(loops(num), undefined).issues;
  assertEquals(issues(3), []);
  for (const num of [4, 10]) {
    const [{ severity, message }] = issues(num);
    assertEquals([severity, message], ["warning", `Deep nesting may slow the scan: ${num} loops inside one another`]);
  }
  assertEquals(issues(11).map(({ severity }) => severity), ["error"]);
});

Deno.test("the point budget is 10⁷ unless maxPoints says otherwise", () => {
  const errors = (plan: Plan, maxPoints?: number) => errorsOf(examine(plan, undefined, { maxPoints }).issues).length;
  assertEquals([errors(repeat(1e7)), errors(repeat(1e7 + 1)), errors(repeat(1e7 + 1), 2e7), errors(x, 2)], [
    0,
    1,
    0,
    1,
  ]);
});

Deno.test("data that contains itself is refused with the way round", () => {
  const inner: { kind: string; plans: unknown[] } = { kind: "nest", plans: [x] };
  const plan = { kind: "snake", plan: inner };
  inner.plans.push(plan);
  const expected = "plan.plan.plans[1]: Loop body cannot connect back to parent loop: plan → plan.plan → plan";
  assertEquals(assertThrows(() => parsePlan(plan), InputError).message, expected);
  assertEquals(errorsOf(examine(plan as never, undefined).issues), [expected]);
});

Deno.test("a plan nested 10 000 deep is refused, as data and as text", () => {
  let plan: Plan = x;
  for (let k = 0; k < 10_000; k++) plan = snake(plan);
  const expected = "plan: plan is nested more than 64 deep; allowed: 10 loops inside one another";
  assertEquals(assertThrows(() => parsePlan(plan), InputError).message, expected);
  assertEquals(errorsOf(examine(plan, undefined).issues), [expected]);
  const text = `read: [diode]\nplan: ${"{kind: snake, plan: ".repeat(10_000)}${"}".repeat(10_000)}`;
  assertThrows(() => parseScanFile(text), InputError);
});

Deno.test("shared references that multiply are refused before they are expanded", () => {
  let plan: Plan = repeat(1);
  for (let k = 0; k < 25; k++) plan = concat(plan, plan);
  assertThrows(() => parsePlan(plan), InputError, "plan has more than 100,000 nodes");
  const names = Array.from({ length: 50 }, (_, k) => `p${k}`);
  const plans = Object.fromEntries(names.map((name, k) => {
    const use = { kind: "use", plan: names[k + 1] };
    return [name, k === 49 ? repeat(1) : { kind: "concat", plans: [use, use] }];
  }));
  const text = stringify({ read: ["diode"], plan: { kind: "use", plan: "p0" }, plans });
  assertThrows(() => parseScanFile(text), InputError, "the named plans multiply without end");
});

Deno.test("passes that multiply are refused before they are laid out", async () => {
  const both = (k: number) => concat(linspace(`a${k}`, 0, 1, 2), linspace(`b${k}`, 0, 1, 2));
  const errors = errorsOf(examine(nest(...Array.from({ length: 30 }, (_, k) => both(k))), undefined).issues);
  assertEquals(errors, ["plan: 1073741824 passes, each a group of its own in the store; allowed: at most 1000 passes"]);
  assertEquals((await errorsOn(concat(...Array.from({ length: 600 }, () => [x, y]).flat()))).length, 1);
});

const file = (plans: string, plan = "{ kind: use, plan: a }") => `read: [diode]\nplan: ${plan}\nplans:\n${plans}`;

Deno.test("a reference that leads back to a parent is refused, once and with its way", () => {
  const errors = (text: string) => assertThrows(() => parseScanFile(text), InputError).message;
  assertEquals(
    errors(file("  a: { kind: use, plan: b }\n  b: { kind: snake, plan: { kind: use, plan: a } }")),
    "plans.b.plan: Loop body cannot connect back to parent loop: a → b → a",
  );
  assertEquals(
    errors(file("  a: { kind: use, plan: a }")),
    "plans.a: Loop body cannot connect back to parent loop: a → a",
  );
  assertEquals(
    errors(file("  a: { kind: use, plan: a }", "{ kind: repeat, num: 2 }")),
    "plans.a: Loop body cannot connect back to parent loop: a → a",
    "whether it is used or not",
  );
});

Deno.test("named plans may be used twice, in one another, and are put in place", () => {
  const text = file(
    "  a: { kind: nest, plans: [{ kind: use, plan: b }, { kind: use, plan: c }] }\n" +
      "  b: { kind: repeat, num: 2, name: b }\n  c: { kind: repeat, num: 3, name: c }",
    "{ kind: concat, plans: [{ kind: use, plan: a }, { kind: use, plan: c }] }",
  );
  assertEquals(parseScanFile(text).plan, concat(nest(repeat(2, "b"), repeat(3, "c")), repeat(3, "c")));
});

Deno.test("every unknown reference is named, with the near match", () => {
  const text = file("  focus: { kind: use, plan: fine }", "{ kind: nest, plans: [{ kind: use, plan: focsu }] }");
  assertEquals(
    assertThrows(() => parseScanFile(text), InputError).message,
    'plan.plans[0].plan: no plan is named "focsu"; did you mean "focus"? Allowed: focus\n' +
      'plans.focus.plan: no plan is named "fine"; allowed: focus',
  );
  for (const name of ["__proto__", "constructor", "toString"]) {
    assertThrows(
      () => parseScanFile(file("  a: { kind: repeat, num: 2 }", `{ kind: use, plan: ${name} }`)),
      InputError,
      `no plan is named "${name}"`,
    );
  }
});

/** Texts that are no scan file, and what is said of them. */
const TEXTS: Record<string, [text: string, error: RegExp]> = {
  "YAML that breaks off": ["plan: [", /^the scan file: is not YAML: .* at line 1, column 8/],
  "a key twice": ["read: [a]\nread: [b]", /^the scan file: is not YAML: Map keys must be unique at line 2/],
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
    /^read: is missing; expected a list\nplan: is missing; expected a map of keys$/,
  ],
  "a detector that is no list": [
    "read: diode\nplan: { kind: repeat, num: 2 }",
    /^read: expected a list, received "diode"$/,
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

Deno.test("errors say in fields, too, what was received and what is allowed", async () => {
  await using rig = await makeRig();
  const [issue] = examine(linspace("x", 0, 6, 3), rig, { read: ["diode"] }).issues;
  assertEquals(issue, {
    path: "plan",
    message: "x would go to 6 mm; allowed: -5 … 5 mm",
    received: 6,
    allowed: "-5 … 5 mm",
    severity: "error",
  });
});

Deno.test("a wrong plan moves nothing, and a right one neither", async () => {
  const record = sim.recorder();
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5], record }),
    diode: sim.photodiode({ record }),
  });
  for (const plan of [linspace("x", 0, 9, 3), linspace("x", 0, 1, 3), relative(linspace("x", 0, 1, 3))]) {
    await checkPlan(plan, rig as unknown as Rig, { read: ["diode"] });
  }
  assertEquals(record.map(({ action }) => action), []);
});
