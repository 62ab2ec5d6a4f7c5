import type { AxisMap, Device } from "../../core/device.ts";
import { InputError, type Issue, show } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { RigAxis } from "../../core/rig.ts";
import { DerivedGroup } from "./derived_group.ts";
import { DerivedRigAxis } from "./derived_rig_axis.ts";
import { monotone } from "./invert.ts";

/** A map of a device, with the names that its axes have in the rig. */
interface Entry {
  readonly device: string;
  readonly map: AxisMap;
  readonly names: readonly string[];
}

/** What `reads` may be off from what `moves` says, as a part of the range: more is a mistake. */
const DISAGREEMENT = 0.01;

/**
 * The axes of a rig that move others of it, by name: found, and put in order, so that those come first that others move.
 *
 * @param devices by name, in declared order
 * @param axes the axes with motors of their own, by full name
 * @throws InputError for axes that are not there or take labels, for axes that move each other in a circle, and for a `reads` that
 *   does not undo `moves`
 */
export function connectDerived(
  devices: ReadonlyMap<string, Device>,
  axes: ReadonlyMap<string, RigAxis>,
): Map<string, RigAxis> {
  const entries = [...devices].flatMap(([device, { derives: map }]): Entry[] => {
    if (!map) return [];
    return [{ device, map, names: Object.keys(map.axes).map((part) => part ? `${device}.${part}` : device) }];
  });
  const known = [...axes.keys(), ...entries.flatMap(({ names }) => names)];
  const issues = entries.flatMap((entry) => entryIssues(entry, axes, known));
  if (!issues.length) issues.push(...circleIssues(entries));
  if (issues.length) throw new InputError(issues);
  const made = new Map<string, RigAxis>(), left = [...entries];
  while (left.length) {
    const k = left.findIndex(({ map }) => map.moves.every((name) => axes.has(name) || made.has(name)));
    const [{ device, map, names }] = left.splice(k, 1);
    const group = new DerivedGroup(names, map, map.moves.map((name) => axes.get(name) ?? made.get(name)!));
    for (const [i, info] of Object.values(map.axes).entries()) {
      const limits = info.limits ?? foundLimits(group);
      if (limits && names.length === 1) refuseDisagreement(device, group, limits);
      made.set(names[i], new DerivedRigAxis(names[i], { ...info, limits }, group));
    }
  }
  return made;
}

function entryIssues({ device, map }: Entry, axes: ReadonlyMap<string, RigAxis>, known: readonly string[]): Issue[] {
  return map.moves.flatMap((name): Issue[] => {
    const path = `rig.${device}.moves.${name}`, allowed = known.filter((other) => other !== name).join(", ");
    const issue = (message: string): Issue[] => [{ path, message, received: name, allowed, severity: "error" }];
    if (!known.includes(name)) return issue(`the rig has no axis ${show(name)}; ${didYouMean(name, known)}`);
    return axes.get(name)?.labels ? issue(`${name} takes labels: only axes with numbers can be moved by others`) : [];
  });
}

/** Axes that move each other, with the way round. */
function circleIssues(entries: readonly Entry[]): Issue[] {
  const ownerOf = (name: string) => entries.find(({ names }) => names.includes(name));
  const done = new Set<Entry>();
  const follow = (entry: Entry, way: readonly Entry[]): readonly Entry[] | undefined => {
    if (way.includes(entry)) return [...way.slice(way.indexOf(entry)), entry];
    if (done.has(entry)) return undefined;
    for (const name of entry.map.moves) {
      const next = ownerOf(name), circle = next && follow(next, [...way, entry]);
      if (circle) return circle;
    }
    done.add(entry);
    return undefined;
  };
  for (const entry of entries) {
    const circle = follow(entry, []);
    if (!circle) continue;
    const round = circle.map(({ device }) => device).join(" → ");
    const message = `axes move each other in a circle: ${round}`;
    return [{ path: `rig.${circle[0].device}.moves`, message, received: round, severity: "error" }];
  }
  return [];
}

/** The setpoints that keep the one axis that is moved within its limits, where the map only rises or only falls there. */
function foundLimits(group: DerivedGroup): readonly [number, number] | undefined {
  const { axes, targets, inverse } = group, limits = targets[0].limits;
  if (axes.length > 1 || targets.length > 1 || !inverse || !limits) return undefined;
  const back = (place: number) => inverse([place])[0];
  if (!monotone(back, limits)) return undefined;
  const [a, b] = limits.map(back);
  return a < b ? [a, b] : [b, a];
}

/** A `reads` that says something else than `moves` would label every point wrongly. */
function refuseDisagreement(device: string, group: DerivedGroup, [low, high]: readonly [number, number]): void {
  if (!group.inverse || !Number.isFinite(high - low)) return;
  for (let k = 0; k <= 16; k++) {
    const setpoint = low + (high - low) * k / 16, places = group.forward([setpoint]);
    if (places.some((place) => !Number.isFinite(place))) continue;
    const [back] = group.inverse(places);
    if (Math.abs(back - setpoint) <= DISAGREEMENT * Math.max(high - low, Number.EPSILON * Math.abs(high))) continue;
    const short = (x: number) => Number(x.toPrecision(6));
    const there = group.moves.map((name, j) => `${name} ${short(places[j])}`).join(", ");
    const message = `does not undo moves: ${short(setpoint)} moves to ${there}, which reads ${short(back)}`;
    throw InputError.at(`rig.${device}.reads`, message, back, `${short(setpoint)} there`);
  }
}
