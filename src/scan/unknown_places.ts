import { type Issue, LimitError, show } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";
import type { AtEnd, RunRules } from "../core/rules.ts";
import { passesOf } from "./derived_issues.ts";
import { movedByOthers } from "./engine/resolve_moves.ts";
import { type Laid, type LaidAction, type LaidAround, laidIn, type LaidOut } from "./lay_out.ts";

/** What puts axes back beside the plan. */
export interface PuttingBack extends Pick<RunRules, "hold"> {
  readonly atEnd?: AtEnd;
  /** Where axes stand, as far as it is known. */
  readonly origin?: Setpoints;
}

/** An axis that somebody moves, and where that is said. */
interface Sent {
  readonly axis: string;
  readonly path: string;
}

/** Axes that stand, before anything moves, where nobody may send them back at the end: beyond their limits, say. */
export function placesBeyond(
  { passes }: LaidOut,
  axes: ReadonlyMap<string, RigAxis>,
  { atEnd, origin = {} }: PuttingBack,
): Issue[] {
  const returning = atEnd === "return" ? new Set(passes.flatMap(({ taken, axes }) => taken ? [] : axes)) : [];
  return [...returning].flatMap((name): Issue[] => {
    const axis = axes.get(name), place = origin[name];
    // Of axes that share a map, one by itself says nothing.
    if (!axis || place === undefined || (axis.derived?.axes.length ?? 1) > 1) return [];
    try {
      axis.check(place);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof LimitError)) throw thrown;
      const { allowed } = thrown, there = `${show(place)}${axis.unit && ` ${axis.unit}`}`;
      const message = `${name} stands at ${there} and could not be sent back there; allowed: ${allowed}`;
      return [{ path: "atEnd", message, received: place, allowed, severity: "error" }];
    }
  });
}

/**
 * Axes that are to be put back where they stood, though nobody can tell where that is, or another axis of the plan has taken
 * them away from there.
 */
export function unknownPlaces(
  laid: LaidOut,
  axes: ReadonlyMap<string, RigAxis>,
  puttingBack: PuttingBack,
): Issue[] {
  return [...blindPlaces(laid, axes, puttingBack), ...disputedPlaces(laid, axes)];
}

/**
 * Axes that are to be put back where they stood, at the end, after an action or after a hold, though nobody can tell where
 * that is: they are derived, their maps cannot be inverted, and nobody has sent them anywhere.
 */
function blindPlaces(
  { root, passes }: LaidOut,
  axes: ReadonlyMap<string, RigAxis>,
  { atEnd, hold = [] }: PuttingBack,
): Issue[] {
  const isBlind = (name: string) => {
    const { derived, setpoint } = axes.get(name) ?? {};
    return derived !== undefined && !derived.inverse && setpoint === undefined;
  };
  if (![...axes.keys()].some(isBlind)) return [];
  const planned = passes.flatMap(({ taken, axes }) => taken ? [] : axes);
  const returning = atEnd === "return" ? planned.map((axis): Sent => ({ axis, path: "atEnd" })) : [];
  const holds = [hold].flat().flatMap(({ set = {} }, k): Sent[] =>
    Object.keys(set).filter((axis) => !planned.includes(axis))
      .map((axis) => ({ axis, path: Array.isArray(hold) ? `hold[${k}].set.${axis}` : `hold.set.${axis}` }))
  );
  const found = [...returning, ...holds, ...inActions(root)].filter(({ axis }) => isBlind(axis));
  return [...new Map(found.map((one) => [`${one.path} ${one.axis}`, one])).values()].map(({ axis, path }) => {
    const message = `${axis} is put back where it stood, and that cannot be told: its map cannot be inverted; ` +
      "give reads, or limits over which moves only rises or only falls";
    return { path, message, received: axis, severity: "error" };
  });
}

/**
 * Axes that an action in between moves and puts back, although another axis that it or what is done first sends takes them
 * along, or is taken along by them: where they stood is no place to go back to.
 */
function disputedPlaces({ root }: LaidOut, axes: ReadonlyMap<string, RigAxis>): Issue[] {
  const reach = (name: string) => [name, ...movedByOthers([name], axes)];
  const disputes = (a: string, b: string) => {
    if (a === b || !axes.has(a) || !axes.has(b)) return false;
    const own = axes.get(a)!.derived, all = reach(b);
    return (!own || own !== axes.get(b)!.derived) && reach(a).some((one) => all.includes(one));
  };
  const found = (laid: Laid): Issue[] => [
    ...laid.kind === "around" ? disputed(laid, disputes) : [],
    ...laidIn(laid).flatMap(found),
  ];
  return [...axes.values()].some(({ derived }) => derived) ? found(root) : [];
}

/** The next point takes its axes where they belong, and what they move; the others go where they were found once. */
function disputed(
  { first, every, inner, corrects }: LaidAround,
  disputes: (a: string, b: string) => boolean,
): Issue[] {
  const passes = passesOf(inner), named = new Set(passes.flatMap(({ axes }) => axes));
  const between = every.flatMap(({ actions }) => actions.flatMap(sent));
  return between.filter(({ axis }) => !named.has(axis) && !corrects.includes(axis)).flatMap(
    ({ axis, path }): Issue[] => {
      if (passes.every(({ axes }) => axes.some((other) => disputes(axis, other)))) return [];
      const others = [...first.flatMap(sent).map((one) => one.axis), ...between.map((one) => one.axis), ...named];
      const rival = others.find((other) => disputes(axis, other));
      if (rival === undefined) return [];
      const message =
        `${axis} is put back where it stood, and ${rival}, which the plan sends too, moves it: name one of them`;
      return [{ path, message, received: axis, allowed: `${axis} or ${rival}`, severity: "error" }];
    },
  );
}

function inActions(laid: Laid): Sent[] {
  return [...laid.kind === "around" ? ofAround(laid) : [], ...laidIn(laid).flatMap(inActions)];
}

/** What the plan moves, its next point takes there; what is set first belongs there. */
function ofAround({ first, every, inner, corrects }: LaidAround): Sent[] {
  const known = new Set(passesOf(inner).flatMap(({ axes }) => axes));
  const takes = first.flatMap((action) => {
    if (action.kind === "set") { for (const { axis } of sent(action)) known.add(axis); }
    return action.kind === "take" ? sent(action).filter(({ axis }) => !known.has(axis)) : [];
  });
  const between = every.flatMap(({ actions }) => actions.flatMap(sent));
  return [...takes, ...between.filter(({ axis }) => !known.has(axis) && !corrects.includes(axis))];
}

function sent(action: LaidAction): Sent[] {
  const { kind, path } = action,
    named = (key: string, at: object) =>
      Object.keys(at).map((axis): Sent => ({ axis, path: `${path}.${key}.${axis}` }));
  if (kind === "set") return named("setpoint", action.action.setpoint);
  if (kind === "take") return named("at", action.action.at ?? {});
  return kind === "plan" ? passesOf(action.laid).flatMap(({ axes }) => axes).map((axis) => ({ axis, path })) : [];
}
