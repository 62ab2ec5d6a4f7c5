import { messageOf, SondeError } from "../../core/errors.ts";
import type { Answer } from "../../core/path.ts";
import type { ApprovalQuestion } from "../../scan/engine/approvals.ts";

/** By the words that people type; a bare Enter is none of them: it must not set axes in motion. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  ...{ y: "continue", yes: "continue", continue: "continue" },
  ...{ n: "cancel", no: "cancel", cancel: "cancel" },
  ...{ a: "abort", abort: "abort" },
};
/** Keys pressed before anybody can have read the question do not answer it. */
const UNREAD_MS = 100;
/** Longer than any answer. */
const MOST_TYPED = 24;

/** What a question waits for. */
interface Asked {
  readonly question: ApprovalQuestion;
  readonly fromMs: number;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (why: unknown) => void;
}

/**
 * The question of a run in its view, answered as at a plain terminal: `y`, `n` or `a`, or the word, and Enter.
 *
 * @param tell is told in a line, or some, what was asked and how it was decided
 */
export class ViewQuestion {
  readonly #tell: (text: string) => void;
  #asked: Asked | undefined;
  #typed = "";
  #hint = false;

  /** Nothing is asked. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Whether keys are for an answer now. */
  get open(): boolean {
    return this.#asked !== undefined;
  }

  /**
   * Asks, and waits for the answer; undefined when it has to be asked elsewhere (`giveUp`).
   *
   * @throws the reason of `signal`, when the question is over
   */
  ask(question: ApprovalQuestion, signal: AbortSignal): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      [this.#typed, this.#hint] = ["", false];
      const asked = this.#asked = { question, fromMs: performance.now(), resolve, reject };
      const over = () => {
        // One that a person has answered here is over by that.
        if (this.#asked !== asked) return;
        this.#over(() => {
          this.#tell(`${headOf(question)}\n(${messageOf(signal.reason)})`);
          reject(signal.reason);
        });
      };
      signal.addEventListener("abort", over, { once: true });
    });
  }

  /** No more keys will come. */
  giveUp(): void {
    const asked = this.#asked;
    if (asked) this.#over(() => asked.resolve(undefined));
  }

  /** The question and what was typed; empty when nothing is asked. */
  lines(): readonly string[] {
    if (!this.#asked) return [];
    const keys = "y: continue, n: leave it out, a: abort the run; then Enter";
    return [...this.#asked.question.text.split("\n"), `${this.#hint ? "One of these: " : ""}${keys}: ${this.#typed}`];
  }

  /** A key of the answer. */
  press(key: string): void {
    const asked = this.#asked;
    if (!asked || performance.now() - asked.fromMs < UNREAD_MS) return;
    if (key === "Ctrl-D") return this.#over(() => asked.reject(new SondeError("its input has ended")));
    if (key === "Backspace") this.#typed = this.#typed.slice(0, -1);
    else if (key === "Escape") this.#typed = "";
    else if (key === "Enter") this.#answer(asked);
    else if (key.length === 1) this.#typed = (this.#typed + key).slice(0, MOST_TYPED);
  }

  #answer({ question, resolve }: Asked): void {
    const word = this.#typed.trim().toLowerCase(), answer = Object.hasOwn(ANSWERS, word) ? ANSWERS[word] : undefined;
    this.#typed = "";
    this.#hint = !answer;
    if (!answer) return;
    this.#over(() => {
      this.#tell(`${headOf(question)}\nAnswer: ${answer}.`);
      resolve(answer);
    });
  }

  #over(settle: () => void): void {
    this.#asked = undefined;
    settle();
  }
}

/** What was found and what is next, without what happens if nobody answers. */
function headOf({ text }: ApprovalQuestion): string {
  return text.split("\n").slice(0, 2).join("\n");
}
