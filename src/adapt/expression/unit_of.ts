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

function ofProduct(left: Unit, right: Unit): Unit {
  if (left === ANY || left === "1") return right;
  return right === ANY || right === "1" ? left : undefined;
}

function ofRatio(left: Unit, right: Unit): Unit {
  if (right === ANY || right === "1") return left;
  return left === right && left !== undefined ? "1" : undefined;
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
      if (node.operator === "**") {
        return common([left, right]) === "1" || left === "1" || left === ANY ? left : undefined;
      }
      return common([left, right]);
    }
    default:
      return undefined;
  }
}

/**
 * The unit of what an expression gives, where that can be said without reckoning in units: a sum or a mean has the unit
 * of what went in, a ratio of equal units and a condition have `1`. Empty when it cannot be said.
 *
 * @param unitOfSignal of a signal by its full name (as in `last(pass.signal)`, too); empty when it has none
 * @example
 * ```ts
 * import { parseExpression } from "./parse_expression.ts";
 * import { unitOf } from "./unit_of.ts";
 * const units: Record<string, string> = { diode: "V", reference: "V", power: "W" };
 * const of = (text: string) => unitOf(parseExpression(text), (name) => units[name] ?? "");
 * console.assert(of("2 * (diode - 0.1)") === "V" && of("diode / reference") === "1" && of("diode / power") === "");
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
