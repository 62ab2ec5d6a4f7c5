import type { Expression } from "./expression.ts";

/** A word of a logical expression, or what stands between such words. */
export type LogicToken = { readonly word: "and" | "or" | "not"; readonly from: number } | Expression;

/**
 * Groups a flat run of `not`, `and`, `or` and what is between them as Python does: `not` binds tighter than `and`, and
 * `and` tighter than `or`. The grammar that we read with takes all that follows a `not` as its operand, so that its own
 * grouping of `not a and b` cannot be used. The run alternates rightly already: the grammar has seen to that.
 */
export function regroupLogic(tokens: readonly LogicToken[]): Expression {
  let at = 0;
  const isWord = (word: string) =>
    at < tokens.length && "word" in tokens[at] && (tokens[at] as { word: string }).word === word;

  function negated(): Expression {
    let token = tokens[at++];
    const starts: number[] = [];
    while ("word" in token) {
      starts.push(token.from);
      token = tokens[at++];
    }
    return starts.reduceRight<Expression>(
      (operand, from) => ({ kind: "unary", operator: "not", operand, from, to: operand.to }),
      token,
    );
  }

  function joined(operator: "and" | "or", part: () => Expression): Expression {
    const operands = [part()];
    while (isWord(operator)) {
      at++;
      operands.push(part());
    }
    if (operands.length === 1) return operands[0];
    return { kind: "logic", operator, operands, from: operands[0].from, to: operands[operands.length - 1].to };
  }

  return joined("or", () => joined("and", negated));
}
