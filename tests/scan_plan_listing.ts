import type { LayoutGroup } from "../src/core/layout.ts";
import type { MeasureRequest } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import { layOut } from "../src/scan/lay_out.ts";
import { planLayout } from "../src/scan/plan_layout.ts";
import { byPass, treeOf, walkPlan } from "./scan_plan_arbitrary.ts";

/** A number as a person would write it. */
function brief(setpoint: unknown): string {
  return typeof setpoint === "number" ? String(Number(setpoint.toFixed(3)) + 0).replace("-", "−") : String(setpoint);
}

/** Each axis with its setpoints in the order in which they are visited. */
function asLines(measures: readonly MeasureRequest[], { axes, dimensions }: LayoutGroup): string[] {
  const named = axes.map((axis) => `${axis}: ${measures.map(({ setpoint }) => brief(setpoint[axis])).join("  ")}`);
  const own = dimensions[0].coordinates[0];
  if (axes.includes(own.name) || own.name === "point") return named;
  return [`${own.name}: ${measures.map(({ index }) => brief(own.at(index![0]))).join("  ")}`, ...named];
}

/** A picture of a grid: at each place the number of its visit, `·` where it is skipped; the second dimension runs right. */
function asPicture(measures: readonly MeasureRequest[], [rows, columns]: readonly number[]): string[] {
  const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(""));
  let visits = 0;
  for (const { index, skip } of measures) cells[index![0]][index![1]] = skip ? "·" : String(visits++);
  const width = String(visits).length + 1;
  return cells.map((row) => row.map((cell) => cell.padStart(width)).join(""));
}

/** The dimensions that a plan makes, and its points in the order of their measurement, as `docs/plans.md` shows them. */
export function listPlan(plan: Plan): string {
  const { groups } = planLayout(layOut(treeOf(plan)), new Map());
  const passes = byPass(walkPlan(plan, 0, { x: 10, y: 20 }).measures);
  return groups.map((group) => {
    const sizes = group.dimensions.map((d) => d.size!), names = group.dimensions.map((d) => d.name);
    const head = `${groups.length > 1 ? `${group.pass}: ` : ""}${
      names.map((name, d) => `${name} (${sizes[d]})`).join(" × ")
    }`;
    const measures = passes.get(group.pass!)!;
    return [
      head,
      ...sizes.length === 1 ? asLines(measures, group) : sizes.length === 2 ? asPicture(measures, sizes) : [],
    ]
      .join("\n");
  }).join("\n");
}
