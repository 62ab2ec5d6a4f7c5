import { InputError, type Issue, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Reading } from "../core/point.ts";
import { parseExpression } from "./expression/parse_expression.ts";

/**
 * A signal computed in TypeScript. It sees all readings of the point by their full names, derived ones too. Where frames
 * are wanted, the argument is annotated as `Readings`.
 */
export type Compute = (reading: Readonly<Record<string, number>>) => Reading;

/** What can be said of a derived signal besides how it is computed. */
export interface DerivedInfo {
  /** UDUNITS text; worked out where that is simple when left out. */
  readonly unit?: string;
  /** What a person calls it; its name when left out. */
  readonly longName?: string;
}

/** A signal computed by an expression. */
export interface DerivedExpression extends DerivedInfo {
  /** As in `hypot(lockin.X, lockin.Y)`. */
  readonly expression: string;
}

/** A signal computed in TypeScript. */
export interface DerivedFunction<C extends Compute = Compute> extends DerivedInfo {
  /** It should be pure: the same readings give the same result, also when a run is resumed. */
  readonly compute: C;
  /** The shape of the frame that it gives; a number when left out. */
  readonly shape?: readonly number[];
  /** What the directions of that frame are called. */
  readonly dimensions?: readonly string[];
}

/** How a signal is derived: an expression or a function, with its unit where wanted. */
export type DerivedSpec = string | Compute | DerivedExpression | DerivedFunction;

/** What a derived signal reads as, for the compiler: a number, unless a function says otherwise. */
export type DerivedReadings<S> = {
  readonly [N in keyof S]: S[N] extends (...args: never[]) => infer R ? R
    : S[N] extends { readonly compute: (...args: never[]) => infer R } ? R
    : number;
};

/**
 * Derived signals, validated: every expression can be read. Whether the signals they use exist is known with the rig.
 *
 * @typeParam S what they were made of, by name
 */
export interface Derived<S = Record<string, DerivedSpec>> {
  /** By name, in the order given. */
  readonly signals: Readonly<Record<keyof S & string, DerivedExpression | DerivedFunction>>;
  /** As plain data; a function by its source text, under `compute`. */
  toJSON(): Record<string, Readonly<Record<string, unknown>>>;
}

const EXPRESSION_KEYS = ["expression", "unit", "longName"];
const FUNCTION_KEYS = ["compute", "unit", "longName", "shape", "dimensions"];

/**
 * Signals computed from readings. They stand wherever a detector may: in triggers, as what a path looks at, in figures,
 * in the store, and in other derived signals.
 *
 * @throws InputError with everything that is wrong: names, expressions (with the column), units
 * @example
 * ```ts
 * import { derive } from "./derive.ts";
 * const derived = derive({
 *   R: "hypot(lockin.X, lockin.Y)",
 *   spot: { expression: "sum(camera[200:260, 300:360])", unit: "count" },
 *   ratio: { compute: (reading) => reading.signal / reading.reference, unit: "1" },
 * });
 * console.assert(JSON.stringify(derived).startsWith('{"R":{"expression":"hypot(lockin.X, lockin.Y)"}'));
 * ```
 */
export function derive<const S extends Readonly<Record<string, DerivedSpec>>>(signals: S): Derived<S> {
  const issues = Object.entries(signals).flatMap(([name, spec]) => [...nameIssues(name), ...specIssues(name, spec)]);
  if (issues.length) throw new InputError(issues);
  const full = Object.entries(signals).map(([name, spec]): [string, DerivedExpression | DerivedFunction] => {
    if (typeof spec === "string") return [name, { expression: spec }];
    return [name, typeof spec === "function" ? { compute: spec } : { ...spec }];
  });
  const known = Object.fromEntries(full) as Derived<S>["signals"];
  return { signals: known, toJSON: () => Object.fromEntries(full.map(([name, spec]) => [name, asData(spec)])) };
}

/** A function as its source text. */
function asData(spec: DerivedExpression | DerivedFunction): Readonly<Record<string, unknown>> {
  return "compute" in spec ? { ...spec, compute: String(spec.compute) } : { ...spec };
}

function issue(path: string, message: string, received: unknown): Issue {
  return { path, message, received, severity: "error" };
}

/** A name must be one that an expression can use, and one that an array in a store can have. */
function nameIssues(name: string): Issue[] {
  const path = `derive.${name}`, allowed = "a letter, then letters, digits or _";
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    return [issue(path, `the name of a derived signal is ${allowed}; received ${show(name)}`, name)];
  }
  try {
    if (parseExpression(name).kind === "name") return [];
  } catch { /* said below */ }
  return [issue(path, `"${name}" is a word of the language of expressions: no signal can be used by that name`, name)];
}

function specIssues(name: string, spec: unknown): readonly Issue[] {
  const path = `derive.${name}`;
  if (typeof spec === "function") return [];
  if (typeof spec === "string") return expressionIssues(path, spec);
  if (typeof spec !== "object" || spec === null || !("expression" in spec || "compute" in spec)) {
    return [issue(path, `an expression, a function, { expression } or { compute } is wanted, not ${show(spec)}`, spec)];
  }
  const given = spec as Readonly<Record<string, unknown>>,
    allowed = "compute" in given ? FUNCTION_KEYS : EXPRESSION_KEYS;
  const issues = Object.keys(given).filter((key) => !allowed.includes(key)).map((key) =>
    issue(`${path}.${key}`, `there is no such option; ${didYouMean(key, allowed)}`, given[key])
  );
  for (const key of ["unit", "longName"]) {
    if (given[key] === undefined || typeof given[key] === "string") continue;
    issues.push(issue(`${path}.${key}`, `text is wanted, not ${show(given[key])}`, given[key]));
  }
  if ("compute" in given) return [...issues, ...functionIssues(path, given)];
  return [...issues, ...expressionIssues(`${path}.expression`, given.expression)];
}

function expressionIssues(path: string, text: unknown): readonly Issue[] {
  try {
    parseExpression(text as string, path);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
}

function functionIssues(path: string, spec: Readonly<Record<string, unknown>>): Issue[] {
  const { compute, shape = [], dimensions } = spec, issues: Issue[] = [];
  if (typeof compute !== "function") {
    issues.push(issue(`${path}.compute`, `a function is wanted, not ${show(compute)}`, compute));
  }
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length > 0)) {
    return [...issues, issue(`${path}.shape`, `a list of whole numbers from 1 is wanted, not ${show(shape)}`, shape)];
  }
  if (dimensions !== undefined && !(Array.isArray(dimensions) && dimensions.length === shape.length)) {
    issues.push(issue(`${path}.dimensions`, `${shape.length} names are wanted, not ${show(dimensions)}`, dimensions));
  }
  return issues;
}
