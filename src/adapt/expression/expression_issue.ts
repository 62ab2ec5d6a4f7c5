import { InputError, type Issue } from "../../core/errors.ts";

/** So much of a long expression is shown on either side of what is wrong. */
const CONTEXT = 40;

/** The text, or what is around one place of a long one. */
function excerpt(text: string, from: number): string {
  const start = text.length > 3 * CONTEXT ? Math.max(0, from - CONTEXT) : 0;
  const end = text.length > 3 * CONTEXT ? Math.min(text.length, from + CONTEXT) : text.length;
  const shown = text.slice(start, end).replace(/[\r\n\t]/g, " "); // one for one, so that columns can be counted
  return `${start > 0 ? "…" : ""}${shown}${end < text.length ? "…" : ""}`;
}

/**
 * What is wrong with an expression, with the column that it is wrong at.
 *
 * @param path where the expression stands, as in `plan.trigger` or `derive.R`
 * @param text the whole expression
 * @param from the first character of what is wrong, from 0; the message counts columns from 1
 * @param message what is wrong and what would be right
 * @example
 * ```ts
 * import { expressionIssue } from "./expression_issue.ts";
 * const issue = expressionIssue("plan.trigger", "2 * diod > 5", 4, 'there is no signal "diod"');
 * console.assert(issue.message === 'column 5 of "2 * diod > 5": there is no signal "diod"');
 * ```
 */
export function expressionIssue(path: string, text: string, from: number, message: string): Issue {
  const column = Math.min(from, text.length) + 1;
  return {
    path,
    message: `column ${column} of "${excerpt(text, from)}": ${message}`,
    received: text,
    severity: "error",
  };
}

/** Something is wrong at one place of an expression whose text and path the thrower does not know. */
export class ExpressionFault extends Error {
  /** @param from the first character of what is wrong, from 0 */
  constructor(readonly from: number, message: string) {
    super(message);
  }
}

/**
 * Does what may throw an `ExpressionFault`, and makes an `InputError` of one, which says where it is.
 *
 * @throws InputError
 */
export function withColumns<T>(path: string, text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw new InputError([expressionIssue(path, text, error.from, error.message)]);
  }
}
