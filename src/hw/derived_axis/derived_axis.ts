import type { AxisInfo, AxisMap, DeviceSpec } from "../../core/device.ts";
import { InputError } from "../../core/errors.ts";
import { readFormula } from "../../core/formula.ts";
import type { None } from "../rig_types.ts";
import type { ReadableMap } from "./readable_map.ts";
import { type Calibrated, type Calibration, calibration } from "./calibration.ts";
import { invert } from "./invert.ts";

/** An axis that is a formula of others: what it moves, and how. */
export interface DerivedAxisOptions extends Pick<AxisInfo, "limits" | "longName" | "settleMs" | "backlash"> {
  /** Of its setpoints, in UDUNITS text: `eV`. */
  readonly unit: string;
  /**
   * Where the axes go that it moves, by their names in the rig: a formula of its own name, as in
   * `{ wavelength: "1239.842 / energy" }`, or a calibration.
   */
  readonly moves: Readonly<Record<string, string | Calibration>>;
  /** Where it stands, as a formula of the axes that it moves; found from `moves` over the limits when left out. */
  readonly reads?: string;
}

/** One axis that is moved, as a function of the setpoint. */
interface Leg extends Calibrated {
  readonly name: string;
}

/**
 * An axis that moves others: a photon energy by a wavelength, a delay by a stage. It scans, moves and labels dimensions as
 * any axis does; the axes that it moves stand beside it as readbacks, and their limits hold.
 *
 * @throws by `connect`: InputError for formulas that cannot be read, and axes that the rig does not have
 *
 * @example
 * ```ts
 * import { connect, derivedAxis, sim } from "sonde";
 * await using rig = await connect({
 *   wavelength: sim.monochromator({ limits: [400, 900] }),
 *   energy: derivedAxis({
 *     unit: "eV",
 *     moves: { wavelength: "1239.842 / energy" },
 *     reads: "1239.842 / wavelength",
 *   }),
 * });
 * const [least, most] = rig.axes.get("energy")!.limits!; // found from those of the wavelength
 * console.assert(least === 1239.842 / 900 && most === 1239.842 / 400);
 * ```
 */
export function derivedAxis(options: DerivedAxisOptions): DeviceSpec<{ "": number }, None> {
  return {
    driver: "derived",
    simulated: true,
    connect: ({ name }) => ({
      driver: "derived",
      derives: mapOf(name, options),
      settings: () => JSON.parse(JSON.stringify({ moves: options.moves, reads: options.reads })),
    }),
  };
}

/**
 * An axis that moves one other by what a run has found: the `experiment_id` of that run is kept with every run of the rig.
 *
 * @param moves the axis that is moved, by its name in the rig
 *
 * @example
 * ```ts
 * import { calibrated, connect, sim } from "sonde";
 * await using rig = await connect({
 *   motor: sim.stage({ unit: "mm", limits: [0, 50] }),
 *   angle: calibrated("motor", {
 *     unit: "deg",
 *     from: "0b8f1c9e-5a57-4d0b-9d57-0c8f0f6b2c11",
 *     polynomial: [25, 1.25],
 *   }),
 * });
 * console.assert(rig.axes.get("angle")!.limits!.join() === "-20,20");
 * ```
 */
export function calibrated(
  moves: string,
  options: Omit<DerivedAxisOptions, "moves" | "reads"> & Calibration,
): DeviceSpec<{ "": number }, None> {
  const { unit, limits, longName, settleMs, backlash, ...found } = options;
  return derivedAxis({ unit, limits, longName, settleMs, backlash, moves: { [moves]: found } });
}

function mapOf(
  name: string,
  { unit, limits, longName, settleMs, backlash, moves, reads }: DerivedAxisOptions,
): ReadableMap {
  const path = `rig.${name}`, names = Object.keys(moves);
  if (!names.length) throw InputError.at(`${path}.moves`, "names no axis that it moves", moves);
  const legs = names.map((moved) => legOf(name, moved, moves[moved], `${path}.moves.${moved}`));
  const within = legs.reduce((range, { domain }) => meet(range, domain), limits);
  return {
    axes: { "": { unit, limits: within, longName, settleMs, backlash } },
    moves: names,
    forward: ([setpoint]) => legs.map((leg) => leg.forward(setpoint)),
    inverse: inverseOf(legs, reads, within, `${path}.reads`),
    reads: reads === undefined ? [] : [reads],
  };
}

function legOf(own: string, name: string, moves: string | Calibration, path: string): Leg {
  if (typeof moves !== "string") return { name, ...calibration(moves, path) };
  const formula = readFormula(moves, [own], path);
  if (!formula.names.length) throw InputError.at(path, `does not depend on ${own}: as in "1239.842 / ${own}"`, moves);
  return { name, forward: (setpoint) => formula.evaluate(() => setpoint) };
}

function inverseOf(
  legs: readonly Leg[],
  reads: string | undefined,
  within: readonly [number, number] | undefined,
  path: string,
): AxisMap["inverse"] {
  const names = legs.map(({ name }) => name);
  if (reads !== undefined) {
    const formula = readFormula(reads, names, path);
    return (places) => [formula.evaluate((name) => places[names.indexOf(name)])];
  }
  for (const [k, leg] of legs.entries()) {
    const inverse = leg.inverse ?? (within && invert(leg.forward, within));
    if (inverse) return (places) => [inverse(places[k])];
  }
  return undefined;
}

function meet(
  a: readonly [number, number] | undefined,
  b: readonly [number, number] | undefined,
): readonly [number, number] | undefined {
  return a && b ? [Math.max(a[0], b[0]), Math.min(a[1], b[1])] : a ?? b;
}
