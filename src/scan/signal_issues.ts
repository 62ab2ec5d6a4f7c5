import type { SignalType } from "../adapt/expression/environment.ts";
import { triggerSignals } from "../adapt/triggers/mod.ts";
import { InputError, type Issue } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { triggerIssues } from "../adapt/triggers/mod.ts";
import { axisTypes } from "./axis_types.ts";
import { foldRecipe, innerSignals } from "./fold_recipe.ts";
import { type Laid, type LaidFold, laidIn, type LaidSampler } from "./lay_out.ts";

/** What is there to be looked at. */
export interface KnownSignals {
  /** At each point, by name: what is read, and what is derived from it. */
  readonly signals: ReadonlyMap<string, SignalType>;
  /** Those of these detectors only, for the points of folds. */
  of(read: readonly string[]): ReadonlyMap<string, SignalType>;
  /** Whether a signal is stored, so that a run can be taken up again. */
  isKept(name: string): boolean;
}

/**
 * Signals that a plan looks at and that are not there, are no numbers, or are not kept.
 *
 * @throws nothing: expressions that are wrong are issues too
 */
export function signalIssues(laid: Laid, known: KnownSignals): Issue[] {
  return [...ownIssues(laid, known), ...laidIn(laid).flatMap((part) => signalIssues(part, known))];
}

function ownIssues(laid: Laid, known: KnownSignals): Issue[] {
  if (laid.kind === "sampler") return samplerIssues(laid, known);
  if (laid.kind === "when") return whenIssues(laid, known);
  return laid.kind === "fold" ? foldIssues(laid, known) : [];
}

/** What a sampler sees at its points: what is read there, or what the fold inside brings back. */
function seenBy({ inner }: LaidSampler, known: KnownSignals): ReadonlyMap<string, SignalType> {
  if (!inner) return known.signals;
  return new Map([
    ...known.of(inner.plan.read ?? []),
    ...inner.gives.map(({ name }): [string, SignalType] => [name, {}]),
  ]);
}

function samplerIssues(laid: LaidSampler, known: KnownSignals): Issue[] {
  const { path, plan } = laid.sampler, seen = seenBy(laid, known), given = laid.inner?.gives ?? [];
  return laid.shape.signals.flatMap((name) => {
    const kept = known.isKept(name) || given.some((one) => one.name === name);
    return issueOf(name, `${path}.on`, plan.kind, seen, kept);
  });
}

function issueOf(
  name: string,
  path: string,
  who: string,
  seen: ReadonlyMap<string, SignalType>,
  kept: boolean,
): Issue[] {
  const numbers = [...seen].filter(([, { shape = [] }]) => !shape.length).map(([known]) => known);
  const allowed = numbers.join(", "),
    error = (message: string): Issue[] => [{
      path,
      message,
      received: name,
      allowed,
      severity: "error",
    }];
  const signal = seen.get(name);
  if (!signal) return error(`${who} looks at "${name}", which is not read; ${didYouMean(name, numbers)}`);
  if (signal.shape?.length) {
    return error(`${who} looks at numbers, and "${name}" is a frame; derive a number from it, as in sum(${name})`);
  }
  return kept ? [] : error(`${who} looks at "${name}", which is not kept: the run could not be taken up again`);
}

function whenIssues({ path, plan, pass }: Extract<Laid, { kind: "when" }>, known: KnownSignals): Issue[] {
  const { signals, isKept } = known, issues = triggerIssues(plan.trigger, `${path}.trigger`, signals, axisTypes(pass));
  if (issues.length) return issues;
  const lost = triggerSignals(plan.trigger).filter((name) => signals.has(name) && !isKept(name));
  return lost.flatMap((name) => issueOf(name, `${path}.trigger`, "when", signals, false));
}

function foldIssues(laid: LaidFold, known: KnownSignals): Issue[] {
  const { path, plan, gives, finds } = laid;
  if (!gives.length && !plan.read && !plan.go) {
    const message = "comes to a point that carries nothing: say what it gives, or what it reads";
    return [{ path, message, received: Object.keys(plan), allowed: "give, read", severity: "error" }];
  }
  const unfound = Array.isArray(plan.go) ? plan.go.filter((axis) => !finds.some(({ name }) => name === axis)) : [];
  if (unfound.length) {
    const allowed = finds.flatMap(({ name, axis }) => name === axis ? [name] : []);
    const message = `the plan inside finds no place of ${unfound.join(", ")}; it finds ${allowed.join(", ") || "none"}`;
    return [{ path: `${path}.go`, message, received: unfound, allowed: allowed.join(", "), severity: "error" }];
  }
  try {
    foldRecipe(laid, known.signals);
  } catch (thrown) {
    if (thrown instanceof InputError) return [...thrown.issues];
    throw thrown;
  }
  const seen = innerSignals(laid.inner, known.signals);
  const wanted = Array.isArray(plan.give) ? plan.give as readonly string[] : [];
  return wanted.flatMap((name) => issueOf(name, `${path}.give`, "fold", seen, true));
}
