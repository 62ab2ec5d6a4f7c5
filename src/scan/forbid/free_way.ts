import { ForbidError } from "../../core/forbid_error.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Box, Forbidden } from "./forbidden.ts";

/** Axes that set off together, and where they go. */
type Leg = ReadonlyMap<string, Setpoint>;

/** More axes than this are not tried in every order, but in the rig's and its reverse. */
const MOST_ORDERED = 5;

/**
 * A move that keeps out of forbidden places: all axes together where every place between is free, whoever is faster;
 * else one after the other, in the first order that is free, the rig's tried first. Axes that no condition names go along
 * with the first.
 *
 * @param leg in the rig's order
 * @param places where the axes stand that conditions name
 * @throws ForbidError when no order is free
 */
export function freeWay(leg: Leg, places: ReadonlyMap<string, number>, forbidden: Forbidden): Leg[] {
  const named = [...leg].filter(([name]) => places.has(name)) as [string, number][];
  const held = forbidden.within(boxOf(places, named));
  if (held === undefined) return [leg];
  if (named.length > 1) {
    for (const order of orders(named)) if (isFree(order, places, forbidden)) return inTurn(leg, order);
  }
  const names = forbidden.conditions.find(({ text }) => text === held)!.axes, to = new Map([...places, ...named]);
  const [axis, at] = named.find(([name]) => names.includes(name)) ?? [names[0], places.get(names[0])];
  const of = (all: ReadonlyMap<string, number>) => Object.fromEntries(names.map((name) => [name, all.get(name)!]));
  throw new ForbidError(axis, at, held, of(places), of(to));
}

function boxOf(places: ReadonlyMap<string, number>, moves: readonly (readonly [string, number])[]): Box {
  const box = new Map([...places].map(([name, at]) => [name, [at, at] as readonly [number, number]]));
  for (const [name, to] of moves) {
    const from = places.get(name)!;
    box.set(name, [Math.min(from, to), Math.max(from, to)]);
  }
  return box;
}

function isFree(
  order: readonly [string, number][],
  places: ReadonlyMap<string, number>,
  forbidden: Forbidden,
): boolean {
  const at = new Map(places);
  return order.every((move) => {
    if (forbidden.within(boxOf(at, [move])) !== undefined) return false;
    at.set(...move);
    return true;
  });
}

function inTurn(leg: Leg, order: readonly [string, number][]): Leg[] {
  const along = [...leg].filter(([name]) => !order.some(([moved]) => moved === name));
  return order.map((move, k) => new Map<string, Setpoint>(k === 0 ? [move, ...along] : [move]));
}

/** All orders, the given one first. */
function* orders<T>(items: readonly T[]): Generator<T[]> {
  if (items.length > MOST_ORDERED) {
    yield [...items];
    yield items.toReversed();
    return;
  }
  if (items.length < 2) {
    yield [...items];
    return;
  }
  for (const [k, first] of items.entries()) {
    for (const rest of orders(items.filter((_, j) => j !== k))) yield [first, ...rest];
  }
}
