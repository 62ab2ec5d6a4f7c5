import type { DerivedReader } from "../../adapt/derive/derived_reader.ts";
import type { Answer, AskRequest, Path } from "../../core/path.ts";
import type { Setpoints } from "../../core/point.ts";
import type { Rig, RigChannel } from "../../core/rig.ts";
import type { RunRules, StreamOptions } from "../../core/rules.ts";
import type { Cost, RunHeader, Sink } from "../../core/sink.ts";
import type { Advisor } from "../path_tools.ts";
import type { OnReadError } from "../read_policy.ts";
import type { SignalOptions } from "../run_signals.ts";
import type { WatchPlan } from "../watch_plan.ts";
import type { ApprovalFront } from "./approvals.ts";

/** Everything that a run needs, decided before it starts. */
export interface Job {
  readonly rig: Rig;
  readonly channels: readonly RigChannel[];
  /** What is doubtful about the plan: said, and kept in the log. */
  readonly warnings: readonly string[];
  readonly sinks: readonly Sink[];
  readonly policy: Required<OnReadError>;
  /** The passes of what is done around the plan. */
  readonly actions: ReadonlySet<string>;
  /** By axis, as the plan declares it. */
  readonly settleMs: ReadonlyMap<string, number>;
  /** By axis, as the plan declares it. */
  readonly backlash: ReadonlyMap<string, number>;
  readonly readTimeoutMs?: number;
  readonly maxPoints: number;
  /** Points that will be measured; undefined where that depends on what is measured. */
  readonly total: number | undefined;
  /** Points that a rehearsal took, where that depends on what is measured. */
  readonly expected?: number;
  readonly estimate: Cost;
  readonly signal?: AbortSignal;
  /** Whether points are stored by their count. */
  readonly counted: boolean;
  /** Whether the path looks at what it is sent, so that all of it is recorded. */
  readonly recorded: boolean;
  /** Computes the readings that are derived. */
  readonly derived?: DerivedReader;
  /** Answers what a path asks: one more front. */
  readonly answer?: (request: AskRequest) => Answer | Promise<Answer>;
  /** Where questions are answered; the terminal, where there is one, when this and `answer` are left out. */
  readonly fronts?: readonly ApprovalFront[];
  /** Where a path's `consult` goes; nowhere when left out. The run closes it when it ends. */
  readonly advisor?: Advisor;
  /** Of a run that is resumed: the points that it has, and the last setpoint of every axis. */
  readonly resumed?: { readonly measured: number; readonly skipped: number; readonly setpoint: Setpoints };
  /** What is watched beside the points. */
  readonly rules: RunRules;
  /** The same, ready to be looked at; undefined where it needs no looks. */
  readonly watch?: WatchPlan;
  /** What is recorded beside them. */
  readonly streams: StreamOptions;
  /** What is read, and derived from it, as it was said. */
  readonly signals?: Pick<SignalOptions, "read" | "derive">;
  /** For whoever likes to know. */
  readonly say: (line: string) => void;
  /** For a person who has to do something. */
  readonly call: (line: string) => void;
  /** Where relative axes stand; asked before anything moves. */
  findOrigin(signal: AbortSignal): Promise<Setpoints>;
  /** Throws an `InputError` when the plan does not fit from this origin. */
  header(origin: Setpoints): RunHeader;
  path(): Path;
}
