import { InputError } from "../../core/errors.ts";
import { Frame, type Reading } from "../../core/point.ts";
import type { Compiled, Evaluation } from "./compiled.ts";
import { Compiler, type Part, type Scalar } from "./compiler.ts";
import type { Environment, Lookup } from "./environment.ts";
import type { Expression } from "./expression.ts";
import { ExpressionFault, expressionIssue, withColumns } from "./expression_issue.ts";
import type { Gathering } from "./gatherers.ts";
import { parseExpression } from "./parse_expression.ts";
import { countOf, gatherInto, rowStarts, type View } from "./view.ts";

/** Gives the result at one point. */
type Result = (lookup: Lookup, gathered: readonly Gathering[]) => Reading;

const NOTHING: Lookup = () => undefined;

/**
 * Makes an expression ready to be evaluated: names and functions are found, shapes are checked, and what can be known
 * before the run is worked out once. No code of the text ever runs.
 *
 * @param expression its text, or the tree that `parseExpression` made of `text`
 * @param path where it stands, for errors
 * @throws InputError that names every unknown signal and function with its column, or else the first thing amiss
 * @example
 * ```ts
 * import { compileExpression } from "./compile_expression.ts";
 * const signals = new Map([["lockin.X", {}], ["lockin.Y", {}], ["camera", { shape: [480, 640] }]]);
 * const r = compileExpression("hypot(lockin.X, lockin.Y)", { signals });
 * console.assert(r.evaluate((name) => name === "lockin.X" ? 3 : 4) === 5);
 * console.assert(compileExpression("camera[200:260, 300:360] - 100", { signals }).shape.join() === "60,60");
 * ```
 */
export function compileExpression(text: string, environment: Environment, path = "expression"): Compiled {
  const expression = parseExpression(text, path), compiler = new Compiler(environment);
  const part = compileTree(compiler, expression, text, path);
  const view = typeof part === "function" ? undefined : part;
  const result = view ? frameResult(view) : part as Scalar;
  const start = (): Evaluation => {
    const gathered = compiler.gatherings.map((one) => one.start());
    let latest = NOTHING;
    return {
      add(lookup) {
        latest = lookup;
        compiler.gatherings.forEach((one, k) => one.add(gathered[k], lookup, gathered));
      },
      value: () => result(latest, gathered),
    };
  };
  const evaluate = (lookup: Lookup): Reading => {
    if (compiler.gatherings.length === 0) return result(lookup, []);
    const one = start();
    one.add(lookup);
    return one.value();
  };
  const { signals, remembers } = compiler;
  return { text, expression, shape: view?.shape ?? [], ...directionsOf(view), signals, remembers, evaluate, start };
}

/**
 * The same where only a number will do: conditions, and what a `fold` gives.
 *
 * @throws InputError also for an expression that gives an array
 * @example
 * ```ts
 * import { compileNumber } from "./compile_expression.ts";
 * import { seriesEnvironment } from "./environment.ts";
 * const until = compileNumber("sem(dR) < 1e-5 or n(dR) >= 3", seriesEnvironment(new Map([["dR", {}]])), "plan.until");
 * const series = until.start(); // one a series of points
 * for (const dR of [0.1, 0.3, NaN]) series.add(() => dR);
 * console.assert(series.value() === 0);
 * series.add(() => 0.2);
 * console.assert(series.value() === 1);
 * ```
 */
export function compileNumber(text: string, environment: Environment, path = "expression"): Compiled<number> {
  const compiled = compileExpression(text, environment, path);
  if (compiled.shape.length === 0) return compiled as Compiled<number>;
  const message = `one number is wanted, not the shape ${compiled.shape.join(" × ")}: reduce it, as in max(…)`;
  throw new InputError([expressionIssue(path, text, compiled.expression.from, message)]);
}

/** Compiles; names and functions that do not exist are reported together. */
function compileTree(compiler: Compiler, expression: Expression, text: string, path: string): Part {
  const { faults } = compiler;
  let part: Part | undefined;
  try {
    part = compiler.whole(expression);
  } catch (error) {
    // after an unknown name, what is amiss may be no more than its consequence
    if (!(error instanceof ExpressionFault)) throw error;
    if (!faults.length) {
      return withColumns(path, text, () => {
        throw error;
      });
    }
  }
  if (faults.length === 0 && part) return part;
  throw new InputError(faults.map((fault) => expressionIssue(path, text, fault.from, fault.message)));
}

/** An array as a frame in memory that every result uses again. */
function frameResult(view: View): Result {
  let frame: Frame | undefined;
  if (view.own) {
    return (lookup, gathered) => {
      const numbers = view.load(lookup, gathered) as Float64Array;
      return frame ??= new Frame(numbers, view.shape);
    };
  }
  const out = new Float64Array(countOf(view.shape)), starts = rowStarts(view);
  return (lookup, gathered) => {
    gatherInto(out, view, starts, view.load(lookup, gathered));
    return frame ??= new Frame(out, view.shape);
  };
}

/** Names and coordinates of the result's directions, where all of them have names and no name stands twice. */
function directionsOf(view: View | undefined): Pick<Compiled, "dimensions" | "coordinates"> {
  const names = view?.directions.map((direction) => direction.name) ?? [];
  if (!view || names.length === 0 || names.includes(undefined) || new Set(names).size < names.length) return {};
  const kept = view.directions.flatMap(({ name, coordinate }) => coordinate ? [[name, coordinate]] : []);
  return { dimensions: names as string[], ...kept.length ? { coordinates: Object.fromEntries(kept) } : {} };
}
