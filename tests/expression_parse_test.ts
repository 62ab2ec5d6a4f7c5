import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { compileExpression, compileNumber } from "../src/adapt/expression/compile_expression.ts";
import {
  pointEnvironment,
  seriesEnvironment,
  type SignalType,
  triggerEnvironment,
} from "../src/adapt/expression/environment.ts";
import { type Expression, expressionParts } from "../src/adapt/expression/expression.ts";
import { expressionIssue } from "../src/adapt/expression/expression_issue.ts";
import { parseExpression } from "../src/adapt/expression/parse_expression.ts";
import { unitOf } from "../src/adapt/expression/unit_of.ts";

const SIGNALS = new Map<string, SignalType>([
  ["diode", {}],
  ["lockin.X", {}],
  ["camera", { shape: [48, 64] }],
  ["wave", { shape: [5], dtype: "complex128" }],
]);
const point = pointEnvironment(SIGNALS, ["dark"]);
const refusal = (text: string, environment = point) =>
  assertThrows(() => compileExpression(text, environment, "derive.a"), InputError).issues.map((issue) => issue.message);

/** The tree as a fully parenthesised text. */
function grouped(node: Expression): string {
  const parts = expressionParts(node).map(grouped);
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "name":
      return node.name;
    case "unary":
      return `(${node.operator} ${parts[0]})`;
    case "binary":
      return `(${parts.join(` ${node.operator} `)})`;
    case "compare":
      return `(${parts.reduce((text, part, k) => `${text} ${node.operators[k - 1]} ${part}`)})`;
    case "among":
      return `(${parts[0]} ${node.negated ? "not in" : "in"} ${node.labels.map(({ label }) => label).join("|")})`;
    case "logic":
      return `(${parts.join(` ${node.operator} `)})`;
    case "choice":
      return `(${parts[0]} if ${parts[1]} else ${parts[2]})`;
    case "call":
      return `${node.name}(${parts.join(", ")})`;
    case "index":
      return `${parts[0]}[${
        node.items.map((item) => item.kind === "at" ? item.index : `${item.start}:${item.stop}:${item.step}`)
      }]`;
  }
}

Deno.test("expressions are grouped as Python groups them", () => {
  const cases = {
    "not a and b or c": "(((not a) and b) or c)",
    "a and not b or not not c": "((a and (not b)) or (not (not c)))",
    "not a < b and c": "((not (a < b)) and c)",
    "not (a or b) and c": "((not (a or b)) and c)",
    "a or b if c and not d else e": "((a or b) if (c and (not d)) else e)",
    "(a < b) < c <= d": "((a < b) < c <= d)",
    "-a ** -b": "(- (a ** (- b)))",
    "a - b - c * d": "((a - b) - (c * d))",
    "f(a, (b), c.d)[1:, -2]": "f(a, b, c.d)[1:undefined:1,-2]",
    "a +\n b": "(a + b)",
    "max(a, b,)": "max(a, b)",
    "not s == 'on' and a": "((not (s in on)) and a)",
    "a > 1 and 'on' != s.t or b": "(((a > 1) and (s.t not in on)) or b)",
    'not f in ("red", "it\'s") and a': "((not (f in red|it's)) and a)",
    "f not in ['red'] if f in ('blue') else a": "((f not in red) if (f in blue) else a)",
  };
  for (const [text, expected] of Object.entries(cases)) assertEquals(grouped(parseExpression(text)), expected, text);
});

Deno.test("every part of a tree knows its place in the text", () => {
  const text = "hypot(lockin.X, 2 * diode) if camera[3] > 1 else -nan";
  const places: string[] = [];
  (function visit(node: Expression): void {
    places.push(text.slice(node.from, node.to));
    expressionParts(node).forEach(visit);
  })(parseExpression(text));
  assertEquals(places, [
    text,
    "hypot(lockin.X, 2 * diode)",
    "lockin.X",
    "2 * diode",
    "2",
    "diode",
    "camera[3] > 1",
    "camera[3]",
    "camera",
    "1",
    "-nan",
    "nan",
  ]);
});

Deno.test("what is wrong is named with its column, what was found and what is allowed", () => {
  const cases: Record<string, readonly [number, string]> = {
    "": [1, "the expression is empty"],
    "  \n": [1, "the expression is empty"],
    "diode +": [8, "the expression ends too early; allowed: numbers"],
    "diode > 5 lockin.X": [11, '"lockin.X" is not expected here'],
    "diode = 5": [1, '"diode = 5" is not allowed; an expression sets nothing: == compares'],
    "1 + 'open'": [5, `"'open'" is not allowed; a text is compared with a signal of labels by ==, != or in`],
    "diode ~ 3": [7, '"~" is not expected here'],
    "diode & 1 > 0": [7, '"&" is not allowed; bits are not for measurements: use and, or, not; powers are **'],
    "diode and": [10, "the expression ends too early"],
    "diode == not diode": [10, '"not" is not expected here; put it into parentheses'],
    "diode in camera": [10, 'after in stand labels, as in filter in ("red", "blue")'],
    "diode in ()": [10, "after in stand labels"],
    "diode in (1, 2)": [11, "a label stands in one pair of quotes; received 1"],
    "diode == 'a' == 'b'": [10, "a chain of comparisons takes numbers: compare a label by itself"],
    "0 < diode != 'a'": [14, "a chain of comparisons takes numbers"],
    "'a' == 'b'": [8, "\"'b'\" is not allowed"],
    "diode in ('a', 'b') == 1": [1, "diode in ('a', 'b') stands in a chain"],
    "diode >= 'a'": [10, "labels have no order, and >= is not for them: use == or !="],
    "diode == 'a\\n'": [10, "a label stands in one pair of quotes"],
    'diode == """a"""': [10, "a label stands in one pair of quotes"],
    "diode == b'a'": [10, "a label stands in one pair of quotes"],
    "diode == 'a' 'b'": [10, "\"'a' 'b'\" is not allowed"],
    "diode == 'open'": [10, "diode has no labels: compare it with a number"],
    "'open' != pi": [1, "pi has no labels: compare it with a number"],
    "diode + 1 == 'open'": [14, "this has no labels"],
    "shuter == 'open'": [1, 'there is no signal "shuter"'],
    "(1, 2)": [1, "one number or array is wanted, not several"],
    "min(1, None)": [8, '"None" is not allowed; None is no number'],
    "2j * diode": [1, '"2j" is not a real number'],
    "camera[diode]": [8, 'an index is a whole number, not "diode"'],
    "camera[1.5:3]": [8, 'an index is a whole number, not "1.5"'],
    "camera[::0]": [8, "a slice is start:stop or start:stop:step, the step not 0"],
    "camera[1:2:3:4]": [13, '":" is not expected here'],
    "camera[48]": [8, "48 is outside; allowed: -48 to 47"],
    "camera[0, 1, 2]": [14, "there are only 2 dimensions (48 × 64)"],
    "camera[5:5]": [8, "nothing is selected of 48"],
    "diode[0]": [1, "one number has no parts to select"],
    "diodes": [1, 'there is no signal "diodes"; did you mean "diode"? Allowed: diode, lockin.X, camera, wave'],
    "lockin.x": [1, 'there is no signal "lockin.x"; did you mean "lockin.X"?'],
    "3 * sqr(diode)": [5, 'there is no function "sqr"; did you mean "sqrt"?'],
    "hypot(diode)": [1, "hypot takes 2 arguments; 1 is given"],
    "mean(diode)": [6, "mean takes an array, not one number"],
    "brenner(camera[0])": [1, "brenner takes an image, not the shape 64"],
    "brenner(camera[:2])": [1, "brenner takes at least 3 × 3 pixels"],
    "1 + wave": [5, "these are complex numbers: say abs(…)"],
    "sum(wave)": [5, "these are complex numbers"],
    "wave[1]": [1, "these are complex numbers"],
    "real(diode)": [6, "real takes complex numbers"],
    "camera > 3 and diode": [1, "one number is wanted, not the shape 48 × 64: reduce it first"],
    "0 < camera < 3": [5, "a chain of comparisons takes numbers"],
    "1 if camera else 0": [6, "where(condition, then, otherwise) chooses element by element"],
    "sem(diode)": [1, "sem looks at several points: it can stand in a trigger or a fold, not here"],
    "last(diode)": [6, "last takes a signal of a pass, as in last(dark.spectrum)"],
    "(lambda: 1)()": [2, '"lambda: 1" is not allowed'],
    "camera(3)(4)": [1, "only functions can be called, by their names"],
    "sum(*camera)": [5, '"*" is not allowed'],
    "max(diode, x=3)": [13, '"=" is not allowed'],
    "diode not in camera": [14, "after in stand labels"],
    "abs(diode).real": [11, "only a name has parts after a dot"],
    "(diode for diode in camera)": [1, "is not allowed; allowed: numbers"],
    "camera[(1, 2)]": [8, "one number or array is wanted, not several"],
    "last(dark.wave, 0)": [17, "nothing can stand for complex numbers"],
    "sum(diod)": [5, 'there is no signal "diod"'],
    "diode # why": [7, '"# why" is not allowed; a comment has no place'],
  };
  for (const [text, [column, message]] of Object.entries(cases)) {
    const [first] = refusal(text);
    assert(first.startsWith(`column ${column} of `) && first.includes(message), `${text}: ${first}`);
  }
});

Deno.test("all unknown names and functions of an expression are reported together", () => {
  const messages = refusal("diod + foo(camer) * lockin.Z");
  assertEquals(
    messages.map((message) => /column (\d+)/.exec(message)![1]),
    ["1", "8", "12", "21"],
  );
});

Deno.test("an issue quotes the surroundings of a long text, and never a place beyond it", () => {
  const text = `${"diode + ".repeat(40)}diod`, [message] = refusal(text);
  assert(message.startsWith("column 321 of ") && message.length < 250 && message.includes("…diode + "), message);
  assertEquals(expressionIssue("p", "a", 9, "m").message, 'column 2 of "a": m');
});

Deno.test("columns are those of the text as it was written, line breaks and indents included", () => {
  assertEquals(
    refusal("\n  diode +\n\tdiod")[0].split(";")[0],
    'column 13 of "   diode +  diod": there is no signal "diod"',
  );
});

Deno.test("a signal whose name has a hyphen cannot be used, and the error says why", () => {
  const environment = pointEnvironment(new Map([["lock-amp", {}], ["b", {}]]));
  assert(
    refusal("lock-amp", environment)[0].endsWith(
      'there is no signal "lock"; "lock-amp" cannot stand here, where - is minus',
    ),
  );
});

Deno.test("series and triggers say how their functions are used", () => {
  const series = seriesEnvironment(SIGNALS), trigger = triggerEnvironment(SIGNALS, "x");
  assert(
    refusal("diode > 5", series)[0].includes(
      '"diode" is a series of points here: say what of it, as in mean(diode) or last(diode)',
    ),
  );
  assert(refusal("mean(max(diode))", series)[0].includes("column 6"));
  assert(refusal("mean(diode, 0)", trigger)[0].includes("column 13"));
  assert(refusal("mean(diode, lockin.X)", trigger)[0].includes("a number known before the run is wanted here"));
  assert(refusal("slope(diode, 1)", trigger)[0].includes("at least 2 points make a slope, not 1"));
  assert(refusal("mean(diode, -3)", trigger)[0].includes("at least 1, is wanted, not -3"));
  assert(refusal("at_max(diode, camera)", series)[0].includes("column 15"));
  assert(refusal("first()", trigger)[0].includes("first takes first(signal); 0 are given"));
  assert(refusal("slope(diode)", triggerEnvironment(SIGNALS))[0].includes("slope"));
  assert(refusal("sum(camera)", series)[0].includes("say what of it, as in mean(sum(…))"));
  assertThrows(
    () => compileNumber("camera", point, "plan.until"),
    InputError,
    'plan.until: column 1 of "camera": one number is wanted',
  );
});

Deno.test("nothing of JavaScript or Python can be reached from an expression", () => {
  const attempts = [
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "prototype",
    "this",
    "globalThis",
    "Deno",
    "window",
    "process",
    "eval",
    "arguments",
    "constructor.constructor",
    "diode.constructor",
    "diode.__proto__.x",
    "camera.data",
    "camera.shape",
    "lockin.constructor",
    "lockin",
    "constructor(1)",
    "toString()",
    "__proto__(1)",
    "valueOf()",
    "eval(1)",
    "Function(1)",
    "hasOwnProperty(diode)",
    "diode.constructor(1)",
    "sum.call(camera)",
    "__import__('os')",
    "open('x')",
    "().__class__",
    "[].pop()",
    "{}",
    "f'{diode}'",
    "`1`",
    "${1}",
    "1; 2",
    "import os",
    "lambda: 0",
    "(yield)",
    "await diode",
    "[x for x in camera]",
    "diode := 3",
    "del diode",
    "camera[constructor]",
    "camera['data']",
    "last(constructor.diode)",
    "last(dark.constructor)",
    "last(__proto__.toString)",
    "last(dark.__proto__)",
  ];
  for (const environment of [point, seriesEnvironment(SIGNALS), triggerEnvironment(SIGNALS, "x")]) {
    for (const text of attempts) assert(/^column \d+/.test(refusal(text, environment)[0]), text);
  }
  assertEquals(Object.keys({}).length, 0);
});

const WORDS =
  "diode camera lockin.X 1 2.5 0x 1e ( ) [ ] , : + - * / // % ** < <= == != = and or not if else in is sum( hypot( last( nan . .. ' \" # \\ lambda await print { } @ ~ | ^ & -> ; \n \t é 𝛼 \0"
    .split(" ");
const soup = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(" ")),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
);

Deno.test("whatever the text, it is read or refused with an InputError that names a column", () => {
  fc.assert(
    fc.property(soup, (text) => {
      for (const environment of [point, triggerEnvironment(SIGNALS, "x")]) {
        try {
          const compiled = compileExpression(text, environment), got = compiled.evaluate(() => 1);
          assert(typeof got === "number" || got.shape.length > 0);
          unitOf(compiled.expression, () => "V");
        } catch (error) {
          assert(error instanceof InputError, `${JSON.stringify(text)}: ${error}`);
          for (const { message } of error.issues) assert(/^column \d+ of "/.test(message), message);
        }
      }
    }),
    { numRuns: 3000, seed: 3 },
  );
});

Deno.test("long and deep texts are refused, and those just short of it are read", () => {
  const deep = (levels: number) => "(".repeat(levels) + "1" + ")".repeat(levels);
  assertEquals(compileExpression(deep(150), point).evaluate(() => 0), 1);
  for (
    const text of [
      deep(1900),
      "-".repeat(3999) + "1",
      "1+".repeat(1999) + "1",
      "not ".repeat(900) + "1",
      "1".padEnd(4001),
      "[".repeat(3000),
      "f(".repeat(1500),
    ]
  ) {
    try {
      compileExpression(text, point);
    } catch (error) {
      assert(error instanceof InputError, `${text.slice(0, 10)}: ${error}`);
    }
  }
  assertEquals(compileExpression(Array(150).fill("diode").join(" + "), point).evaluate(() => 1), 150);
  assertEquals(compileExpression(Array(250).fill("diode").join(" and "), point).evaluate(() => 1), 1);
});

Deno.test("units of products, ratios and powers are written out, and left out where they cannot be said", () => {
  const units: Record<string, string> = { diode: "V", ref: "V", power: "W", T: "1" };
  const cases = {
    "diode + ref": "V",
    "diode + power": "",
    "diode - 3": "V",
    "-diode * 2": "V",
    "diode * ref": "V*V",
    "diode * ref * power": "(V*V)*W",
    "diode / ref": "1",
    "diode / power": "V/W",
    "power / (diode * ref)": "W/(V*V)",
    "100 * mean(diode) / power": "V/W",
    "diode / unknown": "",
    "var(diode)": "",
    "diode / 2 + ref": "V",
    "2 / diode": "1/V",
    "max(diode, ref, 3)": "V",
    "hypot(diode, ref)": "V",
    "mean(camera)": "",
    "std(diode) > 3": "1",
    "not diode": "1",
    "log10(diode / ref)": "1",
    "atan2(diode, ref)": "rad",
    "degrees(atan(T))": "degree",
    "diode ** 2": "V^2",
    "diode ** 0.5": "",
    "diode ** T": "",
    "T ** 2": "1",
    "T * diode": "V",
    "where(power > 3, diode, ref)": "V",
    "diode if power > 3 else nan": "V",
    "last(dark.power)": "",
    "at_max(diode, power)": "V",
    "mean(diode, 5)": "V",
    "diode[3:4]": "V",
    "2 * 3": "1",
    "unknown + 1": "",
  };
  for (const [text, unit] of Object.entries(cases)) {
    assertEquals(unitOf(parseExpression(text), (name) => units[name] ?? ""), unit, text);
  }
});
