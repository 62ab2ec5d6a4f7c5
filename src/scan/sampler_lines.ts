import type { Climb } from "../core/adaptive_plan.ts";
import type { Issue } from "../core/errors.ts";
import type { Line } from "../adapt/line.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Setpoints } from "../core/point.ts";
import type { Space } from "./space.ts";
import type { SamplerPlan, Tree } from "./tree.ts";

/** How many lines a node takes, and how many setpoints each must have. */
const LINES: Readonly<
  Record<Exclude<SamplerPlan["kind"], "climb">, { readonly most: number; readonly least: number }>
> = {
  zoom: { most: 1, least: 5 },
  align: { most: 1, least: 3 },
  track: { most: 1, least: 5 },
  focus: { most: 1, least: 3 },
  learn: { most: 3, least: 2 },
};

/** The grid that an adaptive node starts from, with all that is wrong with it; no grid when it is no such one. */
export function samplerLines(
  plan: Exclude<SamplerPlan, { kind: "climb" }>,
  tree: Tree,
  path: string,
): { readonly space: Space | undefined; readonly issues: readonly Issue[] } {
  const { most, least } = LINES[plan.kind], issues: Issue[] = [], place = `${path}.plan`;
  const error = (message: string, received: unknown, allowed: string, where = place) =>
    void issues.push({ path: where, message, received, allowed, severity: "error" });
  const lines = most === 1 ? "one line (linspace, logspace, list, step)" : `one to ${most} lines`;
  if (tree.kind !== "space" || tree.space.masks.length || tree.space.shuffles.length) {
    error(`${plan.kind} takes ${lines}, unmasked and in order; this is a ${plan.plan.kind}`, plan.plan.kind, lines);
    return { space: undefined, issues };
  }
  const { dimensions } = tree.space;
  if (dimensions.length > most) {
    error(`${plan.kind} takes ${lines}; received ${dimensions.length}`, dimensions.length, lines);
  }
  for (const { name, size, columns, paceMs, snake, path: at } of dimensions) {
    if (columns.length !== 1 || paceMs !== undefined) {
      error(
        `${plan.kind} takes lines that move one axis each; "${name}" moves ${columns.length}`,
        columns.length,
        "1",
        at,
      );
    } else if (snake && most === 1) {
      error(`${plan.kind} runs its line the same way at each visit, so it takes none that snakes`, "snake", lines, at);
    } else if (columns[0].labels) {
      error(`${plan.kind} takes numbers, and ${name} has labels here`, name, "numbers", at);
    } else if (size < least) {
      error(
        `a line of ${plan.kind} has at least ${least} setpoints; ${name} has ${size}`,
        size,
        `at least ${least}`,
        at,
      );
    } else if (!isMonotone(size, columns[0].at as (i: number) => number)) {
      error(`${plan.kind} takes setpoints that only rise or only fall; those of ${name} do not`, name, "in order", at);
    }
  }
  if (plan.kind === "learn") {
    issues.push(...unknownAxes(plan, ["minStep", "grid"], tree.space.dimensions.map(({ name }) => name), path));
  }
  return { space: issues.length ? undefined : tree.space, issues };
}

function isMonotone(size: number, at: (i: number) => number): boolean {
  const way = Math.sign(at(1) - at(0));
  for (let i = 1; i < size; i++) if (Math.sign(at(i) - at(i - 1)) !== way || way === 0) return false;
  return true;
}

/** Axes under keys of a node that are none of its own. */
function unknownAxes<K extends string>(
  plan: { readonly [key in K]?: object },
  keys: readonly K[],
  known: readonly string[],
  path: string,
): Issue[] {
  const allowed = known.join(", ");
  return keys.flatMap((key) =>
    Object.keys(plan[key] ?? {}).filter((axis) => !known.includes(axis)).map((axis) => ({
      path: `${path}.${key}.${axis}`,
      message: `"${axis}" is no axis of this plan; ${didYouMean(axis, known)}`,
      received: axis,
      allowed,
      severity: "error" as const,
    }))
  );
}

/** What is wrong with a climb by itself: bounds of axes along which it does not climb. */
export function climbIssues(plan: Climb, path: string): readonly Issue[] {
  return unknownAxes(plan, ["within"], Object.keys(plan.from), path);
}

/** The lines of a node's own grid, slowest first; offsets are added to where their axes stand, as far as that is known. */
export function linesOf(space: Space | undefined, origin: Setpoints): Line[] {
  return (space?.dimensions ?? []).map(({ size, snake, columns: [{ axis, at, relative }] }) => {
    const start = relative ? origin[axis] : 0, from = typeof start === "number" ? start : 0;
    return { axis, setpoints: Array.from({ length: size }, (_, i) => at(i) as number + from), snake };
  });
}
