import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Frame, type Reading } from "../src/core/point.ts";
import { compileExpression } from "../src/adapt/expression/compile_expression.ts";
import { pointEnvironment, type SignalType } from "../src/adapt/expression/environment.ts";
import { python } from "./python.ts";

/** Readings of both sides: Python is given the same numbers as arrays of the same types. */
const READINGS: Readonly<Record<string, Reading>> = {
  a: 2.5,
  b: -3,
  zero: 0,
  bad: NaN,
  image: new Frame(Uint16Array.from({ length: 35 }, (_, i) => (i * 7919) % 1000), [5, 7]),
  other: new Frame(Float32Array.from({ length: 35 }, (_, i) => Math.fround(Math.sin(i) * 3)), [5, 7]),
  row: new Frame(Int8Array.of(-3, -2, -1, 0, 1, 2, 3), [7]),
  column: new Frame(BigInt64Array.of(1n, -2n, 3n, 4n, 5n), [5, 1]),
  cube: new Frame(Float64Array.from({ length: 24 }, (_, i) => Math.cos(i * i)), [2, 3, 4]),
  wave: new Frame(Float32Array.of(3, 4, 0, -1, 1, 0, -2, -2), [4]),
};
const DTYPES: Readonly<Record<string, SignalType["dtype"]>> = { image: "uint16", column: "int64", wave: "complex64" };
const SIGNALS = new Map(
  Object.entries(READINGS).map(([name, reading]): [string, SignalType] => [
    name,
    typeof reading === "number" ? {} : { shape: reading.shape, dtype: DTYPES[name] },
  ]),
);
const environment = pointEnvironment(SIGNALS);

/** The judge: the same text, evaluated by Python over numpy's functions. Integer arrays count as doubles, as they do for us. */
const JUDGE = `
import numpy as np
warnings.simplefilter("ignore")
np.seterr(all="ignore")
def array(r):
    x = np.array(r["data"], dtype=float)
    return (x[0::2] + 1j * x[1::2]).reshape(r["shape"]) if r["complex"] else x.reshape(r["shape"])
names = {k: (np.float64(v) if not isinstance(v, dict) else array(v)) for k, v in data["readings"].items()}
def many(pairs, reduction):
    return lambda *xs: reduction(xs[0]) if len(xs) == 1 else __import__("functools").reduce(pairs, xs)
def centroid(axis):
    return lambda x: (x * np.arange(x.shape[axis]).reshape([-1 if k == axis % x.ndim else 1 for k in range(x.ndim)])).sum() / x.sum()
functions = dict(abs=np.abs, sqrt=np.sqrt, exp=np.exp, log=np.log, log10=np.log10, log2=np.log2, sin=np.sin, cos=np.cos, tan=np.tan,
    asin=np.arcsin, acos=np.arccos, atan=np.arctan, atan2=np.arctan2, hypot=np.hypot, min=many(np.minimum, np.min), max=many(np.maximum, np.max),
    clip=lambda x, lo, hi: np.minimum(np.maximum(x, lo), hi), round=np.round, floor=np.floor, ceil=np.ceil, sign=np.sign, degrees=np.degrees,
    radians=np.radians, isnan=np.isnan, where=np.where, sum=np.sum, mean=np.mean, median=np.median, std=np.std, var=np.var, argmax=np.argmax,
    argmin=np.argmin, real=np.real, imag=np.imag, angle=np.angle, pi=np.pi, nan=np.nan, inf=np.inf,
    centroid_x=centroid(-1), centroid_y=centroid(-2))
import ast
class Doubles(ast.NodeTransformer):
    """Every number and every comparison is a double, as it is for us; indices stay what they are."""
    def call(self, node): return ast.Call(ast.Name("double", ast.Load()), [node], [])
    def visit_Constant(self, node): return self.call(node)
    def visit_Compare(self, node): return self.call(self.generic_visit(node))
    def visit_UnaryOp(self, node):
        node = self.generic_visit(node)
        return self.call(node) if isinstance(node.op, ast.Not) else node
    def visit_Subscript(self, node):
        node.value = self.visit(node.value)
        return node
functions["double"] = lambda x: np.asarray(x, dtype=float)[()]
def judge(text):
    tree = ast.fix_missing_locations(Doubles().visit(ast.parse(text, mode="eval")))
    try:
        x = eval(compile(tree, "", "eval"), {"__builtins__": {}, **functions, **names})
    except (ValueError, IndexError, TypeError) as e:
        return {"error": str(e)}
    x = np.asarray(x, dtype=float)
    return {"shape": list(x.shape), "data": x.ravel().tolist()}
print(json.dumps([judge(t) for t in data["texts"]]))
`;

interface Judged {
  readonly error?: string;
  readonly shape: number[];
  readonly data: number[];
}

function forPython(reading: Reading): unknown {
  if (typeof reading === "number") return reading;
  const { data, shape } = reading;
  return { data: Array.from(data as Float64Array, Number), shape, complex: reading === READINGS.wave };
}

function judged(texts: readonly string[]): Promise<Judged[]> {
  const readings = Object.fromEntries(Object.entries(READINGS).map(([name, reading]) => [name, forPython(reading)]));
  return python<Judged[]>(JUDGE, { texts, readings });
}

/** Equal but for the last digits: libraries differ there in exp, sin, … and in the order of sums. */
function close(got: number, expected: number, scale: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (!Number.isFinite(expected)) return got === expected;
  return Math.abs(got - expected) <= 1e-12 * Math.max(Math.abs(expected), scale, 1e-290);
}

async function assertAsNumpy(texts: readonly string[]): Promise<void> {
  for (const [k, expected] of (await judged(texts)).entries()) {
    assert(expected.error === undefined, `numpy refuses ${texts[k]}: ${expected.error}`);
    const compiled = compileExpression(texts[k], environment), got = compiled.evaluate((name) => READINGS[name]);
    assertEquals([...compiled.shape], expected.shape, texts[k]);
    const numbers = typeof got === "number" ? [got] : [...got.data as Float64Array];
    const scale = Math.max(...expected.data.map(Math.abs).filter(Number.isFinite), 0);
    for (const [i, number] of numbers.entries()) {
      assert(close(number, expected.data[i], scale), `${texts[k]}[${i}]: ${number} instead of ${expected.data[i]}`);
    }
  }
}

Deno.test("arithmetic, slices, reductions and functions give what numpy gives", () =>
  assertAsNumpy([
    "-2 ** 2",
    "2 ** -1",
    "2 ** 3 ** 2",
    "-7 // 2",
    "-7 % 3",
    "7 % -3",
    "-7.5 // 0.1",
    "5.5 % inf",
    "-1 % inf",
    "1 / zero",
    "b / zero",
    "zero / zero",
    "b // zero",
    "b % zero",
    "1 ** nan",
    "(-1) ** inf",
    "b ** 0.5",
    "nan ** 0",
    "round(0.5)",
    "round(1.5)",
    "round(-2.5)",
    "round(2.5000001)",
    "round(1e300)",
    "1_000 + 0x10 + 0b11 + 0o17 + 1e-3 + .5",
    "a < 3 <= 3",
    "1 < a < 2",
    "not a",
    "not zero",
    "a == 2.5 and b == -3",
    "zero or a > 1",
    "a if b < 0 else zero",
    "True + True",
    "min(a, b, 7, zero)",
    "max(a, bad)",
    "hypot(3e200, 4e200)",
    "hypot(3e-200, 4e-200)",
    "hypot(inf, bad)",
    "atan2(-0.0, -1)",
    "sign(bad)",
    "image[0]",
    "image[-1]",
    "image[1:3]",
    "image[:, 2]",
    "image[::2, ::-1]",
    "image[-2:, -3:-1]",
    "image[4:0:-2]",
    "image[:100]",
    "image[1:4][1][2:4]",
    "cube[0, 1]",
    "cube[:, :, 1]",

    "cube[::-1, 1:, 2]",
    "cube[1, 2, 3]",
    "sum(cube[:, 1:])",
    "max(cube[1])",
    "cube - cube[0]",
    "image * row",
    "image + column",
    "column * row",
    "row ** 2",
    "image // 7",
    "image % 13 - row",
    "(image - row) / (column + 10)",
    "-image",
    "+row",
    "row > 0",
    "where(row > 0, row, -1)",
    "where(a > 3, image, 0)",
    "clip(row, -1, 2)",
    "clip(image, row * 10, 500)",
    "min(image, 500)",
    "max(row, zero, column)",
    "sum(image)",
    "mean(image[1:4, 2:6])",
    "median(image)",
    "median(image[:, 1:3])",
    "std(other)",
    "var(image)",
    "min(other)",
    "max(image[2])",
    "argmax(image)",
    "argmin(other[1:, ::2])",
    "argmax(other[:, ::-1])",
    "centroid_x(image)",
    "centroid_y(image[1:4, 2:])",
    "centroid_x(row + 4)",
    "sum(image * (image > 500))",
    "sum(where(other > 0, bad, other))",
    "argmax(where(row > 1, bad, row))",
    "median(where(row > 1, bad, row))",
    "max(a, b, image, row)",
    "min(image, 300, row, column, a)",
    "max(row, 1, a, b, zero)",
    "image if a > 3 else image - 1",
    "row[:1] * 2 if a > 2 else zero",
    "abs(wave)",
    "angle(wave)",
    "real(wave)[1:]",
    "imag(wave[::2])",
    "abs(wave[0])",
    "real(wave[-1])",
    "sum(abs(wave) ** 2)",
    "max(abs(wave))",
    "abs(b)",
    "image[3]",
    "sqrt(abs(other)) + log(image + 1) - exp(row)",
    "degrees(pi) - radians(180)",
    "isnan(bad) + isnan(a)",
    "floor(b / 2) + ceil(b / 2)",
  ]));

/** Random texts over scalars: the grammar of Python in small, with parentheses where chance puts them. */
const scalarText = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b", "zero", "3", "0.5", "7", "pi"),
    fc.tuple(tie("text"), fc.constantFrom("+", "-", "*", "/", "//", "%"), tie("text")).map((parts) => parts.join(" ")),
    fc.tuple(tie("text"), fc.constantFrom("<", "<=", ">", ">=", "==", "!="), tie("text")).map((parts) =>
      `(${parts.join(" ")})`
    ),
    tie("text").map((text) => `(${text})`),
    tie("text").map((text) => `-${text}`),
    fc.tuple(fc.constantFrom("abs", "sqrt", "sin", "cos", "atan", "floor", "ceil", "sign", "round"), tie("text")).map((
      [f, text],
    ) => `${f}(${text})`),
    fc.tuple(fc.constantFrom("hypot", "atan2", "min", "max"), tie("text"), tie("text")).map(([f, s, t]) =>
      `${f}(${s}, ${t})`
    ),
    fc.tuple(tie("text"), tie("text"), tie("text")).map(([s, c, t]) => `(${s} if (${c}) > 0 else ${t})`),
  ),
})).text;

Deno.test("random expressions of numbers are grouped and evaluated as Python does", () =>
  assertAsNumpy(fc.sample(scalarText, { numRuns: 1500, seed: 5 }).filter((text) => text.length < 600)));

/** Conditions without parentheses; Python's own `and` and `or` give an operand, so that only their truth is compared. */
const logicText = fc.letrec<{ text: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom(
    "a",
    "zero",
    "b > zero",
    "a < 3 < 4",
    "a > 2 == True",
    "1 - 1",
    "7 % 7 * 2",
    "a if zero else b",
    "(not a)",
  ),
  text: fc.oneof(
    { depthSize: "medium" },
    tie("leaf").map((leaf) => leaf.includes(" if ") ? `(${leaf})` : leaf),
    fc.tuple(tie("text"), fc.constantFrom("and", "or"), tie("text")).map((parts) => parts.join(" ")),
    tie("text").map((text) => `not ${text}`),
    fc.tuple(tie("text"), tie("text"), tie("text")).map(([s, c, t]) => `(${s} if ${c} else ${t})`),
  ),
})).text;

Deno.test("not, and, or and conditions bind as in Python", () =>
  assertAsNumpy(
    fc.sample(logicText, { numRuns: 1500, seed: 6 }).filter((text) => text.length < 600).map((text) => `not (${text})`),
  ));

const slice = fc.tuple(
  fc.option(fc.integer({ min: -9, max: 9 })),
  fc.option(fc.integer({ min: -9, max: 9 })),
  fc.option(fc.constantFrom(-3, -2, -1, 1, 2, 3)),
)
  .map(([start, stop, step]) => `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`);
const index = fc.oneof(slice, fc.integer({ min: -6, max: 6 }).map(String));

Deno.test("random slices select what numpy selects, and what it refuses or finds empty is refused", async () => {
  const texts = fc.sample(
    fc.tuple(
      fc.constantFrom("image", "other", "cube", "row", "(image * row)", "image[1:, ::-2]"),
      fc.array(index, { minLength: 1, maxLength: 3 }),
    ),
    { numRuns: 1000, seed: 7 },
  ).map(([name, items]) => `${name}[${items.join(", ")}]`);
  const expected = await judged(texts);
  const wrong = (k: number) => expected[k].error !== undefined || expected[k].data.length === 0;
  await assertAsNumpy(texts.filter((_, k) => !wrong(k)));
  for (const text of texts.filter((_, k) => wrong(k))) {
    let refused = "";
    try {
      compileExpression(text, environment);
    } catch (error) {
      refused = (error as Error).message;
    }
    assert(/^expression: column \d+ of /.test(refused), `${text} was not refused`);
  }
});

const arrayText = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(
      "image",
      "other",
      "row",
      "column",
      "a",
      "2",
      "image[1:2]",
      "other[:, ::-1]",
      "row[::-1]",
      "cube",
      "cube[:, :, :1]",
      "image[2]",
    ),
    fc.tuple(tie("text"), fc.constantFrom("+", "-", "*", "/", "<", ">="), tie("text")).map(([s, o, t]) =>
      `(${s} ${o} ${t})`
    ),
    fc.tuple(fc.constantFrom("abs", "sin", "floor", "-"), tie("text")).map(([f, text]) => `${f}(${text})`),
    fc.tuple(fc.constantFrom("where", "clip"), tie("text"), tie("text"), tie("text")).map(([f, ...args]) =>
      `${f}(${args.join(", ")})`
    ),
    fc.tuple(fc.constantFrom("min", "max", "hypot"), tie("text"), tie("text")).map(([f, ...args]) =>
      `${f}(${args.join(", ")})`
    ),
  ),
})).text;

Deno.test("random expressions of arrays broadcast as numpy does, and mismatches are refused where numpy refuses them", async () => {
  const texts = fc.sample(arrayText, { numRuns: 1000, seed: 8 }).filter((text) => text.length < 500);
  const expected = await judged(texts);
  await assertAsNumpy(texts.filter((_, k) => expected[k].error === undefined));
  let refusals = 0;
  for (const text of texts.filter((_, k) => expected[k].error !== undefined)) {
    try {
      compileExpression(text, environment);
      assert(false, `${text} was not refused`);
    } catch (error) {
      assert((error as Error).message.includes("does not go with"), `${text}: ${error}`);
      refusals++;
    }
  }
  assert(refusals > 50, `only ${refusals} of the expressions had a mismatch`);
});
