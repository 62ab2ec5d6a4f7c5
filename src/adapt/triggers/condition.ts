import type { Above, Below, Inside, PeakPassed, Slope } from "../../core/trigger.ts";
import type { Reading } from "../../core/point.ts";
import { PeakWatch } from "./peak_watch.ts";

/** What is known of a condition at a point; undefined: nothing, because a reading is missing. */
export type Truth = boolean | undefined;

/** A good point, as conditions see it. */
export interface Sight {
  /** A signal's reading or an axis' setpoint, NaN where there is none. */
  of(name: string): number;
  /** The same, frames and labels included; undefined where there is none. */
  reading(name: string): Reading | string | undefined;
  /** Where the point stands along the innermost axis. */
  readonly along: number;
  /** The number of its line: it changes when an outer axis does. */
  readonly line: number;
}

/**
 * A part of a trigger while a scan runs. `see` comes once for every good point, whatever the other parts say; `holds` only where the
 * part is looked at.
 */
export interface Condition {
  /** Takes in the next point. */
  see(sight: Sight): void;
  /** Whether it holds at the point that was seen last. */
  holds(): Truth;
  /** The whole trigger has fired at this point. */
  fired(): void;
}

/**
 * Beyond a level. With hysteresis it holds, once the whole trigger has fired on it, no more until the signal has come back; under a `not`
 * it then holds from the level on, and ends only where the signal has come back.
 */
export class BeyondLevel implements Condition {
  #now = NaN;
  #armed = true;
  #latched = false;
  #held = false;
  readonly #sign: 1 | -1;

  constructor(readonly trigger: Above | Below, readonly negated: boolean) {
    this.#sign = trigger.kind === "above" ? 1 : -1;
  }

  see(sight: Sight): void {
    const { on, level, hysteresis } = this.trigger, over = this.#sign * (sight.of(on) - level);
    this.#held = false;
    this.#now = over;
    if (hysteresis === undefined || Number.isNaN(over)) return;
    if (over <= -hysteresis) this.#armed = true;
    this.#latched = over > 0 || (this.#latched && over > -hysteresis);
  }

  holds(): Truth {
    if (Number.isNaN(this.#now)) return undefined;
    if (this.trigger.hysteresis === undefined) return this.#now > 0;
    if (this.negated) return this.#latched;
    return this.#held = this.#now > 0 && this.#armed;
  }

  fired(): void {
    if (this.#held) this.#armed = false;
  }
}

/** Between two levels, both included. */
export class Between implements Condition {
  #now = NaN;

  constructor(readonly trigger: Inside) {}

  see(sight: Sight): void {
    this.#now = sight.of(this.trigger.on);
  }

  holds(): Truth {
    const [low, high] = this.trigger.between;
    return Number.isNaN(this.#now) ? undefined : this.#now >= low && this.#now <= high;
  }

  fired(): void {}
}

/** Steeper than a level, by the last two good points of a line. */
export class Steeper implements Condition {
  #slope = NaN;
  #last?: { readonly reading: number; readonly along: number; readonly line: number };

  constructor(readonly trigger: Slope) {}

  see({ of, along, line }: Sight): void {
    const reading = of(this.trigger.on), last = this.#last;
    this.#slope = NaN;
    if (Number.isNaN(reading)) return;
    if (last?.line === line && last.along !== along) this.#slope = (reading - last.reading) / (along - last.along);
    this.#last = { reading, along, line };
  }

  holds(): Truth {
    const { level } = this.trigger;
    if (Number.isNaN(this.#slope)) return undefined;
    return level < 0 ? this.#slope < level : this.#slope > level;
  }

  fired(): void {}
}

/** Just past a maximum of its line. */
export class PeakJustPassed implements Condition {
  #passed: Truth;
  #line?: number;
  readonly #watch: PeakWatch;

  constructor(readonly trigger: PeakPassed) {
    this.#watch = new PeakWatch(trigger.prominence);
  }

  see({ of, line }: Sight): void {
    const reading = of(this.trigger.on);
    this.#passed = undefined;
    if (Number.isNaN(reading)) return;
    if (line !== this.#line) this.#watch.reset();
    this.#line = line;
    this.#passed = this.#watch.add(reading);
  }

  holds(): Truth {
    return this.#passed;
  }

  fired(): void {}
}

/** All of the parts, or one of them, from left to right as far as needed. A part of which nothing is known decides nothing. */
export class Several implements Condition {
  constructor(readonly kind: "and" | "or", readonly parts: readonly Condition[]) {}

  see(sight: Sight): void {
    for (const part of this.parts) part.see(sight);
  }

  holds(): Truth {
    const decides = this.kind === "or";
    let truth: Truth = !decides;
    for (const part of this.parts) {
      const holds = part.holds();
      if (holds === decides) return decides;
      if (holds === undefined) truth = undefined;
    }
    return truth;
  }

  fired(): void {
    for (const part of this.parts) part.fired();
  }
}

/** The opposite. */
export class Opposite implements Condition {
  constructor(readonly part: Condition) {}

  see(sight: Sight): void {
    this.part.see(sight);
  }

  holds(): Truth {
    const holds = this.part.holds();
    return holds === undefined ? undefined : !holds;
  }

  fired(): void {
    this.part.fired();
  }
}
