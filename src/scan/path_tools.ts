import type {
  Advice,
  Answer,
  AskRequest,
  ConsultRequest,
  Located,
  MeasureRequest,
  MoveRequest,
  NoteRequest,
  Path,
  Reply,
} from "../core/path.ts";
import type { Point, Setpoint } from "../core/point.ts";

/** A generator that asks for one thing and returns the reply; call it with `yield*`. */
export type Asking<Q, T> = Generator<Q, T, Reply>;

/** How a question is asked. */
export type AskingOptions = Pick<AskRequest, "otherwise" | "deadlineMs" | "action" | "data">;

/** A program elsewhere that a path may consult: an optimiser in another process, say. */
export interface Advisor {
  /** Who it is, for messages. */
  readonly name: string;
  /** Is told something, and answers. What both say is JSON. It rejects when it cannot answer: the run fails then. */
  advise(data: Advice): Advice | Promise<Advice>;
  /** Ends what it holds open. The run calls it once when it ends, whatever happened, also when nothing was ever asked. */
  close(): void | Promise<void>;
}

/** What a user's generator is given: the requests, typed for the rig. */
export interface PathTools<A = Record<string, Setpoint>, D = Record<string, unknown>> {
  /** Goes there, reads, and stores the point, which comes back. */
  measure<const S extends Partial<A>>(
    setpoint: S,
    options?: { readonly pass?: string; readonly read?: readonly string[] },
  ): Asking<MeasureRequest, Point<Pick<A, keyof S & keyof A>, D>>;
  /** Goes there and stores nothing; `always` moves also happen while an aborted run is cleaned up (in a `finally`). */
  move<const S extends Partial<A>>(
    setpoint: S,
    options?: { readonly always?: boolean; readonly locate?: readonly (keyof A & string)[] },
  ): Asking<MoveRequest, Located>;
  /** Asks whether to go on; the last argument is the answer where nobody answers, or all that can be said of the question. */
  ask(found: string, next: string, otherwise?: Answer | AskingOptions): Asking<AskRequest, Answer>;
  /** Asks the path's advisor, a program elsewhere. What it answers is recorded, and sent again when the run is resumed. */
  consult(data: Advice): Asking<ConsultRequest, Advice>;
  /** Writes into the run's log. */
  note(text: string, data?: Readonly<Record<string, unknown>>): Asking<NoteRequest, void>;
}

/** A user's own scan: a generator function that is given the tools. */
export interface PathFunction<A = Record<string, Setpoint>, D = Record<string, unknown>> {
  /** The path of one run. */
  (tools: PathTools<A, D>): Path;
  /** Whom its `consult` goes to. The run closes it. */
  readonly advisor?: Advisor;
}

/** The tools; they hold no state. */
export const pathTools: PathTools = {
  *measure(setpoint, options = {}) {
    return (yield { kind: "measure", setpoint: setpoint as Record<string, Setpoint>, ...options }) as never;
  },
  *move(setpoint, options = {}) {
    return (yield { kind: "move", setpoint: setpoint as Record<string, Setpoint>, ...options }) as Located;
  },
  *ask(found, next, otherwise) {
    const how = typeof otherwise === "object" ? otherwise : { otherwise };
    return (yield { kind: "ask", found, next, ...how }) as Answer;
  },
  *consult(data) {
    return (yield { kind: "consult", data }) as Advice;
  },
  *note(text, data) {
    yield { kind: "note", text, data };
  },
};
