import type { Issue } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import type { RunRules } from "../core/rules.ts";

/** What is wrong with what a run shall watch: unknown signals and axes, wrong expressions, setpoints beyond limits. */
export function ruleIssues(_rules: RunRules, _rig: Rig): Issue[] {
  return [];
}
