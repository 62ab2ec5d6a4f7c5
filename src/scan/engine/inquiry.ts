import { SondeError } from "../../core/errors.ts";
import type { Advice, Answer, AskRequest, ConsultRequest } from "../../core/path.ts";
import type { Rig } from "../../core/rig.ts";
import type { LogEntry } from "../../core/sink.ts";
import type { Advisor } from "../path_tools.ts";
import { type ApprovalFront, type ApprovalQuestion, approvalQuestion, decide } from "./approvals.ts";
import { isPromise, type Waits } from "./waits.ts";

/** What an inquiry works with. */
export interface InquiryMeans {
  readonly rig: Rig;
  readonly waits: Waits;
  readonly fronts: readonly ApprovalFront[];
  readonly advisor?: Advisor;
  say(line: string): void;
  /** How long so many points take; undefined where nobody knows. */
  timeFor(points: number): number | undefined;
  log(kind: LogEntry["kind"], text: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Waits with no point in hand. */
  idle<T>(start: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Asks people, and programs elsewhere, what a path wants to know. */
export class Inquiry {
  /** What a person is being asked. */
  question: ApprovalQuestion | undefined;
  #answer: Answer | undefined;
  #advising: { readonly promise: PromiseLike<Advice> | Advice; recorded: boolean } | undefined;

  /** Asks nothing yet. */
  constructor(readonly means: InquiryMeans) {}

  /**
   * Asks people, and records question and answer, and who has answered.
   *
   * @param again the same question was broken off by a pause: it is asked anew unless it had been decided already
   */
  async ask(request: AskRequest, again = false): Promise<Answer> {
    if (again && this.#answer) return this.#answer;
    this.#answer = undefined;
    const { rig, waits: { clock }, fronts, say, log, idle, timeFor } = this.means, troubles: string[] = [];
    const warn = (text: string) => {
      troubles.push(text);
      say(`warning: ${text}`);
    };
    const question = this.question = approvalQuestion(request, {
      askedAtMs: clock.nowMs(),
      timeMs: request.action && timeFor(request.action.points),
      unitOf: (axis) => rig.axes.get(axis)?.unit ?? "",
    });
    const { found, next } = request;
    try {
      const { answer, by, afterMs } = await idle((signal) => decide(question, fronts, { clock, signal, warn }));
      this.#answer = answer;
      if (by === "nobody" || by === "deadline") say(`${found}: ${next}? ${answer} (${by} has answered)`);
      for (const text of troubles) await log("warning", text);
      await log("ask", `${found}: ${next}? ${answer}`, { ...request, answer, by, afterMs });
      return answer;
    } catch (thrown) {
      // Whoever breaks it off does not wait for the log.
      if (!this.#answer) {
        void log("transition", `not answered: ${found}: ${next}?`, { found, next }).catch(() => {});
      }
      throw thrown;
    } finally {
      this.question = undefined;
    }
  }

  /**
   * Consults a program elsewhere, and records what it answers.
   *
   * @param again the wait was broken off by a pause: the program has been asked already
   */
  async consult({ data }: ConsultRequest, again = false): Promise<Advice> {
    const { advisor, idle, log } = this.means;
    if (!advisor) throw new SondeError("the path consults a program elsewhere, and was given none (advisor)");
    if (!again || !this.#advising) this.#advising = { promise: advisor.advise(data), recorded: false };
    const { promise } = this.#advising;
    const advice = isPromise(promise) ? await idle((signal) => unless(signal, promise)) : promise;
    if (this.#advising.recorded) return advice;
    this.#advising.recorded = true;
    await log("transition", "advised", { reply: advice });
    return advice;
  }
}

/** Waits for a promise unless the signal is aborted: whoever does not know of signals is left to itself. */
function unless<T>(signal: AbortSignal, promise: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).then(() => signal.removeEventListener("abort", stop));
  });
}
