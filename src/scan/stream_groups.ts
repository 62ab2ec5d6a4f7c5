import type { Issue } from "../core/errors.ts";
import type { LayoutGroup } from "../core/layout.ts";
import type { Rig } from "../core/rig.ts";
import type { StreamOptions } from "../core/rules.ts";

/** Where what is recorded beside the points is stored. */
export function streamGroups(_streams: StreamOptions, _rig: Rig): LayoutGroup[] {
  return [];
}

/** What is wrong with what shall be recorded beside the points: names that the rig does not have. */
export function streamIssues(_streams: StreamOptions, _rig: Rig): Issue[] {
  return [];
}
