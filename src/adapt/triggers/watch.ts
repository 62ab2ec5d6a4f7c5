import { Frame, type Point, type Reading } from "../../core/point.ts";
import type { Trigger } from "../../core/trigger.ts";
import type { SignalType } from "../expression/environment.ts";
import {
  Between,
  BeyondLevel,
  type Condition,
  Opposite,
  PeakJustPassed,
  Several,
  type Sight,
  Steeper,
} from "./condition.ts";
import { textCondition, watchEnvironment } from "./text_condition.ts";

/** When a trigger may fire, beside what it says itself. */
export interface WatchOptions {
  /** It must hold at so many points in a row; 1 when left out. */
  readonly inARow?: number;
  /** After it has fired it is not looked at for so long, by the points' own times. */
  readonly cooldownMs?: number;
  /** After it has fired it is not looked at for so many good points. */
  readonly cooldownPoints?: number;
  /** How often it fires at the most; without end when left out. */
  readonly maxTimes?: number;
  /** A change of one of these axes begins a new line; all but the innermost one when left out. */
  readonly outer?: readonly string[];
  /** What is known of signals and axes, for expressions that look at frames and labels; plain numbers when left out. */
  readonly signals?: ReadonlyMap<string, SignalType>;
  /** Where the trigger stands, for errors; `trigger` when left out. */
  readonly path?: string;
}

/** A trigger that looks at one point after the other. */
export interface Watcher {
  /** How often it has fired. */
  readonly times: number;
  /**
   * Takes in the next point and says whether the trigger fires at it.
   *
   * @param innermostAxis what slopes are reckoned along, by its setpoints; without one, a point is a step of 1
   */
  see(point: Point, innermostAxis?: string): boolean;
}

/** What a trigger consists of, ready to run. */
function conditionOf(
  trigger: Trigger | string,
  text: (text: string, path: string) => Condition,
  path: string,
  negated = false,
): Condition {
  if (typeof trigger === "string") return text(trigger, path);
  switch (trigger.kind) {
    case "above":
    case "below":
      return new BeyondLevel(trigger, negated);
    case "inside":
      return new Between(trigger);
    case "slope":
      return new Steeper(trigger);
    case "peak":
      return new PeakJustPassed(trigger);
    case "not":
      return new Opposite(conditionOf(trigger.trigger, text, `${path}.trigger`, !negated));
    default: {
      const parts = trigger.triggers.map((part, k) => conditionOf(part, text, `${path}.triggers[${k}]`, negated));
      return new Several(trigger.kind, parts);
    }
  }
}

/** Counts lines: a new one begins where an outer axis, the pass or an outer index has changed. */
class Lines {
  number = 0;
  #points = 0;
  #key?: string;

  constructor(readonly outer: readonly string[] | undefined) {}

  /** Where a point stands along its line. */
  along(point: Point, axis: string | undefined): number {
    const outer = this.outer ?? Object.keys(point.setpoint).filter((name) => name !== axis);
    const key = JSON.stringify([point.pass, point.index.slice(0, -1), outer.map((name) => point.setpoint[name])]);
    if (key !== this.#key) this.number++;
    this.#key = key;
    this.#points++;
    if (axis === undefined) return this.#points;
    const setpoint = point.setpoint[axis];
    return typeof setpoint === "number" ? setpoint : NaN;
  }
}

/** What a good point says of a name: a reading where there is one, else a setpoint; undefined where neither can be had. */
function readingOf(point: Point, name: string): Reading | string | undefined {
  const isReading = Object.hasOwn(point.reading, name), said = isReading ? point.reading[name] : point.setpoint[name];
  if (isReading && point.failed.includes(name)) return undefined;
  if (said instanceof Frame || typeof said === "string") return said;
  return typeof said === "number" && Number.isFinite(said) ? said : undefined;
}

/** What conditions see of a good point. */
function sightOf(point: Point, along: number, line: number): Sight {
  const of = (name: string) => {
    const reading = readingOf(point, name);
    return typeof reading === "number" ? reading : NaN;
  };
  return { of, reading: (name) => readingOf(point, name), along, line };
}

/** Fires by the rules of `WatchOptions`. */
class TriggerWatcher implements Watcher {
  times = 0;
  #inARow = 0;
  #firedAtMs = -Infinity;
  #sinceFired = Infinity;
  readonly #condition: Condition;
  readonly #lines: Lines;

  constructor(trigger: Trigger | string, readonly options: WatchOptions) {
    this.#lines = new Lines(options.outer);
    const { signals, path = "trigger" } = options, line = () => this.#lines.number;
    const environment = (names: readonly string[]) => {
      const known = names.map((name): [string, SignalType] => [name, signals?.get(name) ?? {}]);
      return watchEnvironment(new Map(known), line);
    };
    this.#condition = conditionOf(trigger, (text, where) => textCondition(text, where, environment), path);
  }

  see(point: Point, innermostAxis?: string): boolean {
    if (point.quality !== "good" && point.quality !== "retried") return false;
    const { inARow = 1, cooldownMs = 0, cooldownPoints = 0, maxTimes = Infinity } = this.options;
    const along = this.#lines.along(point, innermostAxis);
    this.#condition.see(sightOf(point, along, this.#lines.number));
    const cooling = point.timestampMs < this.#firedAtMs + cooldownMs || this.#sinceFired < cooldownPoints;
    this.#sinceFired++;
    if (cooling || this.times >= maxTimes) return false;
    const holds = this.#condition.holds();
    if (holds === undefined) return false;
    this.#inARow = holds ? this.#inARow + 1 : 0;
    if (this.#inARow < inARow) return false;
    this.#fire(point);
    return true;
  }

  #fire(point: Point): void {
    this.#condition.fired();
    this.times++;
    this.#inARow = 0;
    this.#firedAtMs = point.timestampMs;
    this.#sinceFired = 0;
  }
}

/**
 * A trigger that looks at one point after the other; all that it remembers comes from the points that it was shown, so that a resumed run shows
 * them again. Points that are not good are not looked at: they never fire, and neither break nor lengthen a row. A condition on a missing reading
 * is neither true nor false, and a point at which the whole is undecided does not count either.
 *
 * @param trigger as data, or as an expression
 * @throws {InputError} for an expression that cannot be read, with the column
 *
 * @example
 * ```ts
 * import { above, watch } from "./mod.ts";
 * const watcher = watch(above("diode", 5), { inARow: 2 });
 * const at = { pass: "pass_0", quality: "good", failed: [], readback: {}, timestampMs: 0, seqNum: 0 } as const;
 * const fired = [4, 6, 7, 8].map((diode, x) => watcher.see({ ...at, index: [x], setpoint: { x }, reading: { diode } }, "x"));
 * console.assert(fired.join() === "false,false,true,false");
 * ```
 */
export function watch(trigger: Trigger | string, options: WatchOptions = {}): Watcher {
  return new TriggerWatcher(trigger, options);
}
