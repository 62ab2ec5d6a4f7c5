import { InputError, type Issue } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import { Forbidden } from "./forbid/forbidden.ts";
import type { Laid } from "./lay_out.ts";

/** What is wrong with the conditions themselves. */
export function conditionIssues(forbid: readonly string[] = [], rig: Rig): readonly Issue[] {
  const read = readConditions(forbid, rig);
  return read instanceof InputError ? read.issues : [];
}

function readConditions(forbid: readonly string[], rig: Rig): Forbidden | InputError {
  try {
    return new Forbidden(forbid, rig.axes);
  } catch (thrown) {
    if (thrown instanceof InputError) return thrown;
    throw thrown;
  }
}

/** Setpoints of a plan, and ways between them, that lie where axes must never be. */
export function forbidIssues(forbid: readonly string[], _laid: Laid, rig: Rig, _origin: Setpoints): readonly Issue[] {
  const forbidden = readConditions(forbid, rig);
  if (forbidden instanceof InputError) return forbidden.issues;
  return [];
}
