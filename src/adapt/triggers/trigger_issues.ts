import { InputError, type Issue, show } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Trigger } from "../../core/trigger.ts";
import { compileNumber } from "../expression/compile_expression.ts";
import type { SignalType } from "../expression/environment.ts";
import { watchEnvironment } from "./text_condition.ts";

/** What may be named in a trigger. */
interface Known {
  readonly signals: ReadonlyMap<string, SignalType>;
  readonly axes: ReadonlyMap<string, SignalType>;
}

function error(path: string, message: string, received: unknown, allowed?: string): Issue {
  return { path, message, received, ...(allowed !== undefined && { allowed }), severity: "error" };
}

/** What is wrong with the name of a signal; only `inside` takes axes. */
function nameIssues(on: string, path: string, { signals, axes }: Known, orAxis: boolean): Issue[] {
  const { labels } = axes.get(on) ?? {};
  if (orAxis && axes.has(on)) {
    const message = `${on} has labels, and no number lies between them: write an expression, as in ${on} == "…"`;
    return labels ? [error(path, message, on, labels.join(", "))] : [];
  }
  const type = signals.get(on), names = [...signals.keys(), ...(orAxis ? axes.keys() : [])];
  if (!type && axes.has(on)) {
    const message = `${show(on)} is an axis; of triggers only "inside" and expressions look at axes`;
    return [error(path, message, on, names.join(", "))];
  }
  if (!type) {
    const message = `there is no signal ${show(on)} among what is read; ${didYouMean(on, names)}`;
    return [error(path, message, on, names.join(", "))];
  }
  const shape = type.shape ?? [];
  if (shape.length === 0) return [];
  const message = `${show(on)} is an array of ${shape.join(" × ")}, and a trigger wants a number: derive one, ` +
    `or write an expression such as "max(${on}) > 0"`;
  return [error(path, message, on, "a signal of numbers")];
}

/** What is wrong with a number. */
function numberIssues(number: number | undefined, path: string, allowed: string, ok: (x: number) => boolean): Issue[] {
  if (number === undefined || (Number.isFinite(number) && ok(number))) return [];
  return [error(path, `${allowed} is wanted, received ${show(number)}`, number, allowed)];
}

const anyNumber = (number: number | undefined, path: string) =>
  numberIssues(number, path, "a finite number", () => true);

function textIssues(text: string, path: string, { signals, axes }: Known): Issue[] {
  const all = new Map<string, SignalType>([...axes, ...signals]), along = [...axes.keys()].at(-1);
  try {
    compileNumber(text, watchEnvironment(all, () => 0, along), path);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown;
    return [...thrown.issues];
  }
}

/**
 * All that is wrong with a trigger, known before the run: unknown signals with the one that may have been meant, frames where numbers are
 * wanted, levels that are none, and for an expression the column.
 *
 * @param path where it stands, as in `plan.trigger`
 * @param signals what is read, derived signals included
 * @param axes the axes of the loops around, where some have labels with those
 *
 * @example
 * ```ts
 * import { triggerIssues } from "./trigger_issues.ts";
 * const [issue] = triggerIssues("x > 1 and diod > 5", "plan.trigger", new Map([["diode", {}]]), ["x"]);
 * console.assert(issue.path === "plan.trigger" && issue.message.startsWith("column 11 "));
 * ```
 */
export function triggerIssues(
  trigger: Trigger | string,
  path: string,
  signals: ReadonlyMap<string, SignalType>,
  axes: readonly string[] | ReadonlyMap<string, SignalType> = [],
): Issue[] {
  const types = axes instanceof Map ? axes : new Map([...axes as readonly string[]].map((axis) => [axis, {}]));
  const known: Known = { signals, axes: types };
  if (typeof trigger === "string") return textIssues(trigger, path, known);
  switch (trigger.kind) {
    case "not":
      return triggerIssues(trigger.trigger, `${path}.trigger`, signals, axes);
    case "and":
    case "or":
      if (trigger.triggers.length === 0) {
        return [
          error(`${path}.triggers`, `"${trigger.kind}" of nothing; at least one trigger is wanted`, [], "triggers"),
        ];
      }
      return trigger.triggers.flatMap((part, k) => triggerIssues(part, `${path}.triggers[${k}]`, signals, axes));
    default:
      return [...nameIssues(trigger.on, `${path}.on`, known, trigger.kind === "inside"), ...levelIssues(trigger, path)];
  }
}

/** What is wrong with the numbers of a trigger. */
function levelIssues(trigger: Exclude<Trigger, { kind: "and" | "or" | "not" }>, path: string): Issue[] {
  switch (trigger.kind) {
    case "above":
    case "below":
      return [
        ...anyNumber(trigger.level, `${path}.level`),
        ...numberIssues(trigger.hysteresis, `${path}.hysteresis`, "a number from 0", (x) => x >= 0),
      ];
    case "slope":
      return anyNumber(trigger.level, `${path}.level`);
    case "peak":
      return numberIssues(trigger.prominence, `${path}.prominence`, "a number above 0", (x) => x > 0);
    case "inside": {
      const [low, high] = trigger.between;
      const wrong = [...anyNumber(low, `${path}.between[0]`), ...anyNumber(high, `${path}.between[1]`)];
      if (wrong.length || low <= high) return wrong;
      const message = `the lowest level comes first; received ${show(trigger.between)}`;
      return [error(`${path}.between`, message, trigger.between, "[lowest, highest]")];
    }
  }
}
