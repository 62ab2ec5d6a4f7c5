import { z } from "zod";
import type { Plan } from "../core/plan.ts";

const number = z.number();
const name = z.string().min(1);
const on = name.describe("The signal that is looked at, as in diode or lockin.X");
const answer = z.enum(["continue", "cancel", "abort"]);
const approve = z.union([
  z.enum(["auto", "ask"]),
  z.strictObject({ otherwise: answer.optional(), deadlineMs: number.positive().optional() }),
]).optional().describe("Whether somebody is asked first, and what happens without an answer");
const noise = number.min(0).optional().describe("Standard deviation of a reading, in its unit");
const pair = z.tuple([number.nullable(), number.nullable()]);
const condition = z.union([number, pair]).optional();
const peaks = z.strictObject({
  height: condition,
  threshold: condition,
  distance: number.positive().optional(),
  prominence: condition,
  width: condition,
  wlen: number.positive().optional(),
  relHeight: number.min(0).max(1).optional(),
}).optional().describe(
  "Which maxima are peaks (scipy's names; lengths in the unit of the axis); what noise cannot explain when left out",
);
const byAxis = (schema: z.ZodType) => z.record(name, schema);
const text = z.string().min(1);

const trigger: z.ZodType = z.lazy(() =>
  z.union([
    text,
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("above"), on, level: number, hysteresis: number.min(0).optional() }),
      z.strictObject({ kind: z.literal("below"), on, level: number, hysteresis: number.min(0).optional() }),
      z.strictObject({ kind: z.literal("slope"), on, level: number }),
      z.strictObject({ kind: z.literal("peak"), on, prominence: number.positive() }),
      z.strictObject({
        kind: z.literal("inside"),
        on,
        between: z.tuple([number, number]).refine(([a, b]) => a <= b, {
          error: "the first must not be above the second",
        }),
      }),
      z.strictObject({ kind: z.literal("and"), triggers: z.array(trigger).min(1) }),
      z.strictObject({ kind: z.literal("or"), triggers: z.array(trigger).min(1) }),
      z.strictObject({ kind: z.literal("not"), trigger }),
    ]),
  ])
);

const goals = z.strictObject({
  points: z.int().min(1).optional(),
  loss: number.positive().optional(),
  timeMs: number.positive().optional(),
}).refine((all) => Object.values(all).some((goal) => goal !== undefined), {
  error: "names no goal; allowed: points, loss, timeMs, at least one of them",
});

/** The same axes in two records, as a start and its steps. */
const sameAxes = (a: object, b: object) => {
  const [first, second] = [a, b].map((record) => Object.keys(record).sort().join());
  return first === second;
};

/**
 * The schemas of the nodes that look at what was measured.
 *
 * @param plan the schema of plans, because nodes hold plans
 */
export function adaptiveSchemas(plan: () => z.ZodType<Plan>) {
  return [
    z.strictObject({
      kind: z.literal("zoom"),
      get plan() {
        return plan();
      },
      on,
      peaks,
      noise,
      factor: number.min(1.1).max(100).optional(),
      depth: z.int().min(1).max(20).optional(),
      maxPoints: z.int().min(1).optional(),
      maxPeaks: z.int().min(1).optional(),
      approve,
    }).describe("a coarse line, then ever finer passes around its peaks"),
    z.strictObject({
      kind: z.literal("align"),
      get plan() {
        return plan();
      },
      on,
      to: z.enum(["max", "com", "cen", "gaussian", "lorentzian"]).optional(),
      dip: z.boolean().optional(),
      approve,
    }).describe("a line, and then to its peak"),
    z.strictObject({
      kind: z.literal("track"),
      get plan() {
        return plan();
      },
      on,
      peaks,
      noise,
      lost: z.strictObject({
        widen: number.min(1.1).max(100).optional(),
        searches: z.int().min(0).max(100).optional(),
        then: z.enum(["stay", "fail"]).optional(),
      }).optional(),
      approve,
    }).describe("a line that is centred anew on its peak at each step of the loop around it"),
    z.strictObject({
      kind: z.literal("focus"),
      get plan() {
        return plan();
      },
      on: name.describe("A camera (with by), or a signal that is greatest in focus"),
      by: z.enum(["brenner", "tenengrad", "variance", "laplacian"]).optional(),
      fine: z.int().min(0).max(1000).optional(),
      travel: number.positive().optional(),
      backlash: number.min(0).optional(),
      approve,
    }).describe("a coarse stack, a fine one around its sharpest image, and there"),
    z.strictObject({
      kind: z.literal("learn"),
      get plan() {
        return plan();
      },
      on,
      until: goals,
      loss: z.enum(["uniform", "distance", "curvature", "resolution"]).optional(),
      noise,
      minStep: byAxis(number.positive()).optional(),
      grid: byAxis(number.positive()).optional(),
      travelCost: number.min(0).max(1).optional(),
    }).describe("a function of one, two or three axes, learnt with as few points as can be"),
    z.strictObject({
      kind: z.literal("climb"),
      from: byAxis(number).refine((from) => Object.keys(from).length > 0, { error: "names no axis" }),
      step: byAxis(number.refine((step) => step !== 0, { error: "a step must not be 0" })),
      on,
      by: z.enum(["hill", "simplex"]).optional(),
      within: byAxis(
        z.tuple([number, number]).refine(([a, b]) => a < b, { error: "the first must be below the second" }),
      )
        .optional(),
      tolerance: number.positive().max(1).optional(),
      noise,
      maxPoints: z.int().min(3).optional(),
      dip: z.boolean().optional(),
    }).refine(({ from, step }) => sameAxes(from, step), {
      error: "from and step must name the same axes",
      path: ["step"],
    }).describe("uphill from a start, to the highest reading"),
    z.strictObject({
      kind: z.literal("when"),
      trigger,
      get plan() {
        return plan();
      },
      inARow: z.int().min(1).optional(),
      cooldownMs: number.positive().optional(),
      cooldownPoints: z.int().min(1).optional(),
      maxTimes: z.int().min(1).optional(),
      approve,
    }).describe("a point at each place of the loops around; and a plan there, when the trigger fires"),
    z.strictObject({
      kind: z.literal("fold"),
      get plan() {
        return plan();
      },
      go: z.union([z.array(name).min(1), byAxis(text)]).optional(),
      at: byAxis(z.union([number, z.string()])).optional(),
      read: z.array(name).min(1).optional(),
      give: z.union([z.array(name).min(1), byAxis(text)]).optional(),
      until: text.optional(),
      budgetMs: number.positive().optional().describe("Ends the plan early when its points have taken so long"),
      keep: z.boolean().optional(),
    }).describe("a whole plan as one point of the loops around it"),
  ] as const;
}
