import type { Issue } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { Laid } from "./lay_out.ts";

/** Setpoints of a plan, and ways between them, that lie where axes must never be. */
export function forbidIssues(_forbid: readonly string[], _laid: Laid, _rig: Rig, _origin: Setpoints): Issue[] {
  return [];
}
