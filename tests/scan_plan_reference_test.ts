import { assertEquals, assertThrows } from "@std/assert";
import { stringify } from "@std/yaml";
import { InputError } from "../src/core/errors.ts";
import type { Plan } from "../src/core/plan.ts";
import { examine } from "../src/scan/examine.ts";
import { concat, linspace, nest, repeat, snake } from "../src/scan/nodes.ts";
import { parsePlan } from "../src/scan/parse_plan.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { errorsOf, errorsOn, x, y } from "./scan_plan_rig.ts";

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
