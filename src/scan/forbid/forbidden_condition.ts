import { compileNumber } from "../../adapt/expression/compile_expression.ts";
import type { Compiled } from "../../adapt/expression/compiled.ts";
import { isTrue } from "../../adapt/expression/elementwise.ts";
import { pointEnvironment } from "../../adapt/expression/environment.ts";
import type { Setpoint } from "../../core/point.ts";
import type { RigAxis } from "../../core/rig.ts";
import { interval, type Truth, truthOf } from "./interval.ts";
import { constantOf, intervalOf, type Ranges } from "./interval_of.ts";

/** Where an axis may be: anywhere from one number to another, or at one of some labels. */
export type Range = readonly [number, number] | ReadonlySet<string>;

/** Where each axis may be. */
export type Box = ReadonlyMap<string, Range>;

/** Boxes that are looked into before what is not decided counts as forbidden. */
const BOXES = 4096;

/** A condition that must never hold. What it says of derived axes is judged by where the axes stand that those move. */
export class ForbiddenCondition {
  /** As it was written. */
  readonly text: string;
  /** The axes with motors that decide. */
  readonly axes: readonly string[];
  readonly #condition: Compiled<number>;
  /** Of the derived axes that it names, and of those that these move: where they stand. */
  readonly #reads = new Map<string, Compiled<number>>();

  /**
   * @param condition one of axes
   * @param axes those of the rig; derived ones that the condition names have to say by `reads` where they stand
   */
  constructor(condition: Compiled<number>, axes: ReadonlyMap<string, RigAxis>) {
    this.#condition = condition;
    this.text = condition.text;
    const motors = new Set<string>(), names = [...condition.signals];
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const { derived, reads } = axes.get(name)!;
      if (!derived || reads === undefined) motors.add(name);
      else if (!this.#reads.has(name)) {
        const environment = pointEnvironment(new Map(derived.moves.map((moved) => [moved, {}])));
        const compiled = compileNumber(reads, environment, `rig.${name}.reads`);
        this.#reads.set(name, compiled);
        names.push(...compiled.signals);
      }
    }
    this.axes = [...motors];
  }

  /** Whether it holds where axes stand. */
  holds(place: (axis: string) => Setpoint): boolean {
    if (!this.#reads.size) return isTrue(this.#condition.evaluate(place));
    const placeOf = (name: string): Setpoint => this.#reads.get(name)?.evaluate(placeOf) ?? place(name);
    return isTrue(this.#condition.evaluate(placeOf));
  }

  /** Cuts the box in parts until no part may, or one does for certain, or there have been enough. */
  mayHold(whole: Box): boolean {
    const widths = new Map(this.axes.map((name) => [name, widthOf(whole.get(name)!)]));
    const boxes = [new Map(this.axes.map((name) => [name, whole.get(name)!]))];
    for (let looked = 0; boxes.length; looked++) {
      const box = boxes.pop()!, { yes, no } = this.#truthIn(box);
      if (!yes) continue;
      if (!no || looked >= BOXES) return true;
      if (this.holds((name) => oneOf(box.get(name)!))) return true;
      // What is left of what there was; labels come apart first.
      const part = (range: Range, name: string) =>
        isNumbers(range) ? widthOf(range) / widths.get(name)! : widthOf(range);
      let widest: string | undefined, most = 0;
      for (const [name, range] of box) if (part(range, name) > most) [widest, most] = [name, part(range, name)];
      const parts = widest === undefined ? undefined : partsOf(box.get(widest)!);
      if (!parts) return true;
      for (const range of parts) boxes.push(new Map(box).set(widest!, range));
    }
    return false;
  }

  #truthIn(box: Box): Truth {
    const ranges: Ranges = (name) => {
      const range = box.get(name);
      if (range) return isNumbers(range) ? interval(...range) : range;
      const reads = this.#reads.get(name);
      return reads ? intervalOf(reads.expression, ranges) : constantOf(name)!;
    };
    return truthOf(intervalOf(this.#condition.expression, ranges));
  }
}

function isNumbers(range: Range): range is readonly [number, number] {
  return Array.isArray(range);
}

/** 0 for what is known; for several labels, as they have none, more than any. */
function widthOf(range: Range): number {
  if (isNumbers(range)) return range[1] - range[0];
  return range.size > 1 ? Infinity : 0;
}

/** A place among all. */
function oneOf(range: Range): Setpoint {
  return isNumbers(range) ? middle(range) : [...range][0];
}

/** Halves, or each label by itself; undefined where nothing lies between. */
function partsOf(range: Range): readonly Range[] | undefined {
  if (!isNumbers(range)) return [...range].map((label) => new Set([label]));
  const [low, high] = range, half = middle(range);
  return half <= low || half >= high ? undefined : [[low, half], [half, high]];
}

function middle([low, high]: readonly [number, number]): number {
  return low + (high - low) / 2;
}
