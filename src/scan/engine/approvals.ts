import type { Clock } from "../../core/clock.ts";
import { messageOf, show, SondeError } from "../../core/errors.ts";
import type { Answer, AskRequest } from "../../core/path.ts";
import { duration } from "../duration.ts";

/** A question to a person: what a path asks, with what the engine knows beside it. */
export interface ApprovalQuestion extends Omit<AskRequest, "kind"> {
  /** The answer where nobody answers. */
  readonly otherwise: Answer;
  /** How long the action should take, from the pace of the run so far; undefined where that cannot be said. */
  readonly timeMs?: number;
  /** When it was asked: milliseconds since 1970-01-01 UTC. */
  readonly askedAtMs: number;
  /** The whole question for people, three lines: what was found, what will happen, and what happens without an answer. */
  readonly text: string;
}

/** Where a person can answer: a terminal, a page, a function. Several may be asked at once; the first answer wins. */
export interface ApprovalFront {
  /** Recorded as who has answered. */
  readonly name: string;
  /**
   * Shows the question and waits for its answer. It may throw or never answer: the others still can.
   *
   * @param signal aborted when the question is over: answered elsewhere, past its deadline, or withdrawn by a pause or
   *   an abort; its reason says which
   */
  ask(question: ApprovalQuestion, signal: AbortSignal): Answer | Promise<Answer>;
}

/** How a question was decided. */
export interface Decision {
  /** What happens. */
  readonly answer: Answer;
  /** The name of a front; `deadline` where none has answered in time; `nobody` where there was none that could. */
  readonly by: string;
  /** Since the question was asked. */
  readonly afterMs: number;
}

const WORDS: readonly Answer[] = ["continue", "cancel", "abort"];

/** What each answer means, for people. */
export const ANSWER_TEXT: Readonly<Record<Answer, string>> = {
  continue: "it is done",
  cancel: "it is left out, and the run goes on",
  abort: "the run is ended",
};

/**
 * The question that is put to people.
 *
 * @param unitOf the unit of an axis; empty where it has none
 *
 * @example
 * ```ts
 * import { approvalQuestion } from "./approvals.ts";
 * const request = {
 *   kind: "ask",
 *   found: "a peak at 640.22 nm, 0.93 V high",
 *   next: "measure it more finely",
 *   deadlineMs: 30_000,
 *   action: { axes: [{ axis: "wavelength", from: 640, to: 640.5 }], points: 21 },
 * } as const;
 * const { text } = approvalQuestion(request, { askedAtMs: 0, timeMs: 4200, unitOf: () => "nm" });
 * console.assert(text.includes("wavelength 640 … 640.5 nm, at most 21 points, about 4.2 s"));
 * console.assert(text.endsWith("Without an answer within 30 s: cancel (it is left out, and the run goes on)."));
 * ```
 */
export function approvalQuestion(
  { kind: _, ...request }: AskRequest,
  { askedAtMs, timeMs, unitOf }: {
    readonly askedAtMs: number;
    readonly timeMs?: number;
    readonly unitOf: (axis: string) => string;
  },
): ApprovalQuestion {
  const { found, next, otherwise = "cancel", deadlineMs, action } = request;
  const ranges =
    action?.axes.map(({ axis, from, to }) => `${axis} ${rangeText(from, to)}${unitOf(axis) && ` ${unitOf(axis)}`}`) ??
      [];
  const cost = [
    ...ranges,
    ...(action ? [`at most ${action.points} ${action.points === 1 ? "point" : "points"}`] : []),
    ...(timeMs === undefined ? [] : [`about ${duration(timeMs)}`]),
  ];
  const text = [
    `Found: ${found}.`,
    `Next:  ${next}${cost.length ? ` (${cost.join(", ")})` : ""}.`,
    deadlineMs === undefined
      ? "Without an answer the run waits, and its axes hold."
      : `Without an answer within ${duration(deadlineMs)}: ${otherwise} (${ANSWER_TEXT[otherwise]}).`,
  ].join("\n");
  return { ...request, otherwise, timeMs, askedAtMs, text };
}

function rangeText(from: number, to: number): string {
  return from === to ? short(from) : `${short(from)} … ${short(to)}`;
}

/** A setpoint without the digits that arithmetic has left behind. */
function short(setpoint: number): string {
  return String(Number(setpoint.toPrecision(8)));
}

/** What `decide` needs beside the question. */
export interface Deciding {
  /** Deadlines run on this clock. */
  readonly clock: Clock;
  /** Withdraws the question: `decide` rejects with its reason. */
  readonly signal: AbortSignal;
  /** Told of a front that cannot answer, and why. */
  warn(text: string): void;
}

/**
 * Puts a question to all fronts at once. The first answer wins, and the others are told that it is over; one that throws,
 * or gives another word than `continue`, `cancel` or `abort`, is left out. After the deadline, and at once where no front
 * is left that could answer, the declared default is taken.
 *
 * @throws the reason of `signal` when the question is withdrawn
 *
 * @example
 * ```ts
 * import { systemClock } from "../../core/clock.ts";
 * import { approvalQuestion, decide } from "./approvals.ts";
 * const request = { kind: "ask", found: "a peak", next: "zoom" } as const;
 * const question = approvalQuestion(request, { askedAtMs: systemClock.nowMs(), unitOf: () => "" });
 * const deciding = { clock: systemClock, signal: new AbortController().signal, warn: console.error };
 * const page = { name: "page", ask: () => "continue" as const };
 * console.assert((await decide(question, [page], deciding)).by === "page");
 * console.assert((await decide(question, [], deciding)).answer === "cancel");
 * ```
 */
export function decide(
  question: ApprovalQuestion,
  fronts: readonly ApprovalFront[],
  { clock, signal, warn }: Deciding,
): Promise<Decision> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    let asked = fronts.length, cancelDeadline = () => {};
    const end = (reason: unknown, settle: () => void) => {
      if (over.signal.aborted) return;
      cancelDeadline();
      signal.removeEventListener("abort", withdraw);
      settle();
      over.abort(reason);
    };
    const take = (answer: Answer, by: string) =>
      end(
        new SondeError(`${by}: ${answer}`),
        () => resolve({ answer, by, afterMs: clock.nowMs() - question.askedAtMs }),
      );
    const withdraw = () => end(signal.reason, () => reject(signal.reason));
    const giveUp = (name: string, why: string) => {
      if (over.signal.aborted) return;
      warn(`${name} cannot answer: ${why}`);
      if (--asked === 0) take(question.otherwise, "nobody");
    };
    if (signal.aborted) return withdraw();
    signal.addEventListener("abort", withdraw);
    if (!asked) return take(question.otherwise, "nobody");
    if (question.deadlineMs !== undefined) {
      cancelDeadline = clock.timer(question.deadlineMs, () => take(question.otherwise, "deadline"));
    }
    for (const front of fronts) {
      const ask = async () => {
        const answer: unknown = await front.ask(question, over.signal);
        if (WORDS.includes(answer as Answer)) take(answer as Answer, front.name);
        else giveUp(front.name, `it said ${show(answer)}; allowed: ${WORDS.join(", ")}`);
      };
      ask().catch((thrown) => giveUp(front.name, messageOf(thrown)));
    }
  });
}
