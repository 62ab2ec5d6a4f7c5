import type { DeviceSpec } from "../../../core/device.ts";
import { InputError, show } from "../../../core/errors.ts";
import { Frame } from "../../../core/point.ts";
import { param } from "../../param.ts";
import type { Actor, SimOptions } from "../actor.ts";
import { exposeCounts } from "../counts.ts";
import { detectorDevice } from "../detector_device.ts";
import { SampleImage } from "../sample_image.ts";

/** Electrons a pixel and millisecond on a bright grain in the lamp's whole light. */
const ELECTRONS_PER_MS = 300;

/** A simulated camera. */
export interface CameraOptions extends SimOptions {
  /** Height and width in pixels; 480 × 640 when left out. */
  readonly shape?: readonly [number, number];
  /** The exposure when connected, 10 ms when left out; afterwards it is the axis `exposure`. */
  readonly exposureMs?: number;
  /** 0.01 to 10 000 ms when left out. */
  readonly exposureLimits?: readonly [number, number];
  /** One pixel on the sample, µm; 2 when left out. */
  readonly pixelUm?: number;
  /** Counts without light; 100 when left out. */
  readonly offset?: number;
  /** Standard deviation of the electronics, counts; 2 when left out. */
  readonly readNoise?: number;
}

/**
 * A camera that looks at the sample in the lamp's whole light, behind shutter and filter, centred on where the stages `x` and
 * `y` stand and blurred by how far `z` is from focus. Rows grow with y, columns with x. Frames are 16-bit counts, 100 + 300 a
 * millisecond on a bright grain, with Poisson and read noise, saturated at 65535. Its exposure is the axis `exposure`, in ms.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ camera: sim.camera({ shape: [48, 64], exposureMs: 2 }) });
 * const op = { signal: new AbortController().signal }, { detector } = rig.devices.get("camera")!;
 * await rig.axes.get("camera.exposure")!.set(5, op);
 * await detector!.trigger!(op);
 * console.assert(rig.channels.get("camera")!.dtype === "uint16");
 * ```
 */
export function camera(options: CameraOptions = {}): DeviceSpec<{ exposure: number }, { "": Frame }> {
  const driver = "sim.camera", { shape = [480, 640], pixelUm = 2, offset = 100, readNoise = 2 } = options;
  const { exposureMs = 10, exposureLimits = [0.01, 10_000] } = options;
  if (shape.length !== 2 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw InputError.at("shape", `${driver}: shape must be [height, width] in pixels; received ${show(shape)}`, shape);
  }
  if (!(exposureMs >= exposureLimits[0] && exposureMs <= exposureLimits[1])) {
    const allowed = `${exposureLimits.join(" … ")} ms`;
    throw InputError.at(
      "exposureMs",
      `${driver}: exposureMs ${exposureMs} lies outside ${allowed}`,
      exposureMs,
      allowed,
    );
  }
  const [height, width] = shape;
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => {
        let currentMs = exposureMs;
        const image = new SampleImage(actor.world.sample, height, width, pixelUm / 1000);
        const frame = new Frame(new Uint16Array(height * width), [height, width]);
        return {
          channels: {
            "": {
              unit: "count",
              dtype: "uint16",
              shape: [height, width],
              dimensions: ["y", "x"],
              coordinates: { y: along(height, pixelUm), x: along(width, pixelUm) },
            },
          },
          axes: { exposure: exposureAxis(actor, exposureLimits, () => currentMs, (ms) => void (currentMs = ms)) },
          dwellMs: ({ exposure } = {}) => typeof exposure === "number" ? exposure : currentMs,
          measure() {
            const { world, random, noiseFactor } = actor, { x, y, z } = world.spot();
            const electrons = ELECTRONS_PER_MS * currentMs * world.lamp(), sensor = { offset, readNoise };
            exposeCounts(image.at(x, y, z), electrons, sensor, random, noiseFactor, frame.data as Uint16Array);
            return frame;
          },
          settings: () => ({ shape, exposureMs: currentMs, pixelUm, offset, readNoise }),
        };
      }),
  };
}

/** Distances of pixels from the middle of the image. */
function along(pixels: number, pixelUm: number): { unit: string; values: Float64Array } {
  return { unit: "um", values: Float64Array.from({ length: pixels }, (_, i) => (i - (pixels - 1) / 2) * pixelUm) };
}

function exposureAxis(actor: Actor, limits: readonly [number, number], get: () => number, set: (ms: number) => void) {
  return param<number>({
    unit: "ms",
    longName: "exposure",
    limits,
    tolerance: 0,
    get,
    set(ms, op) {
      actor.note("set", actor.axisName("exposure"), ms);
      actor.begin("set", op);
      if (actor.faults.dead) return actor.hang(op);
      set(ms);
    },
  });
}
