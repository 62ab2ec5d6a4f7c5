import type { Op } from "../../core/device.ts";
import { MoveError } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Derivation, RigAxis } from "../../core/rig.ts";
import type { Forbidden } from "../forbid/forbidden.ts";
import { freeWay } from "../forbid/free_way.ts";
import { type ResolvedMoves, resolveMoves } from "./resolve_moves.ts";

/** Axes with motors that set off together, and where they go. */
export type Leg = ReadonlyMap<string, Setpoint>;

/** A move that is more than setting off at once. */
export interface Route {
  /** One after another, each in the rig's order; all are within the limits. */
  readonly legs: readonly Leg[];
  /** Where derived axes stand at the end. */
  readonly reached: ReadonlyMap<Derivation, readonly number[]>;
}

/** Finds how axes get to their setpoints: what derived ones move, and from which side play in a drive wants it. */
export class MoveRouter {
  /**
   * @param axisOf the axis of a name
   * @param rankOf its place in the rig, by which axes are sorted
   * @param backlashOf how far off an axis is approached, and from which side; 0: it does not matter
   * @param forbidden where axes must never be
   */
  constructor(
    readonly axisOf: (name: string) => RigAxis,
    readonly rankOf: (name: string) => number,
    readonly backlashOf: (name: string) => number,
    readonly forbidden?: Forbidden,
  ) {}

  /**
   * The way to the setpoints. Axes are asked where they are as far as that has to be known; nothing moves.
   *
   * @param intended where axes of maps were going when they were stopped: those that are not asked for go on there
   * @throws LimitError when any of its legs leaves limits, ForbidError when no order keeps out of forbidden places, InputError when one axis is to be in two places
   */
  async route(
    asked: ReadonlyMap<string, Setpoint>,
    op: Op,
    intended: ReadonlyMap<Derivation, readonly number[]> = new Map(),
  ): Promise<Route> {
    for (const [name, to] of asked) this.axisOf(name).check(to);
    const { moves, groups } = await this.#resolve(asked, op, intended);
    const derived = new Map([...asked].filter(([name]) => this.axisOf(name).derived));
    const over = this.#overshoot(derived, (name) => this.#place(name));
    const stages = over.size
      ? [(await this.#resolve(new Map([...asked, ...over]), op, intended)).moves, moves]
      : [moves];
    const at = new Map<string, Setpoint | undefined>(), legs: Leg[] = [];
    const placeOf = (name: string) => at.has(name) ? at.get(name) : this.#place(name);
    for (const stage of stages) {
      const left = new Map([...stage].filter(([name, to]) => placeOf(name) !== to));
      const first = this.#overshoot(left, placeOf);
      for (const leg of first.size ? [new Map([...left, ...first]), left] : [left]) {
        const going = new Map(
          [...leg].filter(([name, to]) => placeOf(name) !== to)
            .sort(([a], [b]) => this.rankOf(a) - this.rankOf(b)),
        );
        if (!going.size) continue;
        legs.push(going);
        for (const [name, to] of going) at.set(name, to);
      }
    }
    for (const leg of legs) for (const [name, to] of leg) this.axisOf(name).check(to);
    return { legs: this.forbidden ? await this.#freeWays(legs, this.forbidden, op) : legs, reached: groups };
  }

  /** Axes that have not been moved, or have been stopped, are asked where they are: they count from there. */
  async #freeWays(legs: readonly Leg[], forbidden: Forbidden, op: Op): Promise<Leg[]> {
    const places = new Map<string, Setpoint>();
    for (const name of forbidden.axes) {
      const axis = this.axisOf(name), { labels } = axis, place = axis.setpoint ?? await axis.readback(op);
      if (labels ? !labels.includes(String(place)) : !(typeof place === "number" && !Number.isNaN(place))) {
        throw new MoveError(name, undefined, place, "does not say where it is, and must not be everywhere");
      }
      places.set(name, place);
    }
    return legs.flatMap((leg) => {
      const free = freeWay(leg, places, forbidden);
      for (const [name, to] of leg) if (places.has(name)) places.set(name, to);
      return free;
    });
  }

  #place(name: string): Setpoint | undefined {
    return this.axisOf(name).setpoint;
  }

  async #resolve(
    asked: ReadonlyMap<string, Setpoint>,
    op: Op,
    intended: ReadonlyMap<Derivation, readonly number[]>,
  ): Promise<ResolvedMoves> {
    const located = new Map(intended);
    for (;;) {
      const resolved = resolveMoves(asked, this.axisOf, located);
      if (!resolved.missing.length) return resolved;
      for (const derivation of resolved.missing) located.set(derivation, await derivation.locate(op));
    }
  }

  /** Where axes go first that come from the wrong side, or from nobody knows where. */
  #overshoot(moves: Leg, placeOf: (name: string) => Setpoint | undefined): Map<string, number> {
    const first = new Map<string, number>();
    for (const [name, to] of moves) {
      const backlash = this.backlashOf(name), from = placeOf(name);
      if (!backlash || typeof to !== "number") continue;
      if (typeof from !== "number" || (from - to) * backlash > 0) first.set(name, to - backlash);
    }
    return first;
  }
}
