import type { Issue } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import type { RunRules } from "../core/rules.ts";
import type { SignalOptions } from "./run_signals.ts";
import { planWatch } from "./watch_plan.ts";

/**
 * What is wrong with what a run shall watch: unknown signals and axes, wrong expressions, setpoints beyond limits.
 *
 * @param options what else the run is told: what it reads, and what it derives from that
 */
export function ruleIssues(options: RunRules & SignalOptions, rig: Rig): Issue[] {
  return [...planWatch(options, rig)?.issues ?? []];
}
