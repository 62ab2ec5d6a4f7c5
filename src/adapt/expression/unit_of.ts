import { CONSTANTS } from "./elementwise.ts";
import type { Expression } from "./expression.ts";

/** A unit; undefined when it cannot be said. `any`: a bare number, which goes with every unit. */
type Unit = string | undefined;
const ANY = "any";

/** Functions whose result has the unit of what they look at (the first argument, or all of them alike). */
const KEEPS =
  "abs min max clip where round floor ceil hypot sum mean median std real imag sem first previous last at_max at_min"
    .split(" ");
/** Functions whose result is a bare number, or an angle. */
const GIVES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    "exp log log10 log2 sin cos tan sign isnan argmin argmax centroid_x centroid_y n".split(" ").map((
      name,
    ) => [name, "1"]),
  ),
  ...Object.fromEntries("asin acos atan atan2 angle radians".split(" ").map((name) => [name, "rad"])),
  degrees: "degree",
};
/** How many of the first arguments say the unit, where not all of them do. */
const LOOKS_AT: Readonly<Record<string, number>> = { mean: 1, median: 1, std: 1, sum: 1, sem: 1, at_max: 1, at_min: 1 };

/** The unit that all have in common. */
function common(units: readonly Unit[]): Unit {
  const named = [...new Set(units.filter((unit) => unit !== ANY))];
  return named.length === 0 ? ANY : named.length === 1 ? named[0] : undefined;
}

const isBare = (unit: Unit): boolean => unit === ANY || unit === "1";

/** A unit as a part of another: one of several words stands in parentheses, as UDUNITS wants it. */
const part = (unit: string): string => /^[^\s*/.^()]+$/.test(unit) ? unit : `(${unit})`;

function ofProduct(left: Unit, right: Unit): Unit {
  if (isBare(left)) return right;
  if (isBare(right)) return left;
  return left === undefined || right === undefined ? undefined : `${part(left)}*${part(right)}`;
}

function ofRatio(left: Unit, right: Unit): Unit {
  if (isBare(right)) return left;
  if (left === undefined || right === undefined) return undefined;
  return left === right ? "1" : `${isBare(left) ? "1" : part(left)}/${part(right)}`;
}

function ofPower(base: Unit, exponent: Expression): Unit {
  if (isBare(base)) return base;
  const whole = exponent.kind === "number" && Number.isInteger(exponent.value) && exponent.value > 0;
  return whole && base !== undefined ? `${part(base)}^${exponent.value}` : undefined;
}

function ofCall(name: string, args: readonly Expression[], of: (node: Expression) => Unit): Unit {
  if (Object.hasOwn(GIVES, name)) return GIVES[name];
  if (!KEEPS.includes(name)) return undefined;
  if (name === "where") return common(args.slice(1).map(of));
  return common(args.slice(0, Object.hasOwn(LOOKS_AT, name) ? LOOKS_AT[name] : args.length).map(of));
}

function unit(node: Expression, of: (node: Expression) => Unit): Unit {
  switch (node.kind) {
    case "unary":
      return node.operator === "not" ? "1" : of(node.operand);
    case "compare":
    case "among":
    case "logic":
      return "1";
    case "choice":
      return common([of(node.then), of(node.otherwise)]);
    case "index":
      return of(node.of);
    case "call":
      return ofCall(node.name, node.args, of);
    case "binary": {
      const left = of(node.left), right = of(node.right);
      if (node.operator === "*") return ofProduct(left, right);
      if (node.operator === "/" || node.operator === "//") return ofRatio(left, right);
      if (node.operator === "**") return ofPower(left, node.right);
      return common([left, right]);
    }
    default:
      return undefined;
  }
}

/**
 * The unit of what an expression gives, where that can be said without reckoning in units: a sum or a mean has the unit
 * of what went in, a ratio of equal units and a condition have `1`, others are written as UDUNITS reads them (`V/mA`, `V*A`,
 * `V^2`). Empty when it cannot be said.
 *
 * @param unitOfSignal of a signal by its full name (as in `last(pass.signal)`, too); empty when it has none
 * @example
 * ```ts
 * import { parseExpression } from "./parse_expression.ts";
 * import { unitOf } from "./unit_of.ts";
 * const units: Record<string, string> = { diode: "V", reference: "V", power: "W" };
 * const of = (text: string) => unitOf(parseExpression(text), (name) => units[name] ?? "");
 * console.assert(of("2 * (diode - 0.1)") === "V" && of("diode / reference") === "1" && of("diode / power") === "V/W");
 * console.assert(of("diode ** 2 / (power * reference)") === "(V^2)/(W*V)" && of("sqrt(power)") === "");
 * ```
 */
export function unitOf(expression: Expression, unitOfSignal: (name: string) => string): string {
  const of = (node: Expression): Unit => {
    if (node.kind === "number") return ANY;
    if (node.kind !== "name") return unit(node, of);
    return unitOfSignal(node.name) || (Object.hasOwn(CONSTANTS, node.name) ? ANY : undefined);
  };
  const found = of(expression);
  return found === ANY ? "1" : found ?? "";
}
