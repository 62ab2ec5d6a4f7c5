import type { AskRequest } from "../../core/path.ts";
import { defaultFronts } from "../../scan/default_fronts.ts";
import type { ApprovalFront } from "../../scan/engine/approvals.ts";
import { inKernel } from "../notebook/kernel.ts";
import { live } from "../notebook/live.ts";
import { RunView, type ViewedRun } from "./run_view.ts";
import { viewTerminal } from "./view_terminal.ts";

/** Who answers what a run asks, as its maker says it. */
export interface Askable {
  /** Answers by a function. */
  readonly answer?: (request: AskRequest) => unknown;
  /** Where people answer. */
  readonly fronts?: readonly ApprovalFront[];
}

/** What shows a run from its first point. */
export interface LiveView {
  /** Where the run asks; undefined where that is decided when it begins. */
  readonly fronts: readonly ApprovalFront[] | undefined;
  /** Shows it; the same run. */
  show<R extends ViewedRun>(run: R): R;
}

/**
 * What `live: true` shows of a run that is about to be made: at a terminal the view that `sonde run` has, which takes the keyboard
 * and so asks the run's questions too; elsewhere what `live` shows.
 *
 * @example
 * ```ts
 * import { liveView } from "./live_view.ts";
 * const answer = () => "continue";
 * const { fronts } = liveView({ answer, fronts: [] }); // nobody is asked but the function
 * console.assert(fronts?.length === 0);
 * ```
 */
export function liveView({ answer, fronts }: Askable): LiveView {
  const terminal = inKernel() ? undefined : viewTerminal();
  if (!terminal) return { fronts, show: live };
  const view = new RunView(terminal);
  return {
    fronts: view.fronts(fronts ?? (answer ? [] : defaultFronts())),
    show: (run) => {
      view.show(run);
      return run;
    },
  };
}
