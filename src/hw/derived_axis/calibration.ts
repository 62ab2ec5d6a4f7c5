import { InputError } from "../../core/errors.ts";

/** How an axis was found to move another one, and in which run. */
export type Calibration =
  & {
    /** The `experiment_id` of the run that it was found in; kept with every run of the rig. */
    readonly from?: string;
  }
  & ({
    /** c₀, c₁, …: the axis that is moved goes to c₀ + c₁·s + c₂·s² + … for a setpoint s. */
    readonly polynomial: readonly number[];
  } | {
    /** `[setpoint, place of the axis that is moved]`, setpoints rising; between them it is a straight line. */
    readonly table: readonly (readonly [number, number])[];
  });

/** A calibration as functions. */
export interface Calibrated {
  /** Where the axis that is moved goes; NaN beyond the table. */
  forward(setpoint: number): number;
  /** The setpoint of a place, exactly, where that is simple; undefined where it has to be sought. */
  readonly inverse?: (place: number) => number;
  /** The setpoints that the calibration knows; any when undefined. */
  readonly domain?: readonly [number, number];
}

/**
 * The functions of a calibration.
 *
 * @param path where it stands, for errors
 * @throws InputError for a table whose setpoints do not rise, or whose places do not only rise or only fall
 *
 * @example
 * ```ts
 * import { calibration } from "./calibration.ts";
 * const steps = calibration({ table: [[400, 0], [500, 1000], [900, 4600]] }, "rig.wavelength.moves.motor");
 * console.assert(steps.forward(450) === 500 && steps.inverse?.(1900) === 600 && Number.isNaN(steps.forward(399)));
 * ```
 */
export function calibration(given: Calibration, path: string): Calibrated {
  return "table" in given
    ? ofTable(given.table, `${path}.table`)
    : ofPolynomial(given.polynomial, `${path}.polynomial`);
}

function ofPolynomial(coefficients: readonly number[], path: string): Calibrated {
  if (coefficients.length < 2 || coefficients.slice(1).every((c) => c === 0)) {
    throw InputError.at(path, "has to depend on the setpoint: c₀, c₁, … with one that is not 0 after c₀", coefficients);
  }
  const forward = (setpoint: number) => coefficients.reduceRight((sum, c) => sum * setpoint + c, 0);
  if (coefficients.slice(2).some((c) => c !== 0)) return { forward };
  const [offset, slope] = coefficients;
  return { forward, inverse: (place) => (place - offset) / slope };
}

function ofTable(table: readonly (readonly [number, number])[], path: string): Calibrated {
  if (table.length < 2) throw InputError.at(path, "needs at least two rows: [setpoint, place]", table);
  const rising = Math.sign(table[1][1] - table[0][1]);
  for (let k = 1; k < table.length; k++) {
    const [[x0, y0], [x, y]] = [table[k - 1], table[k]];
    if (!(x > x0)) throw InputError.at(`${path}[${k}]`, "setpoints have to rise from row to row", table[k]);
    if (Math.sign(y - y0) !== rising || rising === 0) {
      const message = "places have to rise from row to row, or to fall: one place belongs to one setpoint";
      throw InputError.at(`${path}[${k}]`, message, table[k]);
    }
  }
  const flipped = table.map(([x, y]) => [y, x] as const);
  if (rising < 0) flipped.reverse();
  const first = table[0][0], last = table[table.length - 1][0];
  return {
    forward: (setpoint) => setpoint >= first && setpoint <= last ? along(table, setpoint) : NaN,
    // An encoder says a little more or less than it was told, also at the ends.
    inverse: (place) => along(flipped, place),
    domain: [first, last],
  };
}

/** On the straight line between two neighbours; beyond the ends on the line of the last two. */
function along(rows: readonly (readonly [number, number])[], x: number): number {
  let low = 0, high = rows.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] <= x) low = middle;
    else high = middle;
  }
  const [[x0, y0], [x1, y1]] = [rows[low], rows[high]];
  return x === x1 ? y1 : y0 + (x - x0) / (x1 - x0) * (y1 - y0);
}
