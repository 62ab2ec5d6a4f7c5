import { z } from "zod";
import type { Plan } from "../core/plan.ts";
import { adaptiveSchemas } from "./adaptive_schema.ts";
import { ACTION_SCHEMAS, aroundSchema, interludeKeysOf } from "./around_schema.ts";
import { atEndSchema, rulesSchemaKeys, streamsShape } from "./rules_schema.ts";

const number = z.number();
const axis = z.string().min(1).describe("The axis' name in the rig, as in x or camera.exposure");
const num = z.int().min(1).describe("How many points");
const unit = z.string().optional().describe("The unit meant, converted to that of the axis");
const settleMs = z.number().min(0).optional().describe("Wait this long after each move, in ms");
const pair = z.tuple([number, number]);
const positivePair = z.tuple([z.number().positive(), z.number().positive()]);
const axisPair = z.tuple([axis, axis])
  .refine(([a, b]) => a !== b, { error: "the two axes must differ" });
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, { error: "a name is a letter, then letters, digits, _ or -" })
  .optional().describe("What the dimension is called");

/** Numbers so far apart that their distance is none would give setpoints that are no numbers. */
const apart = {
  error: "start and stop are too far apart for a number to say how far",
  path: ["stop"],
};
const finite = ({ start, stop }: { start: number; stop: number }) => Number.isFinite(stop - start);

const regions = [
  z.strictObject({
    kind: z.literal("ellipse"),
    axes: axisPair,
    center: pair,
    radii: positivePair,
    angle: number.optional().describe("Degrees, anticlockwise"),
  }).describe("the inside of an ellipse, edge included"),
  z.strictObject({ kind: z.literal("polygon"), axes: axisPair, vertices: z.array(pair).min(3) })
    .describe("the inside of a polygon, edges included"),
] as const;

const backlash = number.optional()
  .describe("Setpoints are approached from below, coming from this far away; from above when negative");
const leaf = { axis, unit, settleMs, backlash };

/** The schema of each node, by kind. Getters, because plans hold plans. */
const nodes = [
  z.strictObject({ kind: z.literal("linspace"), ...leaf, start: number, stop: number, num })
    .describe("num setpoints from start to stop, both included, evenly spaced").refine(finite, apart),
  z.strictObject({ kind: z.literal("logspace"), ...leaf, start: number, stop: number, num })
    .describe("num setpoints from start to stop, both included, in equal ratios")
    .refine(({ start, stop }) => Math.sign(start) * Math.sign(stop) > 0, {
      error: "start and stop must both be above 0, or both below",
      path: ["start"],
    }),
  z.strictObject({ kind: z.literal("list"), ...leaf, setpoints: z.array(z.union([number, z.string()])).min(1) })
    .describe("these setpoints in this order, numbers or labels")
    .refine(({ setpoints }) => new Set(setpoints.map((s) => typeof s)).size <= 1, {
      error: "setpoints are either all numbers or all labels",
      path: ["setpoints"],
    }),
  z.strictObject({
    kind: z.literal("step"),
    ...leaf,
    start: number,
    stop: number,
    step: number,
    end: z.enum(["included", "excluded"]).describe("Whether stop is measured when the steps meet it"),
  }).describe("from start in steps of step up to stop").refine(finite, apart),
  z.strictObject({
    kind: z.literal("nest"),
    get plans() {
      return z.array(planSchema).min(1);
    },
  }).describe("every plan at each point of those before it, slowest first"),
  z.strictObject({
    kind: z.literal("zip"),
    get plans() {
      return z.array(planSchema).min(1);
    },
  }).describe("plans of equal length moved together"),
  z.strictObject({
    kind: z.literal("concat"),
    get plans() {
      return z.array(planSchema).min(1);
    },
  }).describe("plans one after the other"),
  z.strictObject({
    kind: z.literal("snake"),
    get plan() {
      return planSchema;
    },
  }).describe("the plan, backwards at every other visit"),
  z.strictObject({
    kind: z.literal("shuffle"),
    get plan() {
      return planSchema;
    },
    seed: z.int().optional(),
  }).describe("the plan's points in a seeded random order"),
  z.strictObject({
    kind: z.literal("spiral"),
    axes: axisPair,
    center: pair,
    radius: z.union([z.number().positive(), positivePair]),
    num,
    shape: z.enum(["fermat", "archimedean"]).optional(),
    turns: z.number().positive().optional(),
    unit,
    settleMs,
  }).describe("points on a spiral of two axes, from the inside out"),
  z.strictObject({
    kind: z.literal("mask"),
    get plan() {
      return planSchema;
    },
    region: z.discriminatedUnion("kind", regions),
  }).describe("the plan's points inside a region"),
  z.strictObject({
    kind: z.literal("relative"),
    get plan() {
      return planSchema;
    },
  }).describe("setpoints as offsets from where the axes stand"),
  z.strictObject({ kind: z.literal("repeat"), num, name })
    .describe("num times whatever is nested inside"),
  z.strictObject({ kind: z.literal("every"), ms: z.number().positive(), num, name })
    .describe("num times, ms apart from start to start"),
  z.strictObject({ kind: z.literal("use"), plan: z.string().min(1) }).describe("a plan of `plans` by its name"),
  ...adaptiveSchemas(() => planSchema),
  aroundSchema(() => planSchema),
] as const;

/** What a plan may look like. */
export const planSchema: z.ZodType<Plan> = z.lazy(() => z.discriminatedUnion("kind", nodes)).meta({
  id: "plan",
}) as unknown as z.ZodType<
  Plan
>;

/** The keys that a node or region of a kind may have, for the near match of an unknown one; none for an unknown kind. */
export function nodeKeys(node: unknown): readonly string[] {
  const kind = (node as { kind?: unknown } | null | undefined)?.kind;
  const all: readonly { readonly shape: { readonly kind: { readonly value: string } } }[] = [
    ...nodes,
    ...regions,
    ...ACTION_SCHEMAS,
  ];
  const schema = all.find((candidate) => candidate.shape.kind.value === kind);
  return schema ? Object.keys(schema.shape) : interludeKeysOf(node);
}

/** What to do when a reading still fails after its retries. */
export const onReadErrorSchema = z.strictObject({
  retries: z.int().min(0).max(100).optional(),
  then: z.enum(["record", "skipLine", "pause", "abort"]).optional(),
});

/** How a signal is computed: an expression, or one with its unit and what people call it. */
const derivedSchema = z.union([
  z.string().min(1),
  z.strictObject({
    expression: z.string().min(1),
    unit: z.string().optional().describe("UDUNITS text; worked out where that is simple when left out"),
    longName: z.string().optional().describe("What a person calls it"),
  }),
]);

/** Detectors, and how often each is read at a point. */
const ratesSchema = z.record(
  z.string().min(1),
  z.strictObject({
    frames: z.int().min(1).optional().describe("So many readings a point, in a dimension of their own"),
    everyMs: z.number().positive().optional().describe("From start to start; as fast as can be when left out"),
  }),
).refine((rates) => Object.keys(rates).length > 0, { error: "names no detector" });

const deviceSchema = z.record(z.string(), z.unknown());

/** Devices by name; what else stands under `forbid` than a device is looked at with them. */
const rigSchema = z.object({
  forbid: z.unknown().optional().meta({
    type: "array",
    items: { type: "string", minLength: 1 },
    minItems: 1,
    description: "Places where the axes of the rig must never be, as in objective < 0.2 and abs(x) > 3",
  }),
}).catchall(deviceSchema) as unknown as z.ZodType<Record<string, Record<string, unknown>>>;

/** A scan as a YAML file: everything that `scan` takes, and named plans. */
export const scanFileSchema = z.strictObject({
  name: z.string().optional(),
  sample: z.string().optional(),
  operator: z.string().optional(),
  notes: z.string().optional(),
  seed: z.int().optional(),
  maxPoints: z.number().positive().optional(),
  rig: rigSchema.optional()
    .describe("Devices by name, each with its driver and options"),
  read: z.union([z.array(z.string().min(1)).min(1), ratesSchema]).describe(
    "The detectors to read at each point, in a list, or with how often, as in { fast: { frames: 50 }, slow: {} }",
  ),
  derive: z.record(z.string(), derivedSchema).optional()
    .describe("Signals computed from what is read, by name, as in R: hypot(lockin.X, lockin.Y)"),
  keep: z.array(z.string().min(1)).min(1).optional()
    .describe("What is stored of what is read and derived; everything when left out"),
  to: z.string().min(1).optional().describe("Where to store; runs/{date}/{number}-{name}.zarr when left out"),
  readBy: z.array(z.string().min(1)).min(1).optional()
    .describe("Dimensions that will be read together, as in [time] for the series of each pixel"),
  onReadError: onReadErrorSchema.optional(),
  readTimeoutMs: z.number().positive().optional(),
  ...rulesSchemaKeys,
  ...streamsShape,
  atEnd: atEndSchema,
  onFailure: z.enum(["stop", "continue"]).optional()
    .describe("What becomes of the scans that follow in a queue when this one fails, whatever the command line says"),
  plans: z.record(z.string(), planSchema).optional().describe("Plans by name, for `use`"),
  plan: planSchema,
});

/** The JSON Schema of scan files, for editors. */
export function scanFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(scanFileSchema, { io: "input" }), title: "Sonde scan" };
}
