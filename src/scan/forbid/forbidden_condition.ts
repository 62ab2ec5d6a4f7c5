import { compileNumber } from "../../adapt/expression/compile_expression.ts";
import type { Compiled } from "../../adapt/expression/compiled.ts";
import { isTrue } from "../../adapt/expression/elementwise.ts";
import { pointEnvironment } from "../../adapt/expression/environment.ts";
import type { RigAxis } from "../../core/rig.ts";
import { interval, type Truth, truthOf } from "./interval.ts";
import { constantOf, intervalOf, type Ranges } from "./interval_of.ts";

/** From where to where each axis may be. */
export type Box = ReadonlyMap<string, readonly [number, number]>;

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
  constructor(condition: Compiled<number>, axes: ReadonlyMap<string, RigAxis & { readonly reads?: string }>) {
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
  holds(place: (axis: string) => number): boolean {
    if (!this.#reads.size) return isTrue(this.#condition.evaluate(place));
    const numberOf = (name: string): number => this.#reads.get(name)?.evaluate(numberOf) ?? place(name);
    return isTrue(this.#condition.evaluate(numberOf));
  }

  /** Cuts the box in halves until no part may, or one does for certain, or there have been enough. */
  mayHold(whole: Box): boolean {
    const names = this.axes.filter((name) => whole.get(name)![0] !== whole.get(name)![1]);
    const widths = new Map(names.map((name) => [name, whole.get(name)![1] - whole.get(name)![0]]));
    const boxes = [new Map(this.axes.map((name) => [name, whole.get(name)!]))];
    for (let looked = 0; boxes.length; looked++) {
      const box = boxes.pop()!, { yes, no } = this.#truthIn(box);
      if (!yes) continue;
      if (!no || looked >= BOXES) return true;
      if (this.holds((name) => middle(box.get(name)!))) return true;
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

  #truthIn(box: Box): Truth {
    const ranges: Ranges = (name) => {
      const range = box.get(name);
      if (range) return interval(...range);
      const reads = this.#reads.get(name);
      return reads ? intervalOf(reads.expression, ranges) : constantOf(name)!;
    };
    return truthOf(intervalOf(this.#condition.expression, ranges));
  }
}

function middle([low, high]: readonly [number, number]): number {
  return low + (high - low) / 2;
}
