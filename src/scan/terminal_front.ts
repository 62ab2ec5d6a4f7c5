import { messageOf, SondeError } from "../core/errors.ts";
import type { Answer } from "../core/path.ts";
import { type ApprovalFront, type ApprovalQuestion } from "./engine/approvals.ts";
import { atTerminal, onLines } from "./interrupts.ts";

/** What is typed for each answer. A bare Enter is none of them: it must not set axes in motion. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  y: "continue",
  yes: "continue",
  continue: "continue",
  n: "cancel",
  no: "cancel",
  cancel: "cancel",
  a: "abort",
  abort: "abort",
};

const KEYS = "y: continue, n: leave it out, a: abort the run; then Enter.";

/** A line of its own, free of any progress bar. */
function print(text: string): void {
  console.error(`\r\x1b[K${text}`);
}

/**
 * Asks the person at the terminal, on standard error, who types `y`, `n` or `a` and Enter. The terminal stays as it is:
 * Ctrl-C pauses and aborts as ever, and what was typed before the question does not count.
 *
 * It is there by default when a scan is run at a terminal and is given neither `answer` nor `fronts`.
 *
 * @example
 * ```ts
 * import { terminalFront } from "./terminal_front.ts";
 * console.assert(terminalFront().name === "terminal");
 * ```
 */
export function terminalFront(): ApprovalFront {
  return { name: "terminal", ask: askAtTerminal };
}

function askAtTerminal({ text }: ApprovalQuestion, signal: AbortSignal): Promise<Answer> {
  if (!atTerminal()) return Promise.reject(new SondeError("there is no terminal"));
  return new Promise((resolve, reject) => {
    const over = () => {
      stop();
      print(`(${messageOf(signal.reason)})`);
      reject(signal.reason);
    };
    const stop = onLines((line) => {
      const answer = ANSWERS[line.trim().toLowerCase()];
      if (!answer) return print(KEYS);
      signal.removeEventListener("abort", over);
      stop();
      resolve(answer);
    }, () => {
      signal.removeEventListener("abort", over);
      reject(new SondeError("its input has ended"));
    });
    print(`${text}\n${KEYS}`);
    signal.addEventListener("abort", over, { once: true });
  });
}
