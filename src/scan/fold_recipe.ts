import { compileNumber } from "../adapt/expression/compile_expression.ts";
import type { Compiled, Evaluation } from "../adapt/expression/compiled.ts";
import { type Environment, type Lookup, seriesEnvironment, type SignalType } from "../adapt/expression/environment.ts";

import { goodReading } from "../adapt/good_reading.ts";
import type { Summary } from "../core/path.ts";
import type { Point, Setpoint } from "../core/point.ts";
import { axisTypes } from "./axis_types.ts";
import { innerLaid, type Laid, type LaidFold, ownPasses } from "./lay_out.ts";

/** The points inside a fold, as far as its expressions need them. */
export interface FoldSeries {
  /** Takes a point in, and says whether enough is known. */
  add(point: Point): boolean;
  /** The results so far, in the order of the recipe's expressions. */
  values(): readonly number[];
}

/** What a fold does with what is inside of it. */
export interface FoldRecipe {
  /** A series without points. */
  begin(): FoldSeries;
  /** Where the axes go then; those whose place was not found are left out. */
  go(found: Summary): Readonly<Record<string, Setpoint>>;
  /** What the point carries. */
  give(found: Summary, series: FoldSeries): Readonly<Record<string, number>>;
  /** What was found, as far as the point that carries it tells. */
  summaryOf(point: Point): Summary;
}

/** The signals that the points of a tree have, beside what is read: numbers that folds give, and its axes. */
export function innerSignals(laid: Laid, read: ReadonlyMap<string, SignalType>): Map<string, SignalType> {
  const signals = new Map(read),
    inside = (part: Laid): void => {
      for (const pass of part.kind === "around" ? [] : ownPasses(part)) {
        for (const [axis, type] of axisTypes(pass)) signals.set(axis, type);
        for (const { name } of pass.gives) signals.set(name, {});
      }
      innerLaid(part).forEach(inside);
    };
  inside(laid);
  return signals;
}

function lookupIn(point: Point): Lookup {
  return (name) => {
    return point.setpoint[name] ?? goodReading(point, name);
  };
}

function isGood({ quality }: Point): boolean {
  return quality === "good" || quality === "retried";
}

function numberIn(found: Summary, name: string): number {
  const value = found[name];
  return typeof value === "number" ? value : NaN;
}

/** Where a fold's expressions stand in the plan, each with its text. */
function goExpressions({ plan, finds, path }: LaidFold): { axis: string; compiled: Compiled<number> }[] {
  const { go = {} } = plan, environment: Environment = { signals: new Map(finds.map(({ name }) => [name, {}])) };
  const texts = Array.isArray(go) ? go.map((axis): [string, string] => [axis, axis]) : Object.entries(go);
  return texts.map(([axis, text]) => ({
    axis,
    compiled: compileNumber(text as string, environment, Array.isArray(go) ? `${path}.go` : `${path}.go.${axis}`),
  }));
}

/**
 * Compiles what a fold says of its points.
 *
 * @param read what is read at the points inside
 * @throws InputError for an expression that is wrong, with its column
 */
export function foldRecipe(laid: LaidFold, read: ReadonlyMap<string, SignalType>): FoldRecipe {
  const { plan, path, gives } = laid, go = goExpressions(laid);
  const environment = seriesEnvironment(innerSignals(laid.inner, read));
  const isField = (text: string) => laid.finds.some(({ name }) => name === text);
  const taken = gives.map(({ name, from }) => {
    if ("field" in from) return { name, field: from.field };
    if (isField(from.expression)) return { name, field: from.expression };
    const place = Array.isArray(plan.give) ? `${path}.give` : `${path}.give.${name}`;
    return { name, compiled: compileNumber(from.expression, environment, place) };
  });
  const until = plan.until === undefined ? undefined : compileNumber(plan.until, environment, `${path}.until`);
  const expressions = taken.flatMap(({ compiled }) => compiled ? [compiled] : []);
  return {
    begin: () => newSeries(expressions, until, plan.budgetMs),
    go(found) {
      const places = go.map(({ axis, compiled }): [string, number] => [
        axis,
        compiled.evaluate((name) => numberIn(found, name)),
      ]);
      return Object.fromEntries(places.filter(([, place]) => Number.isFinite(place)));
    },
    give(found, series) {
      const values = series.values();
      let k = 0;
      return Object.fromEntries(
        taken.map(({ name, field }) => [name, field === undefined ? values[k++] : numberIn(found, field)]),
      );
    },
    summaryOf: (point) =>
      Object.fromEntries(taken.flatMap(({ name, field }) => field === undefined ? [] : [[field, point.reading[name]]])),
  };
}

function newSeries(
  expressions: readonly Compiled<number>[],
  until: Compiled<number> | undefined,
  budgetMs = Infinity,
): FoldSeries {
  const evaluations: Evaluation<number>[] = expressions.map((compiled) => compiled.start()), end = until?.start();
  let firstMs: number | undefined;
  return {
    add(point) {
      if (point.quality !== "skipped") firstMs ??= point.timestampMs;
      const spent = firstMs !== undefined && point.timestampMs - firstMs >= budgetMs;
      if (!isGood(point)) return spent;
      const lookup = lookupIn(point);
      for (const evaluation of evaluations) evaluation.add(lookup);
      end?.add(lookup);
      return spent || end !== undefined && end.value() > 0;
    },
    values: () => evaluations.map((evaluation) => evaluation.value()),
  };
}
