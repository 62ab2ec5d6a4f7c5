import { parse, stringify } from "@std/yaml";
import { InputError, messageOf } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import { inputIssues } from "./input_issues.ts";
import { refuseBottomless, resolveUses } from "./parse_plan.ts";
import { nodeKeys, onReadErrorSchema, scanFileSchema } from "./schema.ts";
import type { OnReadError } from "./read_policy.ts";

/** A scan that a YAML file describes, with its named plans put in place. */
export interface ScanFile {
  readonly plan: Plan;
  readonly read: readonly string[];
  /** Devices by name, each with its driver and options; not yet looked at. */
  readonly rig?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly to?: string;
  readonly name?: string;
  readonly sample?: string;
  readonly operator?: string;
  readonly notes?: string;
  readonly seed?: number;
  readonly maxPoints?: number;
  readonly onReadError?: OnReadError;
  readonly readTimeoutMs?: number;
}

function knownKeys(received: unknown, path: readonly PropertyKey[]): readonly string[] {
  if (path.at(-1) === "onReadError") return Object.keys(onReadErrorSchema.shape);
  return path.length ? nodeKeys(received) : Object.keys(scanFileSchema.shape);
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
  let input: unknown;
  try {
    input = parse(text);
  } catch (thrown) {
    throw InputError.at(file, `is not YAML: ${messageOf(thrown).split("\n")[0]}`);
  }
  if (input === null || typeof input !== "object" || Array.isArray(input)) {
    throw InputError.at(file, "is not a scan: expected keys such as plan and read", input);
  }
  refuseBottomless(input, file);
  const result = scanFileSchema.safeParse(input);
  if (!result.success) throw new InputError(inputIssues(result.error, input, "", knownKeys));
  const { plans = {}, plan, ...rest } = result.data;
  for (const name of Object.keys(plans)) resolveUses({ kind: "use", plan: name }, plans, `plans.${name}`);
  return { ...rest, plan: resolveUses(plan, plans) };
}

/** A plan as YAML text that `parseScanFile` reads under the key `plan`. */
export function planToYaml(plan: Plan): string {
  return stringify(plan);
}
