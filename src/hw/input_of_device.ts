import { InputError, LimitError } from "../core/errors.ts";

/**
 * Bad input that only a device could tell, as bad input of its rig: each issue says which device it is of, as in
 * `rig.camera.roi`, and a limit which axis of the rig. What is no bad input comes back as it is.
 *
 * @param device its name in the rig
 * @param cause what stays to be seen behind the error; the one that was thrown when left out
 *
 * @example
 * ```ts
 * import { InputError } from "../core/errors.ts";
 * import { inputOfDevice } from "./input_of_device.ts";
 * const told = inputOfDevice("camera", InputError.at("roi", "is not on the sensor"));
 * console.assert(told instanceof InputError && told.message === "rig.camera.roi: is not on the sensor");
 * ```
 */
export function inputOfDevice(device: string, thrown: unknown, cause: unknown = thrown): unknown {
  if (thrown instanceof LimitError) {
    const { axis, received, allowed } = thrown, whole = axis === device || axis.startsWith(`${device}.`);
    return withCause(new LimitError(whole ? axis : `${device}.${axis}`, received, allowed), cause);
  }
  if (!(thrown instanceof InputError)) return thrown;
  return withCause(
    new InputError(thrown.issues.map((issue) => ({ ...issue, path: pathIn(device, issue.path) }))),
    cause,
  );
}

/** Drivers that know where they stand in the rig have said so. */
function pathIn(device: string, path: string): string {
  if (path.startsWith("rig.")) return path;
  return path ? `rig.${device}.${path}` : `rig.${device}`;
}

function withCause(error: Error, cause: unknown): Error {
  error.cause = cause;
  return error;
}
