import { compileNumber } from "../../adapt/expression/compile_expression.ts";
import { pointEnvironment, type SignalType } from "../../adapt/expression/environment.ts";
import { InputError, type Issue } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import type { RigAxis } from "../../core/rig.ts";
import { type Box, ForbiddenCondition, type Range } from "./forbidden_condition.ts";

export type { Box } from "./forbidden_condition.ts";

/** The places where axes must never be. */
export class Forbidden {
  /** The axes that conditions name, and those that have to be known for derived ones that they name: all have motors. */
  readonly axes: readonly string[];
  /** In the order in which they were given. */
  readonly conditions: readonly ForbiddenCondition[];
  readonly #rig: ReadonlyMap<string, RigAxis>;

  /**
   * @param axes those of the rig
   * @throws InputError for conditions that cannot be read, and for axes that are not there, or are derived and do not
   *   say by a formula where they stand
   */
  constructor(conditions: readonly string[], axes: ReadonlyMap<string, RigAxis>) {
    const types = [...axes].map(([name, { labels }]): [string, SignalType] => [name, { labels }]);
    const environment = pointEnvironment(new Map(types)), issues: Issue[] = [];
    this.#rig = axes;
    this.conditions = conditions.flatMap((text, k) => {
      const path = `forbid[${k}]`;
      try {
        const compiled = compileNumber(text, environment, path), faulty = axisIssues(path, compiled, axes);
        issues.push(...faulty);
        return faulty.length ? [] : new ForbiddenCondition(compiled, axes);
      } catch (thrown) {
        if (!(thrown instanceof InputError)) throw thrown;
        issues.push(...thrown.issues.map(({ message, ...issue }) => ({
          ...issue,
          message: message.replace("there is no signal", "the rig has no axis"),
        })));
        return [];
      }
    });
    if (issues.length) throw new InputError(issues);
    this.axes = [...new Set(this.conditions.flatMap(({ axes }) => axes))];
  }

  /** The first condition that holds at a place. */
  at(place: (axis: string) => Setpoint): string | undefined {
    return this.conditions.find((condition) => condition.holds(place))?.text;
  }

  /** Whether the k-th condition holds at a place. */
  holds(k: number, place: (axis: string) => Setpoint): boolean {
    return this.conditions[k].holds(place);
  }

  /** Where an axis may be on its way: one of labels may pass by all of them, since they have no order. */
  way(axis: string, from: Setpoint, to: Setpoint): Range {
    if (typeof from === "number" && typeof to === "number") return [Math.min(from, to), Math.max(from, to)];
    return new Set([from, to, ...from === to ? [] : this.#rig.get(axis)?.labels ?? []].map(String));
  }

  /**
   * The first condition that may hold somewhere in a box: each axis anywhere in its range, whatever the others do. What cannot
   * be told counts as if it did; what is said to be free is.
   */
  within(box: Box): string | undefined {
    return this.conditions.find((condition) => condition.mayHold(box))?.text;
  }
}

function axisIssues(
  path: string,
  { text, signals }: { readonly text: string; readonly signals: readonly string[] },
  axes: ReadonlyMap<string, RigAxis>,
): Issue[] {
  if (!signals.length) {
    const allowed = "a condition of axes";
    return [{ path, message: `names no axis: ${text}`, received: text, allowed, severity: "error" }];
  }
  return signals.flatMap((name): Issue[] => {
    const axis = axes.get(name)!, { derived } = axis;
    if (!derived || axis.reads !== undefined) return [];
    const message = `${name} moves ${derived.moves.join(", ")}: say of those where they must never be`;
    return [{ path, message, received: name, severity: "error" }];
  });
}
