import type { AxisMap, Op } from "../../core/device.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Derivation, RigAxis } from "../../core/rig.ts";

/** What rounding may make of a place at the very end of a range. */
const ROUNDING = 1e-12;

/** The axes of one map, connected to those that they move. */
export class DerivedGroup implements Derivation {
  readonly moves: readonly string[];
  readonly inverse?: (places: readonly number[]) => readonly number[];
  #reached: { readonly setpoints: readonly number[]; readonly places: readonly number[] } | undefined;

  /**
   * @param axes their names in the rig, in the order of the map
   * @param targets the axes that they move, in the order of the map
   */
  constructor(readonly axes: readonly string[], readonly map: AxisMap, readonly targets: readonly RigAxis[]) {
    this.moves = targets.map(({ name }) => name);
    if (map.inverse) this.inverse = (places) => map.inverse!(places);
  }

  forward(setpoints: readonly number[]): readonly number[] {
    return this.map.forward(setpoints).map((place, k) => snapped(place, this.targets[k].limits));
  }

  get standing(): readonly number[] | undefined {
    const { setpoints, places } = this.#reached ?? {};
    return places?.every((place, k) => this.targets[k].setpoint === place) ? setpoints : undefined;
  }

  reached(setpoints: readonly number[]): void {
    this.#reached = { setpoints: [...setpoints], places: this.forward(setpoints) };
  }

  locate(op: Op): readonly number[] | Promise<readonly number[]> {
    const { standing } = this;
    return standing ?? this.readBack(op);
  }

  /** Where the axes are by the readbacks of those that they move; NaN where that cannot be told. */
  readBack(op: Op): readonly number[] | Promise<readonly number[]> {
    if (!this.inverse) return this.standing ?? this.axes.map(() => NaN);
    const places = this.targets.map((target) => target.readback(op));
    const told = (found: readonly Setpoint[]) => this.inverse!(found.map(Number));
    return places.some((place) => typeof place === "object")
      ? Promise.all(places).then(told)
      : told(places as readonly Setpoint[]);
  }
}

/** A place that only rounding has put beyond the end of a range. */
function snapped(place: number, limits: readonly [number, number] | undefined): number {
  if (!limits) return place;
  const slack = ROUNDING * Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  for (const end of limits) if (Math.abs(place - end) <= slack) return end;
  return place;
}
