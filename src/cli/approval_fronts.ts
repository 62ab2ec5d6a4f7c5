import type { Answer } from "../core/path.ts";
import type { ApprovalFront, ApprovalQuestion } from "../scan/engine/approvals.ts";
import { InputError } from "../core/errors.ts";
import { atTerminal } from "../scan/interrupts.ts";
import { terminalFront } from "../scan/terminal_front.ts";
import { notice, type OutputOptions } from "./output.ts";

/** Who answers what a scan asks. */
export interface ApprovalFlags {
  /** `--yes`: continue, always. */
  readonly yes?: boolean;
  /** False with `--no-input`: nobody is asked, also at a terminal. */
  readonly input?: boolean;
}

/**
 * Where the questions of a scan are answered: by `--yes`, at the terminal, or, where nobody sits there and after
 * `--no-input`, by what the plan declares. An answer that no person gave is said on standard error.
 *
 * @throws InputError when both flags are given
 */
export function approvalFronts({ yes, input = true, quiet }: ApprovalFlags & OutputOptions): ApprovalFront[] {
  if (yes && !input) {
    throw InputError.at(
      "--yes",
      "answers what --no-input leaves to the plan: give one of them",
      true,
      "--yes or --no-input",
    );
  }
  const said = (name: string, who: string, answerOf: (question: ApprovalQuestion) => Answer): ApprovalFront => ({
    name,
    ask(question) {
      const answer = answerOf(question);
      if (!quiet) notice(`${question.found}: ${question.next}? ${answer} (${who})`);
      return answer;
    },
  });
  if (yes) return [said("--yes", "--yes", () => "continue")];
  if (input && atTerminal()) return [terminalFront()];
  const why = input
    ? "there is no terminal, so the plan's own default is taken"
    : "--no-input: the plan's own default is taken";
  return [said("nobody", why, ({ otherwise }) => otherwise)];
}
