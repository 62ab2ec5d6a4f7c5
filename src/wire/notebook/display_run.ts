import { messageOf } from "../../core/errors.ts";
import type { Readings, Setpoints } from "../../core/point.ts";
import { duration } from "../../scan/duration.ts";
import type { RunStatus } from "../../scan/engine/run_status.ts";
import type { Figure } from "../../view/mod.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import { formatNumber } from "../../view/ticks.ts";
import { placeText } from "./place_text.ts";
import type { Fact } from "./plan_facts.ts";

/** What of a run is needed to show it. */
export interface ShownRun {
  /** The run at this moment. */
  readonly status: RunStatus;
  /** One line that says where the time went. */
  readonly report: string;
  /** What is doubtful about its plan. */
  readonly warnings: readonly string[];
  /** A picture of what is stored so far. */
  figure(): Promise<Figure>;
}

/**
 * A run as it shows itself, at any moment of its life: its state, points, times, where it is stored, and its figure. It is
 * not started by that.
 */
export async function displayRun(run: ShownRun): Promise<SummaryBundle> {
  const { status, warnings } = run, { state, reason } = status, notes: string[] = [];
  let figure: Figure | undefined;
  if (state === "idle") notes.push("It has not begun: iterate over it with for await, or await run.done.");
  else {
    try {
      figure = await run.figure();
    } catch (thrown) {
      notes.push(`There is no picture: ${messageOf(thrown)}`);
    }
  }
  return summaryBundle({
    title: `Run: ${state}${reason ? ` (${reason})` : ""}`,
    facts: runFacts(run),
    figure,
    notes: [...notes, ...warnings.map((warning) => `warning: ${warning}`)],
  });
}

/** What a run says in one line each. */
export function runFacts({ status, report }: ShownRun): Fact[] {
  const { state, points, skipped, total, expected, elapsedMs, remainingMs, question, setpoint, reading, to } = status;
  const count = (n: number) => n.toLocaleString("en"),
    over = state === "success" || state === "aborted" ||
      state === "failed";
  const goal = total !== undefined
    ? ` of ${count(total)}`
    : expected !== undefined
    ? ` of about ${count(expected)}`
    : "";
  const left = remainingMs === undefined || over ? "" : `, about ${duration(remainingMs)} left`;
  const facts: Fact[] = [["points", `${count(points)}${goal}${skipped ? `, ${count(skipped)} skipped` : ""}`]];
  facts.push(["stored in", to.map((place) => placeText(place)).join(", ") || "not stored"]);
  if (state !== "idle") facts.push(["time", over ? report : `${duration(elapsedMs)} so far${left}`]);
  if (question) facts.push(["asks", `${question.found} Next: ${question.next}`]);
  if (!over && points > 0) facts.push(["last point", `${placesText(setpoint)} → ${placesText(reading)}`]);
  return facts;
}

function placesText(places: Setpoints | Readings): string {
  const say = (at: unknown) => typeof at === "number" ? formatNumber(at, 6) : String(at);
  return Object.entries(places).map(([name, at]) => `${name} ${say(at)}`).join(", ") || "nothing";
}
