import type { ApprovalFront } from "./engine/approvals.ts";
import { atTerminal } from "./interrupts.ts";
import { terminalFront } from "./terminal_front.ts";

let own: (() => readonly ApprovalFront[]) | undefined;

/** Where a run's questions are answered when its caller says nothing: in the notebook, else at the terminal, else nowhere. */
export function defaultFronts(): readonly ApprovalFront[] {
  if (own) return own();
  return atTerminal() ? [terminalFront()] : [];
}

/**
 * Says where questions are answered from now on, when the caller of a run says nothing.
 *
 * @returns disposing of it brings the terminal back
 */
export function useDefaultFronts(make: () => readonly ApprovalFront[]): Disposable {
  own = make;
  return {
    [Symbol.dispose]() {
      if (own === make) own = undefined;
    },
  };
}
