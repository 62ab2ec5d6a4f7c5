import { InputError, type Issue, show } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";

/** A scan as it is said at the command line. */
export interface ScanWords {
  /** The detectors, in the order in which they were named. */
  readonly read: readonly string[];
  /** The axes, nested: the first one is the slowest. */
  readonly plan: Plan;
}

/** How they are understood. */
export const SCAN_USAGE =
  "DETECTOR… AXIS START STOP NUM, as in diode wavelength 600 700 101; or AXIS=A,B,C for a list; the first axis is the slowest";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A scan in the words that spectroscopists know from SPEC: detectors, then for each axis its name, start, stop and number
 * of points; or `axis=a,b,c` for a list of setpoints or labels.
 *
 * @param snake whether every second pass of the inner axes goes backwards
 * @throws InputError with every issue
 *
 * @example
 * ```ts
 * import { parseScanWords } from "./scan_words.ts";
 * const { read, plan } = parseScanWords(["diode", "wavelength", "600", "700", "101"]);
 * console.assert(read[0] === "diode" && plan.kind === "linspace");
 * ```
 */
export function parseScanWords(
  words: readonly string[],
  { snake = false }: { readonly snake?: boolean } = {},
): ScanWords {
  const read: string[] = [], plans: Plan[] = [], issues: Issue[] = [];
  for (let k = 0; k < words.length;) {
    const numbers = words.slice(k + 1).findIndex((word) => !NUMBER.test(word));
    const count = numbers < 0 ? words.length - k - 1 : numbers, word = words[k];
    if (word.includes("=")) plans.push(listOf(word, issues));
    else if (count === 0 && !plans.length) read.push(word);
    else plans.push(lineOf(word, words.slice(k + 1, k + 1 + count), issues));
    k += 1 + (word.includes("=") ? 0 : count);
  }
  if (!read.length) issues.push(issue("detectors", `none is named; allowed: ${SCAN_USAGE}`, words.join(" ")));
  if (!plans.length) issues.push(issue("axes", `none is named; allowed: ${SCAN_USAGE}`, words.join(" ")));
  if (issues.length) throw new InputError(issues);
  const inner = plans.map((plan, k): Plan => snake && k > 0 ? { kind: "snake", plan } : plan);
  return { read, plan: inner.length > 1 ? { kind: "nest", plans: inner } : inner[0] };
}

function issue(path: string, message: string, received: unknown): Issue {
  return { path, message, received, allowed: SCAN_USAGE, severity: "error" };
}

function lineOf(axis: string, numbers: readonly string[], issues: Issue[]): Plan {
  if (NUMBER.test(axis)) {
    issues.push(issue("words", `${axis} stands where an axis is expected; allowed: ${SCAN_USAGE}`, axis));
  } else if (numbers.length !== 3) {
    const received = numbers.length ? `received ${numbers.join(" ")}` : "received nothing";
    issues.push(issue(axis, `expected START STOP NUM, ${received}; allowed: ${SCAN_USAGE}`, numbers.join(" ")));
  }
  const [start, stop, num] = numbers.map(Number);
  return { kind: "linspace", axis, start, stop, num };
}

function listOf(word: string, issues: Issue[]): Plan {
  const at = word.indexOf("="),
    axis = word.slice(0, at),
    texts = word.slice(at + 1).split(",").map((text) => text.trim());
  if (!axis || texts.includes("")) {
    issues.push(issue("words", `${show(word)} is no list; allowed: AXIS=A,B,C`, word));
  }
  const numbers = texts.every((text) => NUMBER.test(text)), setpoints: Setpoint[] = numbers ? texts.map(Number) : texts;
  return { kind: "list", axis, setpoints } as Plan;
}
