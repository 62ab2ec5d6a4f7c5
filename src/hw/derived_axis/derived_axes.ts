import type { AxisInfo, DeviceSpec } from "../../core/device.ts";
import { InputError } from "../../core/errors.ts";
import type { None } from "../rig_types.ts";
import { inverseMatrix, timesVector } from "./matrix.ts";
import type { ReadableMap } from "./readable_map.ts";

/** Several axes that are linear combinations of others. */
export interface DerivedAxesOptions<N extends string = string> extends Pick<AxisInfo, "settleMs"> {
  /** Their names within the device: `gates.vg1`. */
  readonly axes: readonly N[];
  /** The axes that they move, by their names in the rig; as many. */
  readonly real: readonly string[];
  /** A row for each of `real`: real = matrix · axes + offset. */
  readonly matrix: readonly (readonly number[])[];
  /** Where the real axes are when all setpoints are 0; there when left out. */
  readonly offset?: readonly number[];
  /** Of all of them. */
  readonly unit: string;
  /** By their names; only the limits of the real axes hold when left out. */
  readonly limits?: Readonly<Partial<Record<N, readonly [number, number]>>>;
}

/**
 * Axes that are linear combinations of others: virtual gates, the directions of a hexapod near its home. Moving one keeps
 * the others where they are; moving several is one move of the real ones.
 *
 * @throws by `connect`: InputError for a matrix that is not square or cannot be inverted, and axes that the rig does not
 *   have
 *
 * @example
 * ```ts
 * import { connect, derivedAxes, sim } from "sonde";
 * await using rig = await connect({
 *   P1: sim.instant({ unit: "mV", limits: [-500, 500] }),
 *   P2: sim.instant({ unit: "mV", limits: [-500, 500] }),
 *   gates: derivedAxes({ axes: ["vg1", "vg2"], real: ["P1", "P2"], matrix: [[1, 0.2], [0.1, 1]], unit: "mV" }),
 * });
 * const { signal } = new AbortController();
 * await rig.axes.get("gates.vg1")!.set(100, { signal });
 * console.assert(rig.axes.get("P1")!.setpoint === 100 && rig.axes.get("P2")!.setpoint === 10);
 * ```
 */
export function derivedAxes<const N extends string>(
  options: DerivedAxesOptions<N>,
): DeviceSpec<Readonly<Record<N, number>>, None> {
  const { real, matrix, offset } = options;
  return {
    driver: "derived.matrix",
    simulated: true,
    connect: ({ name }) => ({
      driver: "derived.matrix",
      derives: mapOf(`rig.${name}`, options),
      settings: () => structuredClone({ real, matrix, offset }) as Record<string, unknown>,
    }),
  };
}

function mapOf(
  path: string,
  { axes, real, matrix, offset, unit, limits = {}, settleMs }: DerivedAxesOptions,
): ReadableMap {
  const n = axes.length, shift = offset ?? real.map(() => 0);
  if (!n) throw InputError.at(`${path}.axes`, "names no axis", axes);
  for (const [key, names] of [["axes", axes], ["real", real]] as const) {
    const twice = names.find((name, k) => names.indexOf(name) < k);
    if (twice !== undefined) throw InputError.at(`${path}.${key}`, `names ${twice} twice`, names);
  }
  const shape = (what: string, of: readonly unknown[]) => {
    if (of.length === n) return;
    throw InputError.at(`${path}.${what}`, `has ${of.length} where ${n} are wanted, one for each of axes`, of, `${n}`);
  };
  shape("real", real);
  shape("offset", shift);
  shape("matrix", matrix);
  matrix.forEach((row, k) => shape(`matrix[${k}]`, row));
  const inverse = inverseMatrix(matrix);
  if (!inverse) {
    const message = "cannot be inverted: two of its axes move the real ones in the same direction";
    throw InputError.at(`${path}.matrix`, message, matrix, "a matrix whose rows are independent");
  }
  const unknown = Object.keys(limits).find((name) => !axes.includes(name));
  if (unknown !== undefined) throw InputError.at(`${path}.limits.${unknown}`, `names none of ${axes.join(", ")}`);
  return {
    axes: Object.fromEntries(axes.map((name) => [name, { unit, limits: limits[name], settleMs }])),
    moves: real,
    forward: (setpoints) => timesVector(matrix, setpoints).map((place, k) => place + shift[k]),
    inverse: (places) => timesVector(inverse, places.map((place, k) => place - shift[k])),
    // In formulas a hyphen takes away.
    reads: real.some((name) => name.includes("-")) ? [] : inverse.map((row) => rowText(row, real, shift)),
  };
}

/** A row of a matrix times what axes are off from an offset, as a formula. */
function rowText(row: readonly number[], names: readonly string[], offset: readonly number[]): string {
  return row.map((factor, k) => `(${factor}) * (${names[k]} - (${offset[k]}))`).join(" + ");
}
