import { compileNumber } from "../expression/compile_expression.ts";
import type { Compiled, Evaluation } from "../expression/compiled.ts";
import { COMPARE, isTrue } from "../expression/elementwise.ts";
import { type Environment, type SignalType, triggerEnvironment } from "../expression/environment.ts";
import { type CompareOperator, type Expression, expressionParts } from "../expression/expression.ts";
import { type Gatherer, SLOPE } from "../expression/gatherers.ts";
import { parseExpression } from "../expression/parse_expression.ts";
import { type Condition, Opposite, Several, type Sight, type Truth } from "./condition.ts";
import { PeakWatch } from "./peak_watch.ts";

/** The place along the innermost axis, whatever that is called; no name of a signal can contain a space. */
const ALONG = "innermost axis";

/** `peak(signal, prominence)`: whether a maximum that stands out so far has just been passed. */
const PEAK: Gatherer = {
  usage: "peak(signal, prominence)",
  signals: 1,
  constants: [1, 1],
  refuses: ([prominence]) => prominence > 0 ? undefined : `a prominence is above 0, not ${prominence}`,
  start: ([prominence]) => {
    const watch = new PeakWatch(prominence);
    let passed = NaN;
    return {
      add: ([reading]) => passed = Number.isNaN(reading) ? NaN : Number(watch.add(reading)),
      value: () => passed,
    };
  },
};

/** The same gatherer, begun anew with each line. */
function perLine(gatherer: Gatherer, line: () => number): Gatherer {
  return {
    ...gatherer,
    start: (constants) => {
      let now = gatherer.start(constants), begun = line();
      return {
        add(values) {
          if (line() !== begun) [now, begun] = [gatherer.start(constants), line()];
          now.add(values);
        },
        value: () => now.value(),
      };
    },
  };
}

/**
 * The expression language where a trigger stands: `triggerEnvironment` with `slope` along the innermost axis and `peak`, both of which begin
 * anew with each line.
 *
 * @param signals by name, axes among them
 * @param line the number of the present line
 * @param along the axis that slopes are reckoned along, one of `signals`; left out, it has a name that no signal can have
 */
export function watchEnvironment(
  signals: ReadonlyMap<string, SignalType>,
  line: () => number = () => 0,
  along?: string,
): Environment {
  const base = triggerEnvironment(along === undefined ? new Map([...signals, [ALONG, {}]]) : signals);
  const slope = { ...perLine(SLOPE, line), alongAxis: along ?? ALONG };
  return { ...base, gatherers: { ...base.gatherers, slope, peak: perLine(PEAK, line) } };
}

/** All names of signals in an expression, each once, in the order of the text. */
export function namesIn(expression: Expression): string[] {
  if (expression.kind === "name") return [expression.name];
  return [...new Set(expressionParts(expression).flatMap(namesIn))];
}

/** A number that is worked out at each point at which all its signals are known. */
class Figure {
  readonly #evaluation: Evaluation<number>;
  readonly #signals: readonly string[];
  #now = NaN;

  constructor(compiled: Compiled<number>) {
    this.#evaluation = compiled.start();
    this.#signals = compiled.signals.filter((name) => name !== ALONG);
  }

  see(sight: Sight): void {
    this.#now = NaN;
    if (this.#signals.some((name) => sight.reading(name) === undefined)) return;
    this.#evaluation.add((name) => (name === ALONG ? sight.along : sight.reading(name)));
    this.#now = this.#evaluation.value();
  }

  value(): number {
    return this.#now;
  }
}

/** A part without `and`, `or` and `not` at its root: a comparison, or a number that counts as true unless it is 0. */
class TextCondition implements Condition {
  constructor(readonly figures: readonly Figure[], readonly operators: readonly CompareOperator[]) {}

  see(sight: Sight): void {
    for (const figure of this.figures) figure.see(sight);
  }

  holds(): Truth {
    const numbers = this.figures.map((figure) => figure.value());
    if (numbers.some(Number.isNaN)) return undefined;
    if (this.operators.length === 0) return isTrue(numbers[0]);
    return this.operators.every((operator, k) => isTrue(COMPARE[operator](numbers[k], numbers[k + 1])));
  }

  fired(): void {}
}

/**
 * The condition that a text says. `and`, `or` and `not` are taken apart, so that a missing reading leaves undecided what depends on it,
 * and no more, just as in triggers that are given as data.
 *
 * @throws {InputError} with the column of what is wrong
 */
export function textCondition(
  text: string,
  path: string,
  environment: (names: readonly string[]) => Environment,
): Condition {
  const expression = parseExpression(text, path), names = environment(namesIn(expression));
  compileNumber(text, names, path); // what is wrong is said with the columns of the whole text
  const figure = ({ from, to }: Expression) => new Figure(compileNumber(text.slice(from, to), names, path));
  const condition = (part: Expression): Condition => {
    if (part.kind === "logic") return new Several(part.operator, part.operands.map(condition));
    if (part.kind === "unary" && part.operator === "not") return new Opposite(condition(part.operand));
    if (part.kind === "compare") return new TextCondition(part.operands.map(figure), part.operators);
    return new TextCondition([figure(part)], []);
  };
  return condition(expression);
}
