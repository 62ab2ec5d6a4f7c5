import { compileNumber } from "../../adapt/expression/compile_expression.ts";
import type { Compiled } from "../../adapt/expression/compiled.ts";
import { pointEnvironment } from "../../adapt/expression/environment.ts";
import { isTrue } from "../../adapt/expression/elementwise.ts";
import { InputError, type Issue } from "../../core/errors.ts";
import type { RigAxis } from "../../core/rig.ts";
import { interval, truthOf } from "./interval.ts";
import { constantOf, intervalOf } from "./interval_of.ts";

/** From where to where each axis may be. */
export type Box = ReadonlyMap<string, readonly [number, number]>;

/** Boxes that are looked into before what is not decided counts as forbidden. */
const BOXES = 4096;

/** The places where axes must never be. */
export class Forbidden {
  /** The axes that conditions name. */
  readonly axes: readonly string[];
  readonly #conditions: readonly Compiled<number>[];

  /**
   * @param axes those of the rig
   * @throws InputError for conditions that cannot be read, and for axes that are not there, take labels or are derived
   */
  constructor(conditions: readonly string[], axes: ReadonlyMap<string, RigAxis>) {
    const environment = pointEnvironment(new Map([...axes.keys()].map((name) => [name, {}]))), issues: Issue[] = [];
    this.#conditions = conditions.flatMap((text, k) => {
      const path = `forbid[${k}]`;
      try {
        const compiled = compileNumber(text, environment, path);
        issues.push(...axisIssues(path, compiled, axes));
        return compiled;
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
    this.axes = [...new Set(this.#conditions.flatMap(({ signals }) => signals))];
  }

  /** The axes of each condition, in its order. */
  get conditions(): readonly { readonly text: string; readonly axes: readonly string[] }[] {
    return this.#conditions.map(({ text, signals }) => ({ text, axes: signals }));
  }

  /** The first condition that holds at a place. */
  at(place: (axis: string) => number): string | undefined {
    return this.#conditions.find((condition) => isTrue(condition.evaluate(place)))?.text;
  }

  /** Whether the k-th condition holds at a place. */
  holds(k: number, place: (axis: string) => number): boolean {
    return isTrue(this.#conditions[k].evaluate(place));
  }

  /**
   * The first condition that may hold somewhere in a box: each axis anywhere in its range, whatever the others do. What cannot
   * be told counts as if it did; what is said to be free is.
   */
  within(box: Box): string | undefined {
    return this.#conditions.find((condition) => mayHold(condition, box))?.text;
  }
}

function axisIssues(path: string, { text, signals }: Compiled<number>, axes: ReadonlyMap<string, RigAxis>): Issue[] {
  if (!signals.length) {
    return [{
      path,
      message: `names no axis: ${text}`,
      received: text,
      allowed: "a condition of axes",
      severity: "error",
    }];
  }
  return signals.flatMap((name): Issue[] => {
    const { labels, derived } = axes.get(name)!;
    if (!labels && !derived) return [];
    const message = labels
      ? `${name} takes labels: only axes with numbers can stand in a place that is forbidden`
      : `${name} moves ${derived!.moves.join(", ")}: say of those where they must never be`;
    return [{ path, message, received: name, severity: "error" }];
  });
}

/** Cuts the box in halves until no part may, or one does for certain, or there have been enough. */
function mayHold({ expression, signals, evaluate }: Compiled<number>, whole: Box): boolean {
  const names = signals.filter((name) => whole.get(name)![0] !== whole.get(name)![1]);
  const widths = new Map(names.map((name) => [name, whole.get(name)![1] - whole.get(name)![0]]));
  const boxes = [new Map(signals.map((name) => [name, whole.get(name)!]))];
  for (let looked = 0; boxes.length; looked++) {
    const box = boxes.pop()!;
    const { yes, no } = truthOf(intervalOf(expression, (name) => {
      const range = box.get(name);
      return range ? interval(...range) : constantOf(name)!;
    }));
    if (!yes) continue;
    if (!no || looked >= BOXES) return true;
    if (isTrue(evaluate((name) => middle(box.get(name)!)))) return true;
    const part = (name: string) => (box.get(name)![1] - box.get(name)![0]) / widths.get(name)!;
    let widest = names[0];
    for (const name of names) if (part(name) > part(widest)) widest = name;
    if (widest === undefined) return true;
    const [low, high] = box.get(widest)!, half = middle([low, high]);
    if (half <= low || half >= high) return true;
    boxes.push(new Map(box).set(widest, [low, half]), new Map(box).set(widest, [half, high]));
  }
  return false;
}

function middle([low, high]: readonly [number, number]): number {
  return low + (high - low) / 2;
}
