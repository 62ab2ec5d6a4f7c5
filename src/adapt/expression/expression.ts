/** Where a part of an expression stands in its text: 0-based, the end not included. */
export interface Span {
  /** Its first character. */
  readonly from: number;
  /** The character after its last one. */
  readonly to: number;
}

/** How two numbers are combined, as Python writes it. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** How two numbers are compared, as Python writes it. */
export type CompareOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** One dimension of an index: one place (counted from the end when negative), or a slice as in Python. */
export type IndexItem =
  | (Span & { readonly kind: "at"; readonly index: number })
  | (Span & { readonly kind: "slice"; readonly start?: number; readonly stop?: number; readonly step: number });

/** A label in quotes, with its place in the text. */
export interface QuotedLabel extends Span {
  /** Without the quotes. */
  readonly label: string;
}

/** An expression as a tree: plain data, each part with its place in the text. */
export type Expression =
  | (Span & { readonly kind: "number"; readonly value: number })
  /** A signal, by its full name (`lockin.X`). */
  | (Span & { readonly kind: "name"; readonly name: string })
  | (Span & { readonly kind: "unary"; readonly operator: "-" | "+" | "not"; readonly operand: Expression })
  | (Span & {
    readonly kind: "binary";
    readonly operator: ArithmeticOperator;
    readonly left: Expression;
    readonly right: Expression;
  })
  /** `a < b <= c`: each operator stands between two neighbours. */
  | (Span & {
    readonly kind: "compare";
    readonly operators: readonly CompareOperator[];
    readonly operands: readonly Expression[];
  })
  /** Whether a signal of labels has one of some: `==`, `in`; or, negated, none of them: `!=`, `not in`. */
  | (Span & {
    readonly kind: "among";
    readonly of: Expression;
    readonly labels: readonly QuotedLabel[];
    readonly negated: boolean;
  })
  /** Left to right; what cannot change the result is not evaluated. */
  | (Span & { readonly kind: "logic"; readonly operator: "and" | "or"; readonly operands: readonly Expression[] })
  /** `then if condition else otherwise`. */
  | (Span & {
    readonly kind: "choice";
    readonly condition: Expression;
    readonly then: Expression;
    readonly otherwise: Expression;
  })
  | (Span & { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] })
  | (Span & { readonly kind: "index"; readonly of: Expression; readonly items: readonly IndexItem[] });

/** The parts that an expression is made of. */
export function expressionParts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "number":
    case "name":
      return [];
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "compare":
    case "logic":
      return expression.operands;
    case "choice":
      return [expression.then, expression.condition, expression.otherwise];
    case "call":
      return expression.args;
    case "among":
    case "index":
      return [expression.of];
  }
}
