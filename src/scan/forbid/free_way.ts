import { ForbidError } from "../../core/forbid_error.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Box, Forbidden } from "./forbidden.ts";

/** Places by axis: where axes stand, or where those go that set off together. */
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
export function freeWay(leg: Leg, places: Leg, forbidden: Forbidden): Leg[] {
  const named = [...leg].filter(([name]) => places.has(name));
  const held = forbidden.within(boxOf(places, named, forbidden));
  if (held === undefined) return [leg];
  if (named.length > 1) {
    for (const order of orders(named)) if (isFree(order, places, forbidden)) return inTurn(leg, order);
  }
  const names = forbidden.conditions.find(({ text }) => text === held)!.axes, to = new Map([...places, ...named]);
  const [axis, at] = named.find(([name]) => names.includes(name)) ?? [names[0], places.get(names[0])!];
  const of = (all: Leg) => Object.fromEntries(names.map((name) => [name, all.get(name)!]));
  throw new ForbidError(axis, at, held, of(places), of(to));
}

function boxOf(places: Leg, moves: readonly (readonly [string, Setpoint])[], forbidden: Forbidden): Box {
  const box = new Map([...places].map(([name, at]) => [name, forbidden.way(name, at, at)]));
  for (const [name, to] of moves) box.set(name, forbidden.way(name, places.get(name)!, to));
  return box;
}

function isFree(order: readonly [string, Setpoint][], places: Leg, forbidden: Forbidden): boolean {
  const at = new Map(places);
  return order.every((move) => {
    if (forbidden.within(boxOf(at, [move], forbidden)) !== undefined) return false;
    at.set(...move);
    return true;
  });
}

function inTurn(leg: Leg, order: readonly [string, Setpoint][]): Leg[] {
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
