import { compileNumber } from "../adapt/expression/compile_expression.ts";
import { pointEnvironment, type SignalType } from "../adapt/expression/environment.ts";
import { InputError, type Issue, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig } from "../core/rig.ts";
import { dimensionNames } from "./occasion.ts";
import { actionsOf } from "./around_tree.ts";
import {
  type Laid,
  type LaidAction,
  type LaidAround,
  laidCore,
  laidIn,
  type LaidOut,
  type LaidTake,
  type Pass,
} from "./lay_out.ts";
import { allNames, type NamesInStore, wrongName } from "./name_issues.ts";
import type { KnownSignals } from "./signal_issues.ts";

function error(path: string, message: string, received: unknown, allowed?: string): Issue {
  return { path, message, received, allowed, severity: "error" };
}

/** All nodes of a kind that something is done around. */
function aroundsIn(laid: Laid): LaidAround[] {
  return [...laid.kind === "around" ? [laid] : [], ...laidIn(laid).flatMap(aroundsIn)];
}

/**
 * What is wrong with what is done around a plan, beside its axes, setpoints and detectors.
 *
 * @param names all other names of the store
 * @param streams what else is recorded, in groups of their own
 */
export function aroundIssues(
  { root, passes }: LaidOut,
  rig: Rig | undefined,
  known: KnownSignals,
  names: NamesInStore,
  streams: readonly string[] = [],
): Issue[] {
  const arounds = aroundsIn(root), takes = arounds.flatMap((laid) => actionsOf(laid).filter(isTake));
  return [
    ...arounds.flatMap((laid) => [...lineIssues(laid), ...correctIssues(laid, rig, names)]),
    ...takes.flatMap((take) => rig ? findIssues(take, rig, known) : []),
    ...takeNameIssues(takes, [...otherNames(passes), ...streams], names),
  ];
}

/** What stands in the store beside the readings that are taken. */
function otherNames(passes: readonly Pass[]): string[] {
  return passes.flatMap(({ name, taken, gives }) => [...taken ? [] : [name], ...gives.map((given) => given.name)]);
}

function isTake(action: LaidAction): action is LaidTake {
  return action.kind === "take";
}

function lineIssues({ every, inner }: LaidAround): Issue[] {
  const known = dimensionNames(inner);
  return every.flatMap(({ interlude: { line }, path }) => {
    if (line === undefined || known.includes(line)) return [];
    const message = `${show(line)} is no dimension of the plan; ${didYouMean(line, known)}`;
    return [error(`${path}.line`, message, line, known.join(", "))];
  });
}

/** The axes whose places an action finds; undefined where only its generator knows. */
function foundBy(action: LaidAction): readonly string[] | undefined {
  if (action.kind === "own") return undefined;
  if (action.kind === "take") return Object.keys(action.action.find ?? {});
  return action.kind === "plan" ? placesOf(action.laid) : [];
}

function placesOf(laid: Laid): string[] {
  const core = laidCore(laid);
  if (core.kind === "sampler") {
    return core.shape.summary.filter(({ name, axis }) => name === axis).map(({ name }) => name);
  }
  return core.kind === "fold" ? [...core.gives.map(({ name }) => name), ...placesOf(core.inner)] : [];
}

function correctIssues(laid: LaidAround, rig: Rig | undefined, { detectors }: NamesInStore): Issue[] {
  const { plan: { correct = [] }, path, corrects } = laid;
  const found = actionsOf(laid).map(foundBy), sure = found.every((axes) => axes !== undefined);
  const known = [...new Set(found.flatMap((axes) => axes ?? []))];
  return corrects.flatMap((axis, k) => {
    const place = Array.isArray(correct) ? `${path}.correct[${k}]` : `${path}.correct.${axis}`, issues: Issue[] = [];
    const info = rig?.axes.get(axis), axes = [...rig?.axes.keys() ?? []];
    if (rig && !info) {
      const message = `the rig has no axis ${show(axis)}; ${didYouMean(axis, axes)}`;
      return [error(place, message, axis, axes.join(", "))];
    }
    if (info?.labels) issues.push(error(place, `${axis} takes labels, and only numbers can be corrected`, axis));
    if (sure && !known.includes(axis)) {
      const message = `nothing that is done first or in between finds the place of ${axis}; ${didYouMean(axis, known)}`;
      issues.push(error(place, message, axis, known.join(", ")));
    }
    if (detectors.includes(`${axis}_offset`)) {
      issues.push(error(place, `the correction is stored as "${axis}_offset", which is the name of a detector`, axis));
    }
    return issues;
  });
}

/** Expressions that are wrong, or that look at what a store does not keep as a number: a run must be taken up again. */
function findIssues({ action, path }: LaidTake, rig: Rig, known: KnownSignals): Issue[] {
  const seen = known.of(action.read);
  const axes = [...rig.axes].map(([name, { labels }]): [string, SignalType] => [name, { labels }]);
  const signals = new Map([...axes, ...seen]);
  return Object.entries(action.find ?? {}).flatMap(([axis, text]) => {
    const place = `${path}.find.${axis}`, issues: Issue[] = [];
    if (!rig.axes.has(axis)) {
      const message = `the rig has no axis ${show(axis)}; ${didYouMean(axis, rig.axes.keys())}`;
      issues.push(error(place, message, axis, [...rig.axes.keys()].join(", ")));
    }
    try {
      for (const name of compileNumber(text!, pointEnvironment(signals), place).signals) {
        if (seen.get(name)?.shape?.length) {
          issues.push(error(place, `"${name}" is a frame here; derive a number from it, as in sum(${name})`, name));
        } else if (seen.has(name) && !known.isKept(name)) {
          const message = `looks at "${name}", which is not kept: the run could not be taken up again`;
          issues.push(error(place, message, name));
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof InputError)) throw thrown;
      issues.push(...thrown.issues);
    }
    return issues;
  });
}

function setText(words: readonly string[]): string {
  return [...new Set(words)].sort().join();
}

/** Groups of the store stand beside its arrays, and a pass is read in one way. */
function takeNameIssues(takes: readonly LaidTake[], passes: readonly string[], names: NamesInStore): Issue[] {
  const first = new Map<string, LaidTake>(), issues: Issue[] = [], taken = [...allNames(names), ...passes];
  for (const take of takes) {
    const { path, action: { pass, read } } = take, before = first.get(pass), place = `${path}.pass`;
    const wrong = wrongName(pass), twin = taken.find((name) => name.toLowerCase() === pass.toLowerCase());
    if (before) {
      const wanted = before.action.read.join(", ");
      if (setText(read) === setText(before.action.read)) continue;
      const message = `${show(pass)} is read with ${wanted} at ${before.path}: a pass is read in one way`;
      issues.push(error(`${path}.read`, message, read, wanted));
      continue;
    }
    first.set(pass, take);
    if (wrong) issues.push(error(place, wrong, pass));
    else if (twin) issues.push(error(place, `${show(pass)} is also the name of ${show(twin)} in the store`, pass));
    taken.push(pass);
  }
  const dimension = takes.length > 0 && names.dimensions.concat(names.axes, names.detectors).includes("take");
  if (dimension) {
    const message = 'the readings that are taken have a dimension "take", and the plan or the rig uses that name too';
    issues.push(error(`${takes[0].path}.pass`, message, "take"));
  }
  return issues;
}
