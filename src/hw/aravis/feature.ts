import type { Axis } from "../../core/device.ts";
import { InputError, show } from "../../core/errors.ts";
import type { Serial } from "../ffi/serial.ts";
import { param } from "../param.ts";
import type { CameraHandle } from "./handle.ts";

/** A number that can be set on a camera. */
export interface Feature {
  readonly axis: Axis;
  /** What the camera reported last. */
  last(): number;
}

/** The calls behind a feature. */
interface FeatureCalls {
  readonly longName: string;
  readonly unit: string;
  bounds(low: Float64Array<ArrayBuffer>, high: Float64Array<ArrayBuffer>): Promise<void>;
  /** Switches the camera's own control of the feature off, where it has one. */
  manual(): Promise<void>;
  get(): Promise<number>;
  set(wanted: number): Promise<void>;
}

/** The exposure time in µs; the camera's automatic exposure is switched off. */
export function exposureFeature(
  handle: CameraHandle,
  queue: Serial,
  start: number | undefined,
  tolerance: number,
): Promise<Feature> {
  const { arv } = handle.library;
  const calls: FeatureCalls = {
    longName: "exposure time",
    unit: "us",
    bounds: (low, high) =>
      handle.call("exposure", (cam, error) => arv.arv_camera_get_exposure_time_bounds(cam, low, high, error)),
    manual: async () => {
      if (await handle.call("exposure", (cam, error) => arv.arv_camera_is_exposure_auto_available(cam, error))) {
        await handle.call("exposure", (cam, error) => arv.arv_camera_set_exposure_time_auto(cam, 0, error));
      }
    },
    get: () => handle.call("exposure", (cam, error) => arv.arv_camera_get_exposure_time(cam, error)),
    set: (us) => handle.call("exposure", (cam, error) => arv.arv_camera_set_exposure_time(cam, us, error)),
  };
  return feature(calls, queue, "exposureUs", start, tolerance);
}

/** The gain, in whatever the camera counts it; the camera's automatic gain is switched off. */
export function gainFeature(
  handle: CameraHandle,
  queue: Serial,
  start: number | undefined,
  tolerance: number,
): Promise<Feature> {
  const { arv } = handle.library;
  const calls: FeatureCalls = {
    longName: "gain",
    unit: "",
    bounds: (low, high) => handle.call("gain", (cam, error) => arv.arv_camera_get_gain_bounds(cam, low, high, error)),
    manual: async () => {
      if (await handle.call("gain", (cam, error) => arv.arv_camera_is_gain_auto_available(cam, error))) {
        await handle.call("gain", (cam, error) => arv.arv_camera_set_gain_auto(cam, 0, error));
      }
    },
    get: () => handle.call("gain", (cam, error) => arv.arv_camera_get_gain(cam, error)),
    set: (gain) => handle.call("gain", (cam, error) => arv.arv_camera_set_gain(cam, gain, error)),
  };
  return feature(calls, queue, "gain", start, tolerance);
}

/** The library takes any number, so the first setting is checked here; later ones are checked by the rig. */
async function feature(
  calls: FeatureCalls,
  queue: Serial,
  key: string,
  start: number | undefined,
  tolerance: number,
): Promise<Feature> {
  const low = new Float64Array(1), high = new Float64Array(1);
  await calls.manual();
  await calls.bounds(low, high);
  const limits = [low[0], high[0]] as const;
  if (start !== undefined) {
    const allowed = limits.join(" … ");
    if (!(start >= limits[0] && start <= limits[1])) {
      throw InputError.at(key, `${key} ${show(start)} is not allowed; allowed: ${allowed}`, start, allowed);
    }
    await calls.set(start);
  }
  let last = await calls.get();
  const { unit, longName, set } = calls;
  const get = async () => last = await calls.get();
  return {
    axis: param<number>({
      unit,
      longName,
      limits,
      tolerance,
      get: () => queue(get),
      set: (to) => queue(() => set(to)),
    }),
    last: () => last,
  };
}
