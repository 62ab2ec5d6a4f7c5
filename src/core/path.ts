import type { Point, Setpoints } from "./point.ts";

/** Go to these setpoints, read, and store the point. */
export interface MeasureRequest {
  /** Which request this is. */
  readonly kind: "measure";
  /** Where to, by axis; what is not named stays where it is. */
  readonly setpoint: Setpoints;
  /** Added to the setpoints of these axes where they go; the point keeps the nominal ones. For drift that was found. */
  readonly offset?: Readonly<Record<string, number>>;
  /** The place in the pass' grid; left out, points of a pass are counted. */
  readonly index?: readonly number[];
  /** The named series; `pass_0` when left out. */
  readonly pass?: string;
  /** Read these detectors only. */
  readonly read?: readonly string[];
  /** Outside a mask: nothing moves, nothing is read, the point is recorded as skipped. */
  readonly skip?: boolean;
  /** Paced loops that step with this point, outermost first: wait for each of them. */
  readonly due?: readonly Due[];
  /** Numbers that the path has found, stored as readings of this point beside what is read. */
  readonly give?: Readonly<Record<string, number>>;
  /** Whether the point is stored; it is when left out. The path is sent it all the same. */
  readonly keep?: boolean;
}

/** A paced loop is at this long after its step 0, start to start; being late is recorded as an overrun. */
export interface Due {
  /** The loop's dimension. */
  readonly loop: string;
  /** 0 starts the loop's clock anew. */
  readonly ms: number;
}

/** Go to these setpoints and store nothing. */
export interface MoveRequest {
  /** Which request this is. */
  readonly kind: "move";
  /** Where to, by axis; what is not named stays where it is. */
  readonly setpoint: Setpoints;
  /** Say also where these axes are. */
  readonly locate?: readonly string[];
  /** Where they are is where a run that is taken up again puts them, unless they are moved later. */
  readonly restore?: boolean;
  /** Carried out while a run is being cleaned up, even after an abort or a failure. */
  readonly always?: boolean;
  /** It has failed when it takes longer; what the axis says when left out. */
  readonly deadlineMs?: number;
}

/** Ask a person (or the declared default) before going on. */
export interface AskRequest {
  /** Which request this is. */
  readonly kind: "ask";
  /** What was found. */
  readonly found: string;
  /** What will happen on `continue`. */
  readonly next: string;
  /** The answer where nobody answers; `cancel` when left out. */
  readonly otherwise?: Answer;
  /** Wait this long for an answer; for ever when left out. */
  readonly deadlineMs?: number;
  /** What `continue` will do, for programs and for whoever reckons its time. */
  readonly action?: Action;
  /** What was found, for programs; JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a path means to do when it may. */
export interface Action {
  /** Which axes will move, and between which setpoints. */
  readonly axes: readonly { readonly axis: string; readonly from: number; readonly to: number }[];
  /** How many points it will measure, at the most. */
  readonly points: number;
}

/** A decision, in words and data, for the run's log. */
export interface NoteRequest {
  /** Which request this is. */
  readonly kind: "note";
  /** One sentence for people. */
  readonly text: string;
  /** What the decision was made on, for programs; JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Ask a program elsewhere (an optimiser in another process) for data. What it answers is recorded with the run. */
export interface ConsultRequest {
  /** Which request this is. */
  readonly kind: "consult";
  /** What it is told; JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Is this point stored already? Only a run that is resumed has any; then what lies behind it need not be done again. */
export interface RecallRequest {
  /** Which request this is. */
  readonly kind: "recall";
  /** The series of the point. */
  readonly pass: string;
  /** Its place there. */
  readonly index: readonly number[];
  /** Where it was measured. */
  readonly setpoint: Setpoints;
  /** Added to the setpoints of these axes where they went. */
  readonly offset?: Readonly<Record<string, number>>;
}

/** What a path may yield. */
export type Request = MeasureRequest | MoveRequest | AskRequest | NoteRequest | ConsultRequest | RecallRequest;

/** The answer to an `ask`: go on, leave this action out, or end the run. */
export type Answer = "continue" | "cancel" | "abort";

/** Where axes are: the reply to a `move`. */
export interface Located {
  /** What was asked of the axes that moved. */
  readonly setpoint: Setpoints;
  /** What those axes, and the ones named by `locate`, report. */
  readonly readback: Setpoints;
}

/** What a program elsewhere answers; JSON. */
export type Advice = Readonly<Record<string, unknown>>;

/**
 * What a path is sent: a point for `measure`, places for `move`, an answer for `ask`, advice for `consult`, the point or
 * nothing for `recall`, nothing for `note`.
 */
export type Reply = Point | Located | Answer | Advice | undefined;

/** What a path says when it has ended, for whoever folds it. */
export type Summary = Readonly<Record<string, unknown>>;

/** A scan as a synchronous generator: it yields requests and is sent the replies. It has no clock, promise or device. */
export type Path = Generator<Request, Summary | void, Reply>;
