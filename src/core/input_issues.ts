import type { z } from "zod";
import { type Issue, show } from "./errors.ts";
import { didYouMean } from "./nearest.ts";

type ZodIssue = z.core.$ZodIssue;

/** `["plans", 1, "stop"]` after `plan` as `plan.plans[1].stop`. */
function pathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, root);
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

/** What zod's types are called by people. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  number: "a finite number",
  int: "a whole number",
  string: "text",
  array: "a list",
  tuple: "a pair",
  object: "a map of keys",
  record: "a map of keys",
};

function entries(count: number | bigint): string {
  return `${count} ${count === 1 ? "entry" : "entries"}`;
}

/** What zod expects, in words. */
function allowedBy(issue: ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return issue.values.map(show).join(" or ");
    case "too_small":
      if (issue.origin === "array" || issue.origin === "string") {
        return issue.origin === "string"
          ? "some text"
          : `${issue.exact ? "exactly" : "at least"} ${entries(issue.minimum)}`;
      }
      return `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `at most ${entries(issue.maximum)}`
        : `a number ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
    case "invalid_format":
      return issue.message;
    default:
      return issue.message;
  }
}

/** The branch of a union that came nearest, where zod reports all of them. */
function nearestBranch(issue: Extract<ZodIssue, { code: "invalid_union" }>): ZodIssue[] {
  const depth = (branch: ZodIssue[]) => Math.max(0, ...branch.map((inner) => inner.path.length));
  return [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
}

/** Of an object that is of another kind than may stand there, its keys say nothing more. */
function withoutKeysOfOtherKinds(issues: readonly ZodIssue[], given: (path: readonly PropertyKey[]) => unknown) {
  const wrong = issues.filter(({ code, path }) =>
    code === "invalid_value" && path.at(-1) === "kind" && given(path) !== undefined
  );
  const isBeside = ({ path }: ZodIssue, kind: ZodIssue) =>
    kind.path.slice(0, -1).every((key, k) => path[k] === key) && path.length <= kind.path.length;
  return issues.filter((issue) => wrong.includes(issue) || !wrong.some((kind) => isBeside(issue, kind)));
}

/** The keys that the schema knows beside an unknown one. */
export type KnownKeys = (received: unknown, path: readonly PropertyKey[]) => readonly string[];

/**
 * What zod found, as issues that name the key, what was received and what is allowed.
 *
 * @param knownKeys tells the allowed keys of the object that holds an unknown one
 */
export function inputIssues(
  error: Pick<z.ZodError, "issues">,
  input: unknown,
  root: string,
  knownKeys: KnownKeys,
): Issue[] {
  const convert = (issue: ZodIssue, prefix: readonly PropertyKey[]): Issue[] => {
    const path = [...prefix, ...issue.path], received = at(input, path), where = pathText(root, path);
    const problem = (message: string, allowed?: string, got: unknown = received, place = where): Issue[] => [
      { path: place, message, received: got, allowed, severity: "error" },
    ];
    const unlike = (allowed: string) =>
      problem(
        received === undefined ? `is missing; expected ${allowed}` : `expected ${allowed}, received ${show(received)}`,
        allowed,
      );
    if (issue.code === "unrecognized_keys") {
      return issue.keys.flatMap((key) =>
        problem(
          `unknown key "${key}"; ${didYouMean(key, knownKeys(received, path))}`,
          undefined,
          key,
          pathText(root, [...path, key]),
        )
      );
    }
    if (issue.code === "invalid_union") {
      if (!issue.errors.length && "options" in issue) {
        const kinds = (issue.options as unknown[]).map(String);
        const text = received === undefined ? "is missing" : `${show(received)} is unknown`;
        return problem(`kind ${text}; ${didYouMean(String(received ?? ""), kinds)}`, kinds.join(", "));
      }
      // An object with an unknown key is meant for the one branch that takes objects.
      const fitting = issue.errors.filter((branch) =>
        !branch.some((inner) => inner.code === "invalid_type" && !inner.path.length)
      );
      if (typeof received === "object" && fitting.length === 1) {
        const given = (inner: readonly PropertyKey[]) => at(input, [...path, ...inner]);
        return withoutKeysOfOtherKinds(fitting[0], given).flatMap((inner) => convert(inner, path));
      }
      if (issue.errors.every((branch) => branch.every((inner) => inner.path.length === 0))) {
        const allowed = issue.errors.flat().map(allowedBy).join(" or ");
        return unlike(allowed);
      }
      const branch = nearestBranch(issue);
      if (branch.length) return branch.flatMap((inner) => convert(inner, path));
    }
    if (issue.code === "custom" || issue.code === "invalid_format" && received !== undefined) {
      return problem(`${issue.message}; received ${show(received)}`, issue.message);
    }
    return unlike(allowedBy(issue));
  };
  return error.issues.flatMap((issue) => convert(issue, []));
}
