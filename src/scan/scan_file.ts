import { stringify } from "@std/yaml";
import { derive, type Derived, type DerivedSpec } from "../adapt/derive.ts";
import { InputError, type Issue } from "../core/errors.ts";
import { parseYaml } from "../core/parse_yaml.ts";
import type { Plan } from "../core/plan.ts";
import type { AtEnd, RunRules, StreamOptions } from "../core/rules.ts";
import { inputIssues, type KnownKeys } from "../core/input_issues.ts";
import { issuesBelowUnknown } from "./parse_plan.ts";
import { refuseBottomless } from "./refuse_bottomless.ts";
import { resolveUses } from "./resolve_uses.ts";
import { nodeKeys, scanFileSchema } from "./schema.ts";
import { schemaKeys } from "../core/schema_keys.ts";
import type { OnReadError } from "./read_policy.ts";
import type { AnyRead } from "./rated_read.ts";

/** A scan that a YAML file describes, with its named plans put in place. */
export interface ScanFile extends RunRules, StreamOptions {
  /** With every `use` resolved. */
  readonly plan: Plan;
  /** The detectors to read at each point, or how often each of them is read. */
  readonly read: AnyRead;
  /** Signals computed from them. */
  readonly derive?: Derived;
  /** What is stored of what is read and derived; everything when left out. */
  readonly keep?: readonly string[];
  /** Devices by name, each with its driver and options; not yet looked at. */
  readonly rig?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where to store; `runs/{date}/{number}-{name}.zarr` when left out. */
  readonly to?: string;
  /** For people and for the folder. */
  readonly name?: string;
  /** What is measured. */
  readonly sample?: string;
  /** Who measures. */
  readonly operator?: string;
  /** Anything worth keeping. */
  readonly notes?: string;
  /** Of shuffles and simulators. */
  readonly seed?: number;
  /** No more points than this. */
  readonly maxPoints?: number;
  /** Dimensions that will be read together. */
  readonly readBy?: readonly string[];
  /** What to do with a detector that fails. */
  readonly onReadError?: OnReadError;
  /** A reading that takes longer has failed. */
  readonly readTimeoutMs?: number;
  /** Where axes are left at the end. */
  readonly atEnd?: AtEnd;
  /** What becomes of the scans that follow in a queue when this one fails; what the command line says when left out. */
  readonly onFailure?: "stop" | "continue";
}

/** Of nodes by their kind, whatever may stand in their place. */
function knownKeys(input: unknown): KnownKeys {
  return (received, path) => {
    const node = path[0] === "plan" || path[0] === "plans" ? nodeKeys(received) : [];
    return node.length ? node : schemaKeys(scanFileSchema, input, path);
  };
}

/**
 * A scan from the text of a YAML (or JSON) file.
 *
 * @param file the file's name, for messages
 * @throws InputError with every issue, each with its path
 *
 * @example
 * ```ts
 * import { parseScanFile } from "./scan_file.ts";
 * const { plan } = parseScanFile("read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }");
 * console.assert(plan.kind === "linspace");
 * ```
 */
export function parseScanFile(text: string, file = "the scan file"): ScanFile {
  const input = parseYaml(text, file);
  if (input === null || typeof input !== "object" || Array.isArray(input)) {
    throw InputError.at(file, "is not a scan: expected keys such as plan and read", input);
  }
  refuseBottomless(input, "");
  const result = scanFileSchema.safeParse(input), { derived, issues } = derivedOf(input);
  if (!result.success) {
    // Of derived signals more is known than their form: what they say of themselves goes before what the schema says.
    const form = inputIssues(result.error, input, "", knownKeys(input)).filter(({ path }) =>
      !issues.length || !/^derive\b/.test(path)
    );
    throw new InputError([...form, ...issues, ...issuesBelow(input)]);
  }
  if (issues.length) throw new InputError(issues);
  const { plans = {}, plan, derive: _, ...rest } = result.data, whole = resolveUses(plan, plans);
  refuseBottomless(whole, "plan");
  return { ...rest, ...derived && { derive: derived }, plan: whole };
}

/** The derived signals of a file, or what is wrong with them, each at its column. */
function derivedOf({ derive: given }: { derive?: unknown }): { derived?: Derived; issues: readonly Issue[] } {
  if (given === undefined || given === null || typeof given !== "object" || Array.isArray(given)) return { issues: [] };
  try {
    return { derived: derive(given as Readonly<Record<string, DerivedSpec>>), issues: [] };
  } catch (thrown) {
    if (thrown instanceof InputError) return { issues: thrown.issues };
    throw thrown;
  }
}

/** What the schema did not look into, in the plan and in the named ones. */
function issuesBelow({ plan, plans }: { plan?: unknown; plans?: unknown }): Issue[] {
  const named = plans && typeof plans === "object" ? Object.entries(plans) : [];
  return [["plan", plan] as const, ...named.map(([name, inner]) => [`plans.${name}`, inner] as const)]
    .flatMap(([path, inner]) => issuesBelowUnknown(inner, path));
}

/**
 * A plan as YAML text that `parseScanFile` reads under the key `plan`.
 *
 * @example
 * ```ts
 * import { linspace, parseScanFile, planToYaml } from "sonde";
 * const plan = linspace("x", -1, 1, 5), text = planToYaml(plan).replaceAll(/^/gm, "  ");
 * console.assert(JSON.stringify(parseScanFile(`read: [diode]\nplan:\n${text}`).plan) === JSON.stringify(plan));
 * ```
 */
export function planToYaml(plan: Plan): string {
  return stringify(plan);
}
