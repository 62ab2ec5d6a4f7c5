import { z } from "zod";

const text = z.string().min(1);
const otherwise = z.enum(["pause", "abort", "continue"]).optional().describe("What happens after timeoutMs");
const timeoutMs = z.number().positive().optional();

/** One condition that suspends a run. */
export const holdSchema = z.strictObject({
  unless: text.describe("The run goes on only while this holds, as in ring_current > 50"),
  forMs: z.number().min(0).optional().describe("It must hold for so long before the run goes on"),
  set: z.record(text, z.union([z.number(), z.string()])).optional().describe("Where axes are set meanwhile"),
  timeoutMs,
  else: otherwise,
});

/** What is waited for after a move, with a time limit. */
export const settleRuleSchema = z.strictObject({
  until: text.describe("The run goes on when this holds"),
  timeoutMs,
  else: otherwise,
});

/** What is waited for after a move. */
export const settleSchema = z.union([text, settleRuleSchema]);

const monitorSchema = z.strictObject({
  everyMs: z.number().positive().optional().describe("On a clock of its own; left out, when it has changed"),
});

/** The keys of a scan file that say what a run watches beside its points. */
export const rulesSchemaKeys = {
  hold: z.union([holdSchema, z.array(holdSchema)]).optional()
    .describe("Conditions that suspend the run, as in { unless: ring_current > 50 }"),
  settle: z.record(text, settleSchema).optional()
    .describe("By axis: what is waited for after each move, as in stable(temperature, 0.05, 60000)"),
  abort: z.array(text).min(1).optional().describe("Conditions that end the run at once, as in interlock == 0"),
  forbid: z.array(text).min(1).optional()
    .describe("Places where axes must never be, as in objective < 0.2 and abs(x) > 3"),
  watchMs: z.number().positive().optional().describe("How often signals are looked at, in ms"),
};

/** The keys of a scan file that say what is recorded beside the points. */
export const streamsShape = {
  baseline: z.boolean().optional().describe("Whether the whole rig is recorded at the start and at the end"),
  monitor: z.record(text, monitorSchema).optional()
    .describe("Detectors, axes and derived signals that are recorded on their own clocks, by name"),
};

/** The key of a scan file that says where axes are left. */
export const atEndSchema = z.enum(["stay", "return"]).optional()
  .describe("Where axes are left at the end: where they are, or where they were at the start");
