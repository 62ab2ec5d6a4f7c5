import type { SignalType } from "../adapt/expression/environment.ts";
import type { Located, MeasureRequest, Path, Reply, Request, Summary } from "../core/path.ts";
import type { Point, Setpoints } from "../core/point.ts";
import { foldRecipe, type FoldSeries } from "./fold_recipe.ts";
import { innerLaid, type Laid, type LaidFold, ownPasses } from "./lay_out.ts";
import { skippedPoint } from "./skipped_point.ts";
import { type Around, Life } from "./walk.ts";

/** What comes of a fold: what the plan inside has found, and the point that stands for it. */
export interface Folded {
  readonly summary: Summary;
  readonly point: Point;
}

/** The paths of a fold, one a visit. */
export type FoldVisits = (around: Around) => Generator<Request, Folded, Reply>;

/**
 * Carries the plan inside out, and hands each of its points to the series; ends it early when enough is known.
 *
 * @param passes the plan's own; what is measured around it in between is no part of the series
 */
function* gather(path: Path, series: FoldSeries, passes: ReadonlySet<string>, life: Life): Path {
  try {
    let next = path.next(undefined);
    while (!next.done) {
      const request = next.value, reply = isNothing(request) ? skippedPoint(request) : yield request;
      const counts = request.kind === "measure" && passes.has(request.pass ?? "pass_0");
      if (counts && series.add(reply as Point)) {
        life.end();
        return yield* endEarly(path);
      }
      next = path.next(reply);
    }
    return next.value;
  } finally {
    // Left by `return` or `throw` from outside: the plan inside puts back what it moved.
    yield* endEarly(path);
  }
}

/** Whether nobody has to do anything: a point that is neither measured nor stored. */
function isNothing(request: Request): request is MeasureRequest {
  return request.kind === "measure" && request.skip === true && request.keep === false;
}

/** Ends a path; what it does to put things back is still done. */
export function* endEarly(path: Path): Path {
  let next = path.return({});
  while (!next.done) next = path.next(yield next.value);
  return next.value;
}

/** The paths of a fold: the plan inside, then one point that carries what came of it. */
export function foldVisits(
  laid: LaidFold,
  inner: (around: Around) => Path,
  signals: ReadonlyMap<string, SignalType>,
): FoldVisits {
  const { plan, pass } = laid, recipe = foldRecipe(laid, signals), inside = plan.keep !== false;
  const passes = innerPasses(laid.inner),
    moved = axesIn(laid.inner),
    lent = Object.keys(plan.at ?? {}).filter((axis) => !moved.has(axis));
  /** Where the axes of `at` belong: they are elsewhere for the fold's own point only. */
  let home: Setpoints = {};
  /** Also when the run is broken off: a shutter that was opened for the point is closed. */
  function* putBack(): Generator<Request, void, Reply> {
    if (lent.length) yield { kind: "move", setpoint: home, always: true };
  }
  return function* (around) {
    const { index, name, keep } = around.as
      ? { ...around.as, name: around.as.pass, keep: true }
      : { index: around.index, name: pass!.name, keep: pass!.keep };
    const at = { kind: "measure", index, pass: name, keep, read: plan.read ?? [] } as const;
    if (around.skip) {
      return { summary: {}, point: (yield { ...at, setpoint: around.setpoint, skip: true }) as Point };
    }
    if (lent.some((axis) => !Object.hasOwn(home, axis))) {
      home = ((yield { kind: "move", setpoint: {}, locate: lent }) as Located).setpoint;
    }
    if (!inside) {
      const known = (yield { kind: "recall", pass: name, index, setpoint: around.setpoint }) as Point | undefined;
      if (known) {
        yield* putBack();
        return { summary: recipe.summaryOf(known), point: known };
      }
    }
    const series = recipe.begin(), life = new Life(around.life), path = inner({ ...around, life, as: undefined });
    const summary = (yield* gather(path, series, passes, life)) ?? {};
    if (around.life.ended) return { summary, point: skippedPoint({ ...at, setpoint: around.setpoint }) };
    const setpoint = { ...around.setpoint, ...plan.at as Setpoints, ...recipe.go(summary) };
    try {
      const point = (yield { ...at, setpoint, give: recipe.give(summary, series) }) as Point;
      return { summary, point };
    } finally {
      yield* putBack();
    }
  };
}

/** The axes that the points of a part of a plan name: they are where those want them. */
function axesIn(laid: Laid): Set<string> {
  const own = laid.kind === "around" ? [] : ownPasses(laid).flatMap(({ axes }) => axes);
  return new Set([...own, ...innerLaid(laid).flatMap((part) => [...axesIn(part)])]);
}

/** The names of the passes of a plan, but not those of what is done around parts of it. */
export function innerPasses(laid: Laid): Set<string> {
  const own = laid.kind === "around" ? [] : ownPasses(laid).map(({ name }) => name);
  return new Set([...own, ...innerLaid(laid).flatMap((part) => [...innerPasses(part)])]);
}
