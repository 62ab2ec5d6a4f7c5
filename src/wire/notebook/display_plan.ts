import { type Issue, messageOf } from "../../core/errors.ts";
import { openRigs } from "../../core/open_rigs.ts";
import type { Plan } from "../../core/plan.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Rig } from "../../core/rig.ts";
import { CheckReport } from "../../scan/check.ts";
import { examine, type Examined, type ExamineOptions } from "../../scan/examine.ts";
import { planFigure, type PlanTrack } from "../../view/figures/plan_figure.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import { planArrays } from "../../zarr/plan_arrays.ts";
import { dimensionTable, issueTable, planFacts, reachTable } from "./plan_facts.ts";
import { planTrack } from "./plan_track.ts";
import { standInRig } from "./stand_in_rig.ts";

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
  const rig = rigs.find((one) => [...standInRig(plan).axes.keys()].every((name) => one.axes.has(name))),
    notes: string[] = [];
  const whole = standInRig(plan, rig), read = readable(whole);
  const options: ExamineOptions = { read, sizing: rig && planArrays, origin: originOf(whole) };
  const tried = examine(plan, whole, options);
  // What a stand-in takes is not what the hardware will take.
  const examined = rig ? tried : { ...tried, timeMs: undefined }, report = new CheckReport(examined, rig, options);
  if (rig) {
    notes.push(`On the connected rig, with all its detectors read (${readable(rig).join(", ") || "it has none"}).`);
  } else notes.push("Time and bytes: connect a rig with these axes, or check(plan, rig, { read }).");
  const track = trackOf(examined, whole, notes);
  const tables = [dimensionTable(report, examined.layout), issueTable(certain(report.issues)), reachTable(report)];
  return summaryBundle({
    title: `Plan: ${plan.kind}`,
    facts: planFacts(report),
    figure: track && planFigure(track),
    tables: tables.filter((table) => table !== undefined && table.rows.length > 0) as [],
    notes,
  });
}

/** A plan that cannot be tried is still worth its numbers. */
function trackOf(examined: Examined, rig: Rig, notes: string[]): PlanTrack | undefined {
  try {
    return planTrack(examined, rig);
  } catch (thrown) {
    notes.push(`Its path cannot be tried without a run: ${messageOf(thrown)}`);
    return undefined;
  }
}

/** Where signals are named: which there will be is only known when it is said what is read and derived. */
const SIGNALS = /\.(on|trigger|until|give|go)\b/;

/** What is wrong whatever will be read. */
function certain(issues: readonly Issue[]): Issue[] {
  return issues.filter(({ path }) => !SIGNALS.test(path));
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
