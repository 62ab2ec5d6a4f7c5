import type {
  Answer,
  AskRequest,
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

/** What a user's generator is given: the four requests, typed for the rig. */
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
  /** Asks whether to go on. */
  ask(found: string, next: string, otherwise?: Answer): Asking<AskRequest, Answer>;
  /** Writes into the run's log. */
  note(text: string, data?: Readonly<Record<string, unknown>>): Asking<NoteRequest, void>;
}

/** A user's own scan: a generator function that is given the tools. */
export type PathFunction<A = Record<string, Setpoint>, D = Record<string, unknown>> = (
  tools: PathTools<A, D>,
) => Path;

/** The tools; they hold no state. */
export const pathTools: PathTools = {
  *measure(setpoint, options = {}) {
    return (yield { kind: "measure", setpoint: setpoint as Record<string, Setpoint>, ...options }) as never;
  },
  *move(setpoint, options = {}) {
    return (yield { kind: "move", setpoint: setpoint as Record<string, Setpoint>, ...options }) as Located;
  },
  *ask(found, next, otherwise) {
    return (yield { kind: "ask", found, next, otherwise }) as Answer;
  },
  *note(text, data) {
    yield { kind: "note", text, data };
  },
};
