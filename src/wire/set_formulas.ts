import { compileNumber } from "../adapt/expression/compile_expression.ts";
import { pointEnvironment } from "../adapt/expression/environment.ts";
import { setFormulaReader } from "../core/formula.ts";

/** Says how the formulas of a rig are read: as all expressions are. */
export function setFormulas(): void {
  setFormulaReader((text, names, path) => {
    const types = names instanceof Map ? names : new Map([...names as readonly string[]].map((name) => [name, {}]));
    const compiled = compileNumber(text, pointEnvironment(types), path);
    return { text, names: compiled.signals, evaluate: (lookup) => compiled.evaluate(lookup) };
  });
}
