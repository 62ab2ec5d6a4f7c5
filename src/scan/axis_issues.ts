import { type Issue, LimitError, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Setpoints } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";
import { conversion } from "../core/unit.ts";
import type { Reach } from "./reach.ts";
import type { Column } from "./space.ts";

/** Unit, kind and limits of one column against the axis of the rig that it moves. */
function columnIssues({ column, least, most, labels }: Reach, axis: RigAxis, origin: Setpoints): Issue[] {
  const { path, unit } = column, issues: Issue[] = [];
  const error = (message: string, received: unknown, allowed: string, place = path) =>
    issues.push({ path: place, message, received, allowed, severity: "error" });
  if (unit !== undefined && unit !== axis.unit) {
    // What can be converted has been, but for equal ratios that would count from another zero.
    const why = conversion(unit, axis.unit)
      ? `equal ratios in ${show(unit)} are none in ${show(axis.unit)}, the unit of ${axis.name} in the rig; use a list`
      : `unit ${show(unit)} cannot be converted to the unit of ${axis.name} in the rig, ${show(axis.unit)}`;
    error(why, unit, axis.unit, `${path}.unit`);
  }
  if (axis.labels) {
    const known = axis.labels.map(show).join(", ");
    for (const label of labels) {
      if (!axis.labels.includes(label)) {
        error(`${axis.name} has no label ${show(label)}; ${didYouMean(label, axis.labels)}`, label, known);
      }
    }
    if (least <= most) {
      error(`${axis.name} takes labels, not numbers; received ${least}; allowed: ${known}`, least, known);
    }
    return issues;
  }
  const numbers = axis.limits ? `${axis.limits[0]} … ${axis.limits[1]} ${axis.unit}`.trim() : "numbers";
  if (labels.length) error(`${axis.name} takes numbers, not labels; received ${show(labels[0])}`, labels[0], numbers);
  const known = Object.hasOwn(origin, axis.name) ? origin[axis.name] : axis.setpoint;
  const start = column.relative ? known : 0;
  if (typeof start !== "number") {
    issues.push({
      path,
      message:
        `the limits of ${axis.name} (relative) are checked when the run begins, once it is known where it stands`,
      severity: "warning",
    });
  } else if (axis.limits && least <= most) {
    const beyond = [least + start, most + start].find((setpoint) =>
      setpoint < axis.limits![0] || setpoint > axis.limits![1]
    );
    if (beyond !== undefined) error(beyondText(axis, beyond, numbers), beyond, numbers);
    else issues.push(...backlashIssues(column, axis, least + start, most + start));
  }
  return issues;
}

/** Of an axis that moves others it is theirs that explain its limits. */
function beyondText(axis: RigAxis, beyond: number, numbers: string): string {
  try {
    if (axis.derived) axis.check(beyond);
  } catch (thrown) {
    if (!(thrown instanceof LimitError)) throw thrown;
    if (thrown.allowed !== numbers) return thrown.message;
  }
  return `${axis.name} would go to ${beyond} ${axis.unit}; allowed: ${numbers}`;
}

/** What is approached from one side begins beyond the farthest setpoint. */
function backlashIssues({ path, backlash: own }: Column, axis: RigAxis, least: number, most: number): Issue[] {
  const backlash = own ?? axis.backlash ?? 0, limits = axis.limits!;
  const to = backlash > 0 ? least : most, from = to - backlash;
  if (!backlash || from >= limits[0] && from <= limits[1]) return [];
  const allowed = `${limits[0]} … ${limits[1]} ${axis.unit}`.trim();
  const message = `${axis.name} would come to ${to} ${axis.unit} from ${from} ${axis.unit} (backlash ${backlash}); ` +
    `allowed: ${allowed}`;
  return [{ path, message, received: from, allowed, severity: "error" }];
}

/**
 * What is wrong with the axes of a plan on a rig, at every setpoint that is reached.
 *
 * @param origin where relative axes stand, as far as it is known
 */
export function axisIssues(
  reached: readonly Reach[],
  axes: ReadonlyMap<string, RigAxis>,
  origin: Setpoints,
): Issue[] {
  return reached.flatMap((reach) => {
    const { axis: name, axisPath } = reach.column, axis = axes.get(name);
    if (axis) return columnIssues(reach, axis, origin);
    const message = `the rig has no axis ${show(name)}; ${didYouMean(name, axes.keys())}`;
    return [{
      path: axisPath,
      message,
      received: name,
      allowed: [...axes.keys()].join(", "),
      severity: "error" as const,
    }];
  });
}
