import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import { InputError, show } from "../../core/errors.ts";
import type { ArithmeticOperator, CompareOperator, Expression, IndexItem, QuotedLabel, Span } from "./expression.ts";
import { ExpressionFault, withColumns } from "./expression_issue.ts";
import { type LogicToken, regroupLogic } from "./regroup_logic.ts";

/** Longer texts are refused, so that no text can keep us busy. */
const LONGEST = 4000;
/** Deeper nesting is refused, so that none can exhaust the stack. */
const DEEPEST = 200;

const ARITHMETIC: readonly string[] = ["+", "-", "*", "/", "//", "%", "**"] satisfies ArithmeticOperator[];
const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="] satisfies CompareOperator[];
const ALLOWED = "numbers, signals, + - * / // % **, comparisons, and, or, not, `a if c else b`, calls and slices";

/** What people may have meant by things that are Python but not for us. */
const ADVICE: Readonly<Record<string, string>> = {
  AssignStatement: "an expression sets nothing: == compares",
  String: 'a text is compared with a signal of labels by ==, != or in, as in shutter == "open"',
  None: "None is no number: nan stands for one that is missing",
  TupleExpression: "one number or array is wanted, not several",
  BitOp: "bits are not for measurements: use and, or, not; powers are **",
  PrintStatement: "print is a word of Python: no signal can be used by that name",
  Comment: "a comment has no place in an expression",
};

/**
 * Reads an expression. Its syntax is Python's; no code runs, and only numbers, signals, arithmetic, comparisons, logic,
 * calls by name and slices are let through. Whether names and functions exist is up to `compileExpression`.
 *
 * @param text at most 4000 characters; a line break is a space
 * @param path where it stands, for errors
 * @throws InputError with the column of what is wrong
 * @example
 * ```ts
 * import { parseExpression } from "./parse_expression.ts";
 * const tree = parseExpression("diode > 2 * 3");
 * console.assert(tree.kind === "compare" && tree.operands[1].kind === "binary" && tree.operands[1].from === 8);
 * ```
 */
export function parseExpression(text: string, path = "expression"): Expression {
  if (typeof text !== "string") throw InputError.at(path, `an expression is text, not ${show(text)}`, text);
  return withColumns(path, text, () => {
    if (text.length > LONGEST) throw new ExpressionFault(LONGEST, `at most ${LONGEST} characters are read`);
    // line breaks end statements in Python, and YAML makes them where nobody wrote one
    return new Reader(text.replace(/[\r\n\t]/g, " ")).whole();
  });
}

/** How labels may be listed after `in`. */
const LISTS = ["TupleExpression", "ArrayExpression", "ParenthesizedExpression"];

/** Whether it says `in` or `not in`. */
function isMembership(node: SyntaxNode): boolean {
  return node.name === "BinaryExpression" && childrenOf(node).some(({ name }) => name === "in");
}

/** Children of a syntax node. */
function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Turns the syntax tree of one text into ours. */
class Reader {
  #depth = 0;

  constructor(readonly text: string) {}

  whole(): Expression {
    if (this.text.trim() === "") throw new ExpressionFault(0, "the expression is empty");
    const script = parser.parse(this.text).topNode;
    const [first, second] = childrenOf(script);
    if (first && first.name !== "ExpressionStatement" && first.name in ADVICE) throw this.refuse(first);
    this.#refuseErrors(script);
    if (first?.name !== "ExpressionStatement") throw this.refuse(first ?? script);
    if (second) throw this.refuse(second);
    const parts = childrenOf(first);
    if (parts.length !== 1) throw this.refuse(parts[1] ?? first);
    return this.read(parts[0]);
  }

  /** Throws at the first place where the grammar was not followed. */
  #refuseErrors(script: SyntaxNode): void {
    script.cursor().iterate((node) => {
      if (!node.type.isError) return;
      const from = node.from + this.text.slice(node.from).search(/\S|$/);
      const found = /^(?:[\p{L}\p{N}_.]+|[^\s\p{L}\p{N}_])/u.exec(this.text.slice(from))?.[0];
      const what = found === undefined
        ? "the expression ends too early"
        : `${JSON.stringify(found)} is not expected here`;
      throw new ExpressionFault(from, `${what}; allowed: ${ALLOWED}`);
    });
  }

  /** Says that a node of the grammar is not for us. */
  refuse(node: SyntaxNode): ExpressionFault {
    const found = this.textOf(node);
    const advice = node.name in ADVICE ? ADVICE[node.name] : `allowed: ${ALLOWED}`;
    return new ExpressionFault(node.from, `${JSON.stringify(found.slice(0, 40))} is not allowed; ${advice}`);
  }

  textOf(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  read(node: SyntaxNode): Expression {
    if (++this.#depth > DEEPEST) throw new ExpressionFault(node.from, `nested deeper than ${DEEPEST} levels`);
    const expression = this.#read(node);
    this.#depth--;
    return expression;
  }

  #read(node: SyntaxNode): Expression {
    const span = { from: node.from, to: node.to };
    switch (node.name) {
      case "Number":
        return { kind: "number", value: this.#number(node), ...span };
      case "Boolean":
        return { kind: "number", value: this.textOf(node) === "True" ? 1 : 0, ...span };
      case "VariableName":
        return { kind: "name", name: this.textOf(node), ...span };
      case "ParenthesizedExpression":
        return { ...this.#parenthesised(node), ...span };
      case "UnaryExpression":
        return this.#unary(node);
      case "BinaryExpression":
        return this.#binary(node);
      case "ConditionalExpression": {
        const [then, , condition, , otherwise] = childrenOf(node);
        return {
          kind: "choice",
          then: this.read(then),
          condition: this.read(condition),
          otherwise: this.read(otherwise),
          ...span,
        };
      }
      case "CallExpression":
        return this.#call(node);
      case "MemberExpression":
        return this.#member(node);
      default:
        throw this.refuse(node);
    }
  }

  #number(node: SyntaxNode): number {
    const text = this.textOf(node).replaceAll("_", "");
    const value = Number(text);
    if (Number.isNaN(value)) throw new ExpressionFault(node.from, `${JSON.stringify(text)} is not a real number`);
    return value;
  }

  #parenthesised(node: SyntaxNode): Expression {
    const inside = childrenOf(node).filter((child) => child.name !== "(" && child.name !== ")");
    if (inside.length !== 1) throw this.refuse(inside[1] ?? node);
    return this.read(inside[0]);
  }

  #unary(node: SyntaxNode): Expression {
    const [operator, operand] = childrenOf(node);
    if (operator.name === "not") return regroupLogic(this.#logicTokens(node));
    const sign = this.textOf(operator);
    if (sign !== "-" && sign !== "+") throw this.refuse(operator);
    return { kind: "unary", operator: sign, operand: this.#operand(operand), from: node.from, to: node.to };
  }

  /** What stands beside an operator; a bare `not` cannot, in Python. */
  #operand(node: SyntaxNode): Expression {
    if (node.name === "UnaryExpression" && node.firstChild?.name === "not") {
      throw new ExpressionFault(node.from, '"not" is not expected here; put it into parentheses');
    }
    return this.read(node);
  }

  #binary(node: SyntaxNode): Expression {
    const children = childrenOf(node);
    if (isMembership(node)) return this.#membership(node);
    if (children.length !== 3) throw this.refuse(children[1] ?? node);
    const [left, middle, right] = children;
    const operator = this.textOf(middle);
    if (operator === "and" || operator === "or") return regroupLogic(this.#logicTokens(node));
    if (COMPARISONS.includes(operator)) return this.#compare(node);
    if (middle.name !== "ArithOp" || !ARITHMETIC.includes(operator)) throw this.refuse(middle);
    return {
      kind: "binary",
      operator: operator as ArithmeticOperator,
      left: this.#operand(left),
      right: this.#operand(right),
      from: node.from,
      to: node.to,
    };
  }

  /** `a < b < c` comes as `(a < b) < c`: unwound, as the parentheses were not written. */
  #compare(node: SyntaxNode): Expression {
    const operators: CompareOperator[] = [], operands: SyntaxNode[] = [];
    let left: SyntaxNode = node;
    for (;;) {
      const [next, middle, right] = childrenOf(left);
      const operator = left.name === "BinaryExpression" ? this.textOf(middle) : "";
      if (!COMPARISONS.includes(operator)) break;
      operators.unshift(operator as CompareOperator);
      operands.unshift(right);
      left = next;
    }
    operands.unshift(left);
    const text = operands.find(({ name }) => name === "String"), { from, to } = node;
    if (text) return this.#withLabel(operators, operands, text, { from, to });
    const chained = operands.find(isMembership);
    if (chained) throw new ExpressionFault(chained.from, `${this.textOf(chained)} stands in a chain of comparisons`);
    return { kind: "compare", operators, operands: operands.map((operand) => this.#operand(operand)), from, to };
  }

  /** `signal == "label"`, either way round. */
  #withLabel(
    operators: readonly CompareOperator[],
    operands: readonly SyntaxNode[],
    text: SyntaxNode,
    span: Span,
  ): Expression {
    const [operator] = operators, [of] = operands.filter((operand) => operand !== text);
    if (operators.length > 1) {
      throw new ExpressionFault(text.from, "a chain of comparisons takes numbers: compare a label by itself");
    }
    if (operator !== "==" && operator !== "!=") {
      throw new ExpressionFault(text.from, `labels have no order, and ${operator} is not for them: use == or !=`);
    }
    return { kind: "among", of: this.#operand(of), labels: [this.#label(text)], negated: operator === "!=", ...span };
  }

  /** `signal in ("label", "label")`, and `not in`. */
  #membership(node: SyntaxNode): Expression {
    const children = childrenOf(node), [left] = children, list = children[children.length - 1];
    const texts = LISTS.includes(list.name) ? childrenOf(list).filter(({ name }) => !/^[()[\],]$/.test(name)) : [];
    if (!texts.length) throw new ExpressionFault(list.from, 'after in stand labels, as in filter in ("red", "blue")');
    const { from, to } = node, negated = children.length > 3;
    return {
      kind: "among",
      of: this.#operand(left),
      labels: texts.map((text) => this.#label(text)),
      negated,
      from,
      to,
    };
  }

  #label(node: SyntaxNode): QuotedLabel {
    const { from, to } = node,
      found = node.name === "String" && /^(?:"([^"\\]*)"|'([^'\\]*)')$/.exec(this.textOf(node));
    if (found) return { label: found[1] ?? found[2], from, to };
    throw new ExpressionFault(from, `a label stands in one pair of quotes; received ${this.textOf(node).slice(0, 40)}`);
  }

  /** The words and parts of a logical expression, left to right, as they were written. */
  #logicTokens(node: SyntaxNode): LogicToken[] {
    const tokens: LogicToken[] = [], waiting: SyntaxNode[] = [node];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const children = childrenOf(next), word = next.name;
      if (word === "and" || word === "or" || word === "not") tokens.push({ word, from: next.from });
      else if (this.#isLogic(next)) waiting.push(...children.reverse());
      else tokens.push(this.read(next));
    }
    return tokens;
  }

  #isLogic(node: SyntaxNode): boolean {
    if (node.name === "UnaryExpression") return node.firstChild?.name === "not";
    if (node.name !== "BinaryExpression") return false;
    const middle = node.firstChild?.nextSibling?.name;
    return middle === "or" || middle === "and";
  }

  #call(node: SyntaxNode): Expression {
    const [callee, list] = childrenOf(node);
    const called = this.read(callee);
    if (called.kind !== "name") throw new ExpressionFault(node.from, "only functions can be called, by their names");
    const args: Expression[] = [];
    let wanted = true; // between "(" or "," and the next of these, exactly one expression
    for (const child of childrenOf(list).slice(1, -1)) {
      if (child.name === ",") wanted = true;
      else if (!wanted || child.name === "*" || child.name === "**") throw this.refuse(child);
      else {
        args.push(this.read(child));
        wanted = false;
      }
    }
    return { kind: "call", name: called.name, args, from: node.from, to: node.to };
  }

  #member(node: SyntaxNode): Expression {
    const [object, mark, ...rest] = childrenOf(node);
    if (mark.name === "[") {
      return { kind: "index", of: this.read(object), items: this.#items(rest), from: node.from, to: node.to };
    }
    const owner = this.read(object);
    if (owner.kind !== "name") throw new ExpressionFault(mark.from, "only a name has parts after a dot");
    return { kind: "name", name: `${owner.name}.${this.textOf(rest[0])}`, from: node.from, to: node.to };
  }

  /** What stands between square brackets, one item a dimension. */
  #items(nodes: readonly SyntaxNode[]): IndexItem[] {
    const items: IndexItem[] = [];
    let item: SyntaxNode[] = [];
    for (const node of nodes) {
      if (node.name !== "," && node.name !== "]") item.push(node);
      else if (item.length) {
        items.push(this.#item(item));
        item = [];
      }
    }
    return items;
  }

  #item(nodes: readonly SyntaxNode[]): IndexItem {
    const span = { from: nodes[0].from, to: nodes[nodes.length - 1].to };
    if (nodes.length === 1 && nodes[0].name !== ":") return { kind: "at", index: this.#integer(nodes[0]), ...span };
    const bounds: (number | undefined)[] = [undefined];
    for (const node of nodes) {
      if (node.name === ":") bounds.push(undefined);
      else if (bounds[bounds.length - 1] === undefined) bounds[bounds.length - 1] = this.#integer(node);
      else throw this.refuse(node);
    }
    const [start, stop, step = 1] = bounds;
    if (bounds.length > 3 || step === 0) {
      throw new ExpressionFault(span.from, "a slice is start:stop or start:stop:step, the step not 0");
    }
    return { kind: "slice", start, stop, step, ...span };
  }

  /** Known before the run, because the shapes of readings are. */
  #integer(node: SyntaxNode): number {
    const read = this.read(node);
    const value = read.kind === "number"
      ? read.value
      : read.kind === "unary" && read.operand.kind === "number" && read.operator === "-"
      ? -read.operand.value
      : NaN;
    if (Number.isSafeInteger(value)) return value;
    throw new ExpressionFault(node.from, `an index is a whole number, not ${JSON.stringify(this.textOf(node))}`);
  }
}
