import type { AxisInfo, Op, StopReason } from "../../core/device.ts";
import { LimitError, show } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Derivation, RigAxis } from "../../core/rig.ts";
import type { DerivedGroup } from "./derived_group.ts";
import type { ReadableMap } from "./readable_map.ts";

/** A setpoint that an axis allows, and an axis that it would move does not. */
export class DerivedLimitError extends LimitError {
  /** Names both axes, both places, and what the one that is moved allows. */
  constructor(
    { name, unit }: RigAxis,
    setpoint: Setpoint,
    readonly moves: string,
    readonly place: number,
    moved: Pick<AxisInfo, "unit" | "limits">,
  ) {
    const tail = (of: string) => of && ` ${of}`, { limits } = moved;
    const allowed = limits ? `${limits[0]} … ${limits[1]}${tail(moved.unit)}` : "any finite number";
    super(name, setpoint, `what moves ${moves} within ${allowed}`);
    const needs = Number.isFinite(place) ? Number(place.toPrecision(6)) : place;
    this.message = `${name} ${show(setpoint)}${tail(unit)} needs ${moves} ${needs}${
      tail(moved.unit)
    }; allowed: ${allowed}`;
  }
}

/** An axis of a rig that moves others of it. */
export class DerivedRigAxis implements RigAxis {
  readonly unit: string;
  readonly limits?: readonly [number, number];
  readonly longName?: string;
  readonly settleMs?: number;
  readonly timeoutMs?: number;
  readonly backlash?: number;
  readonly derived: Derivation;
  /** Where it stands, as a formula of the axes that it moves; undefined where it is no formula. */
  readonly reads?: string;
  readonly #group: DerivedGroup;
  readonly #k: number;

  /** @param info with limits, given or found */
  constructor(readonly name: string, info: AxisInfo, group: DerivedGroup) {
    const { targets } = group, longest = Math.max(0, ...targets.map(({ settleMs = 0 }) => settleMs));
    this.unit = info.unit;
    this.limits = info.limits;
    this.longName = info.longName;
    this.backlash = info.backlash;
    this.settleMs = info.settleMs ?? (longest || undefined);
    this.timeoutMs = info.timeoutMs;
    this.derived = this.#group = group;
    this.#k = group.axes.indexOf(name);
    this.reads = (group.map as Partial<ReadableMap>).reads?.[this.#k];
  }

  get setpoint(): Setpoint | undefined {
    return this.#group.standing?.[this.#k];
  }

  /** Of axes that move together, the others count as they stand; where that is not known, `set` checks. */
  check(setpoint: Setpoint): void {
    this.#checkOwn(setpoint);
    const setpoints = this.#beside(setpoint as number, this.#group.standing);
    if (!setpoints.some(Number.isNaN)) this.#checkMoved(setpoint, setpoints);
  }

  set(setpoint: Setpoint, op: Op): void | Promise<void> {
    if (op.signal.aborted) throw op.signal.reason;
    this.#checkOwn(setpoint);
    const go = (standing: readonly number[] | undefined) => {
      if (op.signal.aborted) throw op.signal.reason;
      const setpoints = this.#beside(setpoint as number, standing);
      return this.#go(setpoints, this.#checkMoved(setpoint, setpoints), op);
    };
    if (this.#group.axes.length === 1) return go(undefined);
    const standing = this.#group.locate(op);
    return "then" in standing ? standing.then(go) : go(standing);
  }

  readback(op: Op): Setpoint | Promise<Setpoint> {
    const places = this.#group.readBack(op);
    return "then" in places ? places.then((all) => all[this.#k]) : places[this.#k];
  }

  async stop(why: StopReason): Promise<void> {
    await Promise.all(this.#group.targets.map((target) => target.stop(why)));
  }

  /** As long as the slowest of the axes that it moves; how far they go does not depend on the axes beside it in linear maps. */
  moveMs(from: Setpoint, to: Setpoint): number {
    const { targets, standing } = this.#group;
    const [a, b] = [from, to].map((at) => {
      return this.#group.forward(this.#beside(at as number, standing ?? this.#group.axes.map(() => 0)));
    });
    return Math.max(0, ...targets.map((target, k) => target.moveMs?.(a[k], b[k]) ?? 0).filter(Number.isFinite));
  }

  #checkOwn(setpoint: Setpoint): void {
    const { limits, unit, name } = this, tail = unit && ` ${unit}`;
    const inside = typeof setpoint === "number" && Number.isFinite(setpoint) &&
      (!limits || setpoint >= limits[0] && setpoint <= limits[1]);
    if (inside) return;
    const allowed = limits ? `${limits[0]} … ${limits[1]}${tail}` : `any finite number${tail && ` in${tail}`}`;
    // Limits that were found from those of another axis are explained by that one; beyond a table there is nothing to say.
    const told = typeof setpoint === "number" && this.#group.axes.length === 1 &&
      !this.#group.forward([setpoint]).some(Number.isNaN);
    if (told) this.#checkMoved(setpoint, [setpoint]);
    throw new LimitError(name, setpoint, allowed);
  }

  /** @returns where the axes go that are moved */
  #checkMoved(setpoint: Setpoint, setpoints: readonly number[]): readonly number[] {
    const { targets } = this.#group, places = this.#group.forward(setpoints);
    for (const [k, target] of targets.entries()) {
      try {
        target.check(places[k]);
      } catch (thrown) {
        if (!(thrown instanceof LimitError)) throw thrown;
        throw new DerivedLimitError(this, setpoint, target.name, places[k], target);
      }
    }
    return places;
  }

  #beside(setpoint: number, others: readonly number[] | undefined): readonly number[] {
    return this.#group.axes.map((_, k) => k === this.#k ? setpoint : others?.[k] ?? NaN);
  }

  /** All at once; when one fails, the others are stopped, and what failed first is thrown. */
  #go(setpoints: readonly number[], places: readonly number[], op: Op): void | Promise<void> {
    const { targets } = this.#group, moving: Promise<void>[] = [];
    const stopAll = async (thrown: unknown): Promise<never> => {
      await Promise.allSettled([this.stop("fault"), ...moving]);
      throw thrown;
    };
    try {
      for (const [k, target] of targets.entries()) {
        const moved = target.set(places[k], op);
        if (moved) moving.push(moved);
      }
    } catch (thrown) {
      if (!moving.length) throw thrown;
      return stopAll(thrown);
    }
    if (!moving.length) return this.#group.reached(setpoints);
    return Promise.all(moving).then(() => this.#group.reached(setpoints), stopAll);
  }
}
