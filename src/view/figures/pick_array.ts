import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { RunArray, RunSource } from "../run_source.ts";

/** What stands beside the readings of every point. */
const BESIDE = /^(timestamp|seq_num|quality|failed|pass|elapsed)$|_(readback|setpoint)$/;

/** The arrays of a run that hold readings, in the order in which they are to be offered. */
export function readingsOf({ arrays }: RunSource): RunArray[] {
  return arrays.filter(({ name, dimensions }) =>
    !BESIDE.test(name) && !(dimensions.length === 1 && dimensions[0] === name)
  );
}

/**
 * The array to draw: the one of that name, else the first scalar reading, else the first reading.
 *
 * @throws {InputError} when there is none
 */
export function pickArray(run: RunSource, detector?: string): RunArray {
  const readings = readingsOf(run);
  if (detector !== undefined) {
    const found = run.arrays.find(({ name }) => name === detector), names = readings.map(({ name }) => name);
    if (found) return found;
    throw InputError.at(
      "detector",
      `there is no array "${detector}"; ${didYouMean(detector, names)}`,
      detector,
      names.join(", "),
    );
  }
  const scalar = readings.find(({ name, dimensions }) =>
    !dimensions.some((dimension) => dimension.startsWith(`${name}_`))
  );
  const first = scalar ?? readings[0];
  if (!first) throw InputError.at("detector", "the run has no readings to draw");
  return first;
}
