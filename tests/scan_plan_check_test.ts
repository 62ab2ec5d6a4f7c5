import { assertEquals, assertMatch } from "@std/assert";
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
  spiral,
  step,
  zip,
} from "../src/scan/nodes.ts";
import { errorsOf, errorsOn, line, loops, makeRig, x, y } from "./scan_plan_rig.ts";

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
  "a unit that measures something else": [
    linspace("x", 0, 1, 3, { unit: "nV" }),
    'plan.unit: unit "nV" cannot be converted to the unit of x in the rig, "mm"',
  ],
  "an unknown unit in the second part of a concat": [
    concat(linspace("x", 0, 1, 3, { unit: "mm" }), linspace("x", 0, 1, 3, { unit: "furlong" })),
    'plan.plans[1].unit: unit "furlong" cannot be converted to the unit of x in the rig, "mm"',
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
    linspace("y", -1, 9, 3, { unit: "V" }),
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
      'plan.plans[1].unit: unit "V" cannot be converted to the unit of y in the rig, "mm"',
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
