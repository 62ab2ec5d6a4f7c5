import { z } from "zod";
import type { Plan } from "../core/plan.ts";

const name = z.string().min(1);
const setpoints = z.record(name, z.union([z.number(), z.string()]));
const pass = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
  error: "a name is a letter, then letters, digits, _ or -",
});

const set = z.strictObject({
  kind: z.literal("set"),
  setpoint: setpoints.refine((at) => Object.keys(at).length > 0, { error: "names no axis" }),
  deadlineMs: z.number().positive().optional().describe("Given up after so long; 60 000 as the last thing of a plan"),
}).describe("go there, and measure nothing");

const take = z.strictObject({
  kind: z.literal("take"),
  pass: pass.describe("The name of the pass, and of its group in the store"),
  read: z.array(name).min(1).describe("The detectors to read"),
  at: setpoints.optional().describe("Where; put back afterwards"),
  num: z.int().min(1).optional().describe("How many readings; 1 when left out"),
  find: z.record(name, z.string().min(1)).optional().describe("Places of axes that are found from what is read"),
}).describe("readings of a pass of their own");

const WHEN = ["points", "line", "ms"] as const;

const interludeKeys = [...WHEN, "do"];

/** The keys of an interlude, which has no kind: for the near match of an unknown one. */
export function interludeKeysOf(node: unknown): readonly string[] {
  const isOne = typeof node === "object" && node !== null && !Array.isArray(node) && !("kind" in node) && "do" in node;
  return isOne ? interludeKeys : [];
}

/** The actions that are no plans. */
export const ACTION_SCHEMAS = [set, take] as const;

/**
 * The schema of a plan with what is done around it.
 *
 * @param plan the schema of plans, which are actions too
 */
export function aroundSchema(plan: () => z.ZodType<Plan>) {
  const action: z.ZodType = z.lazy(() => {
    return z.discriminatedUnion("kind", [set, take, plan() as unknown as z.core.$ZodTypeDiscriminable]);
  }).meta({ id: "action" });
  const actions = z.union([action, z.array(action)]);
  const interlude = z.strictObject({
    points: z.int().min(1).optional().describe("After every so many points"),
    line: name.optional().describe("Before each new step of this dimension but the first"),
    ms: z.number().positive().optional().describe("So long after the first point, and again and again"),
    do: actions,
  }).refine((one) => WHEN.filter((key) => one[key] !== undefined).length === 1, {
    error: "says when with exactly one of points, line, ms",
  });
  return z.strictObject({
    kind: z.literal("around"),
    get plan() {
      return plan();
    },
    first: actions.optional().describe("Before the first point; where it goes, axes stay"),
    last: z.union([set, z.array(set)]).optional().describe("At the end, whatever happens"),
    every: z.union([interlude, z.array(interlude)]).optional().describe("Between points; what it moves is put back"),
    correct: z.union([z.array(name).min(1), z.record(name, z.number())]).optional()
      .describe("Axes that follow what the actions find, and the places where that is expected"),
  }).describe("a plan, and what is done before it, in between, and after it whatever happens");
}
