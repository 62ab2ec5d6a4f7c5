import { InputError, type Issue, show } from "../core/errors.ts";
import type { DeviceSpec } from "../core/device.ts";
import { readFormula } from "../core/formula.ts";
import type { RigAxis } from "../core/rig.ts";

/** The key of a rig file that says where axes must never be, beside its devices. */
export const FORBID_KEY = "forbid";

/** Where specs carry what their rig file forbids: no device can have this name, and a spread takes it along. */
const FORBID = Symbol("forbid");

const EXPECTED = 'conditions that must never hold, in a list, as in ["objective < 0.2 and abs(x) > 3"]';

/** What is wrong with the form of `forbid`, with its place in the rig. */
export function forbidFormIssues(forbid: unknown): Issue[] {
  const issue = (path: string, received: unknown): Issue => {
    return { path, message: `expected ${EXPECTED}; received ${show(received)}`, received, severity: "error" };
  };
  if (!Array.isArray(forbid) || !forbid.length) return [issue("rig.forbid", forbid)];
  return forbid.flatMap((text, k) => typeof text === "string" && text.trim() ? [] : [issue(`rig.forbid[${k}]`, text)]);
}

/** The specs of a rig file that forbids places as well: `connect` obeys. */
export function withForbid<S extends Readonly<Record<string, DeviceSpec>>>(specs: S, forbid: readonly string[]): S {
  return Object.assign(specs, { [FORBID]: forbid });
}

/**
 * All that a rig forbids, each once: what the rig file of its specs says, and what `connect` is told.
 *
 * @throws InputError for what is no list of conditions
 */
export function rigForbid(specs: object, told: readonly string[] = []): readonly string[] {
  const issues = Array.isArray(told) && !told.length ? [] : forbidFormIssues(told);
  if (issues.length) throw new InputError(issues);
  return [...new Set([...(specs as { readonly [FORBID]?: readonly string[] })[FORBID] ?? [], ...told])];
}

/**
 * Looks at the places that a rig forbids, once its axes are known.
 *
 * @throws InputError with every issue: unknown names and labels with the near match, and derived axes that do not say by
 *   a formula where they stand
 */
export function checkForbid(forbid: readonly string[], axes: ReadonlyMap<string, RigAxis>): void {
  const issues = forbid.flatMap((text, k) => conditionIssues(text, `rig.forbid[${k}]`, axes));
  if (issues.length) throw new InputError(issues);
}

function conditionIssues(text: string, path: string, axes: ReadonlyMap<string, RigAxis>): Issue[] {
  let names: readonly string[];
  try {
    ({ names } = readFormula(text, axes, path));
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown;
    const said = (message: string) => message.replace("there is no signal", "the rig has no axis");
    return thrown.issues.map(({ message, ...issue }) => ({ ...issue, message: said(message) }));
  }
  const issue = (message: string, received: string): Issue[] => [{ path, message, received, severity: "error" }];
  if (!names.length) return issue(`names no axis: ${text}`, text);
  return names.flatMap((name) => {
    const axis = axes.get(name)!;
    if (!axis.derived || axis.reads !== undefined) return [];
    return issue(`${name} moves ${axis.derived.moves.join(", ")}: say of those where they must never be`, name);
  });
}
