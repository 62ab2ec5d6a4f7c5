import { SondeError } from "./errors.ts";

/** A number worked out from others, as a text says. */
export interface Formula {
  /** As it was written. */
  readonly text: string;
  /** The names that it looks up. */
  readonly names: readonly string[];
  /** NaN where the text leads to no number. */
  evaluate(lookup: (name: string) => number): number;
}

/**
 * Reads a formula.
 *
 * @param names those that it may look up; where some have labels, with those
 * @param path where it stands, for errors
 * @throws InputError with the column of what is wrong
 */
export type FormulaReader = (text: string, names: FormulaNames, path: string) => Formula;

/** Names that a formula may look up, or what is known of each: the labels of one that is no number. */
export type FormulaNames = readonly string[] | ReadonlyMap<string, { readonly labels?: readonly string[] }>;

let reader: FormulaReader | undefined;

/**
 * Says how formulas are read. Rigs are made in a layer that knows nothing of expressions, so whoever wires the layers
 * together says it; the last one counts.
 *
 * @example
 * ```ts
 * import { readFormula, setFormulaReader } from "./formula.ts";
 * setFormulaReader((text) => ({ text, names: ["x"], evaluate: (lookup) => 2 * lookup("x") }));
 * console.assert(readFormula("2 * x", ["x"], "moves.y").evaluate(() => 3) === 6);
 * ```
 */
export function setFormulaReader(how: FormulaReader): void {
  reader = how;
}

/**
 * A formula from its text, in the language of all expressions.
 *
 * @param names those that it may look up; where some have labels, with those
 * @param path where it stands, for errors
 * @throws InputError with the column of what is wrong; SondeError where nobody has said how formulas are read
 */
export function readFormula(text: string, names: FormulaNames, path: string): Formula {
  if (!reader) throw new SondeError("formulas are read by what mod.ts wires: import Sonde by it");
  return reader(text, names, path);
}
