import type { MeasureRequest } from "../core/path.ts";
import { lineOf } from "./line_of.ts";

/**
 * Remembers which line a point that failed has left (`onReadError: { then: "skipLine" }`), until there is a point of another one.
 * What is measured in between, around the plan, leaves its own lines and no others: the plan's is taken up where it was left.
 */
export class SkippedLines {
  readonly #actions: ReadonlySet<string>;
  /** Of the plan; empty where there is none. */
  #own = "";
  /** Of what is done around it. */
  #action = "";

  /** @param actions the passes of what is done around the plan */
  constructor(actions: ReadonlySet<string> = new Set()) {
    this.#actions = actions;
  }

  /** Leaves the line of a point that has failed. */
  leave(request: MeasureRequest): void {
    this.#keep(request, lineOf(request));
  }

  /** Forgets the line of a point that was measured all the same. */
  forget(request: MeasureRequest): void {
    this.#keep(request, "");
  }

  /** Whether the next point is on a line that was left. One on another line ends that. */
  leavesOut(request: MeasureRequest): boolean {
    const left = this.#isAction(request) ? this.#action : this.#own;
    const leavesOut = left !== "" && left === lineOf(request);
    this.#keep(request, leavesOut ? left : "");
    return leavesOut;
  }

  /** An action is over when the plan goes on. */
  #keep(request: MeasureRequest, line: string): void {
    if (!this.#isAction(request)) this.#own = line;
    this.#action = this.#isAction(request) ? line : "";
  }

  #isAction({ pass = "pass_0" }: MeasureRequest): boolean {
    return this.#actions.has(pass);
  }
}
