import { openRigs } from "../../core/open_rigs.ts";
import type { Plan } from "../../core/plan.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Rig } from "../../core/rig.ts";
import { CheckReport } from "../../scan/check.ts";
import { examine, type ExamineOptions } from "../../scan/examine.ts";
import { planFigure } from "../../view/figures/plan_figure.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import { planArrays } from "../../zarr/plan_arrays.ts";
import { dimensionTable, issueTable, planFacts, reachTable } from "./plan_facts.ts";
import { planTrack } from "./plan_track.ts";

/**
 * A plan as it shows itself: its dimensions, points, time, bytes and a picture of its path. Time and bytes are those on the
 * rig that was connected last, with all its detectors read; without one that has the axes of the plan they are left out.
 * Nothing is moved or asked.
 *
 * @param rigs connected ones, the one to be preferred first; those of this program when left out
 *
 * @example
 * ```ts
 * import { displayPlan } from "./display_plan.ts";
 * const bundle = displayPlan({ kind: "linspace", axis: "x", start: 0, stop: 1, num: 11 });
 * console.assert(bundle["text/plain"].includes("points: 11"));
 * ```
 */
export function displayPlan(plan: Plan, rigs: readonly Rig[] = openRigs()): SummaryBundle {
  const alone = examine(plan, undefined);
  const rig = rigs.find((one) => axesOf(plan).every((name) => one.axes.has(name)));
  const read = rig && readable(rig),
    options: ExamineOptions = { read, sizing: rig && planArrays, origin: rig && originOf(rig) };
  const examined = rig ? examine(plan, rig, options) : alone, report = new CheckReport(examined, rig, options);
  const track = planTrack(plan, examined, rig) ?? planTrack(plan, alone);
  const tables = [dimensionTable(report, examined.layout), issueTable(report.issues), reachTable(report)];
  const needsRig = "time and bytes are known once a rig with its axes is connected, or from check(plan, rig, { read })";
  const notes = rig ? [`on the connected rig, reading ${read!.join(", ") || "nothing"}`] : [needsRig];
  return summaryBundle({
    title: `Plan: ${plan.kind}`,
    facts: planFacts(report),
    figure: track && planFigure(track),
    tables: tables.filter((table) => table !== undefined && table.rows.length > 0) as [],
    notes,
  });
}

/** Detectors by the words of a `read` list. */
function readable({ devices }: Rig): string[] {
  return [...devices.values()].filter(({ detector }) => detector).map(({ name }) => name);
}

/** Where axes stand, as far as it is known without asking them. */
function originOf({ axes }: Rig): Record<string, Setpoint> {
  const known = [...axes.values()].filter(({ setpoint }) => setpoint !== undefined);
  return Object.fromEntries(known.map(({ name, setpoint }) => [name, setpoint!]));
}

/** Every axis that a node of a plan names. */
function axesOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(axesOf);
  if (node === null || typeof node !== "object") return [];
  const { axis, axes, plan, plans, from, at } = node as Record<string, unknown>;
  const keys = [from, at].flatMap((places) => places && typeof places === "object" ? Object.keys(places) : []);
  const own = [axis, ...Array.isArray(axes) ? axes : []].filter((name) => typeof name === "string");
  return [...own, ...keys, ...axesOf(plan), ...axesOf(plans)];
}
