import { didYouMean } from "../../core/nearest.ts";
import { CONSTANTS } from "./elementwise.ts";
import type { Lookup, SignalType } from "./environment.ts";
import { type Expression, expressionParts } from "./expression.ts";
import { ExpressionFault } from "./expression_issue.ts";

/** Asks whether a signal of labels has one of some. */
type Among = Extract<Expression, { kind: "among" }>;

/** The name that is compared with labels, and what is known of it; no type where there is no such signal. */
export interface Labelled {
  /** The name, with its place in the text. */
  readonly name: Extract<Expression, { kind: "name" }>;
  /** What is known of it. */
  readonly type: SignalType | undefined;
}

/**
 * Whose labels are asked for.
 *
 * @throws ExpressionFault for what has none
 */
export function labelledAmong({ of, labels }: Among, signals: ReadonlyMap<string, SignalType>): Labelled {
  const type = of.kind === "name" ? signals.get(of.name) : undefined;
  const isNumber = of.kind !== "name" || (type ? !type.labels : Object.hasOwn(CONSTANTS, of.name));
  if (!isNumber) return { name: of, type };
  const what = of.kind === "name" ? of.name : "this";
  throw new ExpressionFault(labels[0].from, `${what} has no labels: compare it with a number`);
}

/** What is wrong with labels that a signal cannot have. */
export function faultsAmong({ labels }: Among, { name, type }: Labelled): ExpressionFault[] {
  const allowed = type?.labels ?? [];
  return labels.filter(({ label }) => !allowed.includes(label)).map(({ label, from }) =>
    new ExpressionFault(from, `"${label}" is no label of ${name.name}; ${didYouMean(label, allowed)}`)
  );
}

/** Whether the signal has one of the labels, 1 or 0; a label that is not known is none of them. */
export function amongLabels({ labels, negated }: Among, name: string): (lookup: Lookup) => number {
  const wanted = new Set<unknown>(labels.map(({ label }) => label));
  return (lookup) => wanted.has(lookup(name)) === negated ? 0 : 1;
}

/** By name, the labels that an expression compares signals with. */
export function labelsAmong(node: Expression, found: Map<string, string[]> = new Map()): Map<string, string[]> {
  if (node.kind === "among" && node.of.kind === "name") {
    const { name } = node.of, before = found.get(name) ?? [];
    found.set(name, [...before, ...node.labels.map(({ label }) => label)]);
  }
  for (const part of expressionParts(node)) labelsAmong(part, found);
  return found;
}
