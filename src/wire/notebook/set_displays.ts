import type { PeakAlong } from "../../adapt/peaks_along.ts";
import { setDisplayer } from "../../core/display.ts";
import type { Plan } from "../../core/plan.ts";
import type { Rig } from "../../core/rig.ts";
import type { CheckReport } from "../../scan/check.ts";
import type { RunPeaks } from "../pictures.ts";
import { displayData, type ShownData } from "./display_data.ts";
import { displayPeaks, type PeakCurve } from "./display_peaks.ts";
import { displayPlan } from "./display_plan.ts";
import { displayReport } from "./display_report.ts";
import { displayRig } from "./display_rig.ts";
import { displayRun, type ShownRun } from "./display_run.ts";
import { displayRuns } from "./display_runs.ts";
import type { RunEntry } from "../runs.ts";

/** Says how everything shows itself as the last value of a cell. */
export function setDisplays(): void {
  setDisplayer<Plan>("plan", (plan) => displayPlan(plan));
  setDisplayer<Rig>("rig", displayRig);
  setDisplayer<CheckReport>("report", displayReport);
  setDisplayer<ShownRun>("run", displayRun);
  setDisplayer<ShownData>("data", displayData);
  setDisplayer<RunPeaks | readonly PeakAlong[], PeakCurve>("peaks", displayPeaks);
  setDisplayer<readonly RunEntry[], { readonly folder: string }>("runs", displayRuns);
}
