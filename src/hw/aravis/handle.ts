import { DeviceError, InputError, show } from "../../core/errors.ts";
import { fromCString, toCString } from "../ffi/cstring.ts";
import { type AravisLibrary, checked, type ErrorSlot, takeError } from "./library.ts";

/** A part of the sensor, in pixels. */
export interface Roi {
  /** Columns left out on the left. */
  readonly x: number;
  /** Rows left out on top. */
  readonly y: number;
  /** Columns read. */
  readonly width: number;
  /** Rows read. */
  readonly height: number;
}

/** A camera's handle with the calls that set it up and ask it; each is one exchange with the camera. */
export class CameraHandle {
  /** `name` is the camera's name in the rig. */
  constructor(readonly library: AravisLibrary, readonly name: string, readonly pointer: Deno.PointerObject) {}

  /**
   * Opens a camera by its id.
   *
   * @throws DeviceError with the ids that are there when it is not one of them
   */
  static async open(library: AravisLibrary, name: string, id: string): Promise<CameraHandle> {
    const { arv } = library;
    if (id.startsWith("Fake_")) arv.arv_enable_interface(toCString("Fake"));
    const slot: ErrorSlot = new BigUint64Array(1), pointer = await arv.arv_camera_new(toCString(id), slot);
    const message = takeError(library, slot) ?? "the library gave no camera";
    if (pointer === null) {
      throw new DeviceError(name, "open", `camera ${show(id)}: ${message}. ${await present(library)}`);
    }
    return new CameraHandle(library, name, pointer);
  }

  /** Makes a call of the form `f(camera, …, &error)`. */
  call<T>(
    action: string,
    call: (camera: Deno.PointerObject, error: ErrorSlot) => Promise<T>,
  ): Promise<T> {
    return checked(this.library, this.name, action, (error) => call(this.pointer, error));
  }

  /** Maker and model. */
  async identity(): Promise<{ vendor: string; model: string }> {
    const { arv } = this.library;
    const vendor = await this.call("vendor", (camera, error) => arv.arv_camera_get_vendor_name(camera, error));
    const model = await this.call("model", (camera, error) => arv.arv_camera_get_model_name(camera, error));
    return { vendor: fromCString(vendor), model: fromCString(model) };
  }

  /** Sets the pixel format and gives the one that is then set. */
  async pixelFormat(format: string): Promise<string> {
    const { arv } = this.library, text = toCString(format);
    await this.call(
      "pixel format",
      (camera, error) => arv.arv_camera_set_pixel_format_from_string(camera, text, error),
    );
    return fromCString(
      await this.call("pixel format", (camera, error) => arv.arv_camera_get_pixel_format_as_string(camera, error)),
    );
  }

  /**
   * Sets the part of the sensor that is read, all of it when left out.
   *
   * @throws InputError when it does not lie on the sensor: the library would take it
   * @throws DeviceError when the camera then reports another one
   */
  async region(wanted: Roi | undefined): Promise<Roi> {
    const { arv } = this.library, size = [new Int32Array(1), new Int32Array(1)];
    await this.call("sensor size", (camera, error) => arv.arv_camera_get_sensor_size(camera, size[0], size[1], error));
    const [sensorWidth, sensorHeight] = size.map(([pixels]) => pixels);
    const roi = wanted ?? { x: 0, y: 0, width: sensorWidth, height: sensorHeight };
    checkRoi(this.name, roi, sensorWidth, sensorHeight);
    await this.call(
      "region",
      (camera, error) => arv.arv_camera_set_region(camera, roi.x, roi.y, roi.width, roi.height, error),
    );
    const [x, y, width, height] = Array.from({ length: 4 }, () => new Int32Array(1));
    await this.call("region", (camera, error) => arv.arv_camera_get_region(camera, x, y, width, height, error));
    const got = { x: x[0], y: y[0], width: width[0], height: height[0] };
    if (show(got) !== show({ x: roi.x, y: roi.y, width: roi.width, height: roi.height })) {
      throw new DeviceError(this.name, "region", `asked for ${show(roi)}, the camera reports ${show(got)}`);
    }
    return got;
  }

  /** Closes it: frees the library's object, which waits for its threads. */
  async close(): Promise<void> {
    await this.library.gobject.g_object_unref(this.pointer);
  }
}

function checkRoi(name: string, roi: Roi, sensorWidth: number, sensorHeight: number): void {
  const whole = [roi.x, roi.y, roi.width, roi.height].every(Number.isInteger);
  const inside = roi.x >= 0 && roi.y >= 0 && roi.width > 0 && roi.height > 0 &&
    roi.x + roi.width <= sensorWidth && roi.y + roi.height <= sensorHeight;
  if (whole && inside) return;
  const allowed = `whole pixels within ${sensorWidth} × ${sensorHeight}`;
  throw InputError.at("roi", `${name}: roi ${show(roi)} is not on the sensor; allowed: ${allowed}`, roi, allowed);
}

/** A sentence that names the cameras that are there. */
async function present(library: AravisLibrary): Promise<string> {
  const { arv } = library;
  await arv.arv_update_device_list();
  const ids = Array.from({ length: arv.arv_get_n_devices() }, (_, i) => fromCString(arv.arv_get_device_id(i)));
  return ids.length ? `Cameras that were found: ${ids.join(", ")}.` : "No camera was found.";
}
