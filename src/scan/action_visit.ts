import { labelsAmong } from "../adapt/expression/among_labels.ts";
import { compileNumber } from "../adapt/expression/compile_expression.ts";
import { CONSTANTS } from "../adapt/expression/elementwise.ts";
import { pointEnvironment, type SignalType } from "../adapt/expression/environment.ts";
import { type Expression, expressionParts } from "../adapt/expression/expression.ts";
import { parseExpression } from "../adapt/expression/parse_expression.ts";
import { goodReading } from "../adapt/good_reading.ts";
import type { OwnAction } from "../core/around_plan.ts";
import type { Located, Path, Reply, Request, Summary } from "../core/path.ts";
import type { Point, Setpoints } from "../core/point.ts";
import { endEarly } from "./fold_visits.ts";
import type { LaidAction, LaidTake } from "./lay_out.ts";
import { pathTools } from "./path_tools.ts";
import type { Around } from "./walk.ts";

/** What an action has found, by name; places under the names of their axes. */
export type Finding = Readonly<Record<string, unknown>>;

/** Carries an action out, once a visit. */
export type ActionVisit = (around: Around) => Generator<Request, Finding, Reply>;

/** The names that an expression looks at. */
export function namesIn(expression: Expression): string[] {
  return expression.kind === "name" ? [expression.name] : expressionParts(expression).flatMap(namesIn);
}

/** The expressions of a take, each for the place of an axis. */
function finders({ action: { find = {} }, path }: LaidTake, read: ReadonlyMap<string, SignalType>) {
  return Object.entries(find as Readonly<Record<string, string>>).map(([axis, text]) => {
    const place = `${path}.find.${axis}`, expression = parseExpression(text, place), labels = labelsAmong(expression);
    const axes = namesIn(expression).filter((name) => !read.has(name) && !Object.hasOwn(CONSTANTS, name));
    const types = axes.map((name): [string, SignalType] => [name, { labels: labels.get(name) }]);
    const signals = new Map([...read, ...types]);
    return { axis, axes, compiled: compileNumber(text, pointEnvironment(signals), place) };
  });
}

/** The mean of the numbers that are any; NaN where there are none. */
function mean(values: readonly number[]): number {
  const found = values.filter(Number.isFinite);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Takes readings of a pass of their own, and says what is found from them: the mean over those that came out well. */
function takeVisit(take: LaidTake, read: ReadonlyMap<string, SignalType>): ActionVisit {
  const { action: { at = {}, num = 1 }, pass } = take, found = finders(take, read);
  const locate = [...new Set(found.flatMap(({ axes }) => axes))];
  return function* (around) {
    const setpoint = { ...around.setpoint, ...at as Setpoints }, values = found.map((): number[] => []);
    let places: Setpoints = {};
    if (locate.length) places = ((yield { kind: "move", setpoint, locate }) as Located).setpoint;
    for (let k = 0; k < num; k++) {
      const { name, read, keep } = pass, { index } = around;
      const point = (yield { kind: "measure", setpoint, index, pass: name, read, keep }) as Point;
      for (const [n, { compiled }] of found.entries()) {
        values[n].push(compiled.evaluate((name) => {
          return Object.hasOwn(places, name) && locate.includes(name) ? places[name] : goodReading(point, name);
        }));
      }
    }
    return Object.fromEntries(found.map(({ axis }, n) => [axis, mean(values[n])]));
  };
}

/** A generator of the user's own: its points are those of the action's pass. */
function* ownPath(make: OwnAction, pass: string, { index, setpoint: around }: Around, keep: boolean): Path {
  const path = (make as (tools: unknown) => Path)(pathTools);
  try {
    let next = path.next(undefined);
    while (!next.done) {
      const { value } = next;
      const request: Request = value.kind === "measure"
        ? { ...value, setpoint: { ...around, ...value.setpoint }, index, pass, keep }
        : value;
      next = path.next(yield request);
    }
    return next.value;
  } finally {
    yield* endEarly(path);
  }
}

function* finding(path: Path): Generator<Request, Finding, Reply> {
  return (yield* path) ?? {} as Summary;
}

/**
 * How actions are carried out.
 *
 * @param planned carries out a plan, and says what it has found
 * @param of what there is to be looked at where these detectors are read
 */
export function actionVisit(
  action: LaidAction,
  planned: (action: Extract<LaidAction, { kind: "plan" }>) => ActionVisit,
  of: (read: readonly string[]) => ReadonlyMap<string, SignalType>,
): ActionVisit {
  switch (action.kind) {
    case "set": {
      const { setpoint, deadlineMs } = action.action;
      return function* () {
        yield { kind: "move", setpoint: setpoint as Setpoints, deadlineMs };
        return {};
      };
    }
    case "take":
      return takeVisit(action, of(action.action.read));
    case "plan":
      return planned(action);
    case "own":
      return (around) => finding(ownPath(action.make, action.pass.name, around, action.pass.keep));
  }
}
