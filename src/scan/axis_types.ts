import type { SignalType } from "../adapt/expression/environment.ts";
import type { Pass } from "./lay_out.ts";

/**
 * What is known of the axes that the points of a pass name, for expressions over setpoints: of axes that take labels, those
 * that the plan sends them to.
 */
export function axisTypes({ axes, space, around }: Pass): Map<string, SignalType> {
  const types = new Map(axes.map((axis): [string, SignalType] => [axis, {}]));
  for (const { size, columns } of (space ?? around).dimensions) {
    for (const { axis, at, labels } of columns) {
      if (!labels || !types.has(axis)) continue;
      types.set(axis, { labels: [...new Set(Array.from({ length: size }, (_, i) => String(at(i))))] });
    }
  }
  return types;
}
