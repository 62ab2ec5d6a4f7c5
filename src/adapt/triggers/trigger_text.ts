import type { Trigger } from "../../core/trigger.ts";
import { parseExpression } from "../expression/parse_expression.ts";
import { namesIn } from "./text_condition.ts";

/** Hysteresis in words. */
function back(on: string, level: number, hysteresis: number | undefined, sign: 1 | -1): string {
  if (hysteresis === undefined) return "";
  return ` (again only after ${on} was at ${level - sign * hysteresis} or ${sign > 0 ? "below" : "above"})`;
}

/**
 * A trigger in one phrase for people, without units.
 *
 * @example
 * ```ts
 * import { triggerText } from "./trigger_text.ts";
 * import { above, and, not } from "./mod.ts";
 * console.assert(triggerText(above("diode", 1000)) === "diode above 1000");
 * console.assert(triggerText(and(above("diode", 1000), not("x < 3"))) === "diode above 1000 and not (x < 3)");
 * ```
 */
export function triggerText(trigger: Trigger | string): string {
  if (typeof trigger === "string") return trigger.trim();
  switch (trigger.kind) {
    case "above":
      return `${trigger.on} above ${trigger.level}${back(trigger.on, trigger.level, trigger.hysteresis, 1)}`;
    case "below":
      return `${trigger.on} below ${trigger.level}${back(trigger.on, trigger.level, trigger.hysteresis, -1)}`;
    case "inside":
      return `${trigger.on} from ${trigger.between[0]} to ${trigger.between[1]}`;
    case "slope":
      return trigger.level < 0
        ? `${trigger.on} falling by more than ${-trigger.level} a unit`
        : `${trigger.on} rising by more than ${trigger.level} a unit`;
    case "peak":
      return `${trigger.on} past a peak of prominence ${trigger.prominence}`;
    case "not":
      return `not ${operand(trigger.trigger)}`;
    default:
      return trigger.triggers.map((
        part,
      ) => (trigger.triggers.length > 1 ? inList(part, trigger.kind) : triggerText(part)))
        .join(` ${trigger.kind} `);
  }
}

/** After a `not`: what has words or operators of its own stands in brackets. */
function operand(trigger: Trigger | string): string {
  const text = triggerText(trigger);
  return typeof trigger === "string" || trigger.kind === "and" || trigger.kind === "or" ? `(${text})` : text;
}

/** In a list: the other kind of list stands in brackets, as does a text with such words of its own. */
function inList(trigger: Trigger | string, kind: "and" | "or"): string {
  const text = triggerText(trigger);
  const mixed = typeof trigger === "string"
    ? /\b(and|or|if)\b/.test(trigger)
    : (trigger.kind === "and" || trigger.kind === "or") && trigger.kind !== kind;
  return mixed ? `(${text})` : text;
}

/**
 * The signals (and axes) that a trigger looks at, each once, in the order of the trigger.
 *
 * @throws {InputError} for an expression that cannot be read
 *
 * @example
 * ```ts
 * import { triggerSignals } from "./trigger_text.ts";
 * console.assert(triggerSignals("diode > 1000 and slope(lockin.X) > 50").join() === "diode,lockin.X");
 * ```
 */
export function triggerSignals(trigger: Trigger | string, path = "trigger"): string[] {
  if (typeof trigger === "string") return namesIn(parseExpression(trigger, path));
  switch (trigger.kind) {
    case "not":
      return triggerSignals(trigger.trigger, `${path}.trigger`);
    case "and":
    case "or":
      return [...new Set(trigger.triggers.flatMap((part, k) => triggerSignals(part, `${path}.triggers[${k}]`)))];
    default:
      return [trigger.on];
  }
}
