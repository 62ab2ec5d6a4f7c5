/**
 * GenICam cameras through libaravis.
 *
 * @module
 */
import type { ConnectContext, Device, DeviceSpec } from "../../core/device.ts";
import { DeviceError, InputError, show } from "../../core/errors.ts";
import type { Frame } from "../../core/point.ts";
import { toCString } from "../ffi/cstring.ts";
import { serial } from "../ffi/serial.ts";
import { AravisCamera, DTYPES } from "./aravis_camera.ts";
import { exposureFeature, gainFeature } from "./feature.ts";
import { CameraHandle, type Roi } from "./handle.ts";
import { openAravis } from "./library.ts";

export type { Roi } from "./handle.ts";

/** A GenICam camera. */
export interface AravisOptions {
  /** Its id as `arv-tool-0.8` lists it, or `Fake_1` for the camera that the library simulates. */
  readonly id: string;
  /** The part of the sensor to read; all of it when left out. */
  readonly roi?: Roi;
  /** `Mono16` when left out. */
  readonly pixelFormat?: "Mono8" | "Mono10" | "Mono12" | "Mono16";
  /** Exposure when connected, µs; afterwards it is the axis `exposure`. As the camera has it when left out. */
  readonly exposureUs?: number;
  /** Gain when connected; afterwards it is the axis `gain`. As the camera has it when left out. */
  readonly gain?: number;
  /** Frames a second of a camera that runs freely. As the camera has it when left out. */
  readonly frameRate?: number;
  /** How far the camera may round an exposure, µs; 50, a line of a common sensor, when left out. */
  readonly exposureToleranceUs?: number;
  /** How far the camera may round a gain; 0.5 when left out. */
  readonly gainTolerance?: number;
  /** Buffers in the stream; 4 when left out. */
  readonly buffers?: number;
}

/**
 * A GenICam camera (GigE Vision, USB3 Vision) through libaravis. Its axes are `exposure` (µs) and `gain`, with the limits that
 * the camera reports. `stage` starts the acquisition; each trigger gives a frame whose exposure began after it, by a software
 * trigger where the camera has one, else by leaving out older frames.
 *
 * @throws LibraryError on connecting when libaravis is not installed, with how to install it
 *
 * @example
 * ```ts
 * import { aravis } from "./mod.ts";
 * const camera = aravis.camera({ id: "Fake_1", roi: { x: 0, y: 0, width: 640, height: 480 } });
 * console.assert(camera.driver === "aravis");
 * ```
 */
export function camera(options: AravisOptions): DeviceSpec<{ exposure: number; gain: number }, { "": Frame }> {
  const { pixelFormat = "Mono16", buffers = 4 } = options;
  if (!(pixelFormat in DTYPES)) {
    const allowed = Object.keys(DTYPES).join(", ");
    throw InputError.at(
      "pixelFormat",
      `pixelFormat is one of ${allowed}; received ${show(pixelFormat)}`,
      pixelFormat,
      allowed,
    );
  }
  if (!(Number.isInteger(buffers) && buffers > 0)) {
    throw InputError.at("buffers", `buffers must be a positive integer; received ${show(buffers)}`, buffers);
  }
  return { driver: "aravis", connect: (context) => connectCamera(context, options, pixelFormat, buffers) };
}

async function connectCamera(
  context: ConnectContext,
  options: AravisOptions,
  pixelFormat: keyof typeof DTYPES,
  buffers: number,
): Promise<Device> {
  const handle = await CameraHandle.open(openAravis(), context.name, options.id);
  try {
    context.signal.throwIfAborted();
    const format = await handle.pixelFormat(pixelFormat), roi = await handle.region(options.roi);
    if (format !== pixelFormat) {
      throw new DeviceError(context.name, "pixel format", `asked for ${pixelFormat}, the camera reports ${format}`);
    }
    const queue = serial(), identity = await handle.identity();
    const exposure = await exposureFeature(handle, queue, options.exposureUs, options.exposureToleranceUs ?? 50);
    const gain = await gainFeature(handle, queue, options.gain, options.gainTolerance ?? 0.5);
    const softwareTrigger = await prepareTrigger(handle, options.frameRate);
    const info = { id: options.id, ...identity, library: `aravis ${handle.library.version}`, pixelFormat, roi };
    return new AravisCamera(handle, queue, { exposure, gain }, { ...info, softwareTrigger, buffers });
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Chooses the software trigger where there is one, then the frame rate; says whether there is a trigger. */
async function prepareTrigger(handle: CameraHandle, frameRate: number | undefined): Promise<boolean> {
  const { arv } = handle.library;
  const supported = await handle.call(
    "software trigger",
    (cam, error) => arv.arv_camera_is_software_trigger_supported(cam, error),
  );
  if (supported) {
    const source = toCString("Software");
    await handle.call("software trigger", (cam, error) => arv.arv_camera_set_trigger(cam, source, error));
  }
  // Choosing a trigger resets the frame rate.
  if (frameRate !== undefined) {
    await handle.call("frame rate", (cam, error) => arv.arv_camera_set_frame_rate(cam, frameRate, error));
  }
  return supported !== 0;
}
