import type { DeviceSpec } from "../../../core/device.ts";
import { InputError, show } from "../../../core/errors.ts";
import { Frame } from "../../../core/point.ts";
import type { None } from "../../rig_types.ts";
import type { SimOptions } from "../actor.ts";
import { exposeCounts } from "../counts.ts";
import { detectorDevice } from "../detector_device.ts";
import type { World } from "../world.ts";

/** Electrons a pixel and millisecond for the centre of the brightest line. */
const ELECTRONS_PER_MS = 4000;

/** A simulated spectrometer. */
export interface SpectrometerOptions extends SimOptions {
  /** 1024 when left out. */
  readonly pixels?: number;
  /** Wavelengths of the first and the last pixel, nm; 580 to 760 when left out. */
  readonly range?: readonly [number, number];
  /** Full width at half maximum of a line, nm; 0.5 when left out. */
  readonly bandwidthNm?: number;
  /** 10 when left out. */
  readonly exposureMs?: number;
  /** Counts without light; 100 when left out. */
  readonly offset?: number;
  /** Standard deviation of the electronics, counts; 3 when left out. */
  readonly readNoise?: number;
  /** What it is meant to see: the lamp's light that the sample scatters, or the sample's own; `lamp` when left out. */
  readonly sees?: "lamp" | "luminescence";
}

/**
 * A spectrometer that sees the spot on the sample in the lamp's whole light, behind shutter and filter: a frame of rank 1, in
 * counts, with the wavelength of each pixel as coordinate. With `sees: "luminescence"` it sees what the sample itself sends out
 * under a laser: a line at the band gap of GaAs, which moves with temperature and with the strain of the place.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ spectrum: sim.spectrometer({ pixels: 512 }) });
 * console.assert(rig.channels.get("spectrum")!.shape![0] === 512);
 * ```
 */
export function spectrometer(options: SpectrometerOptions = {}): DeviceSpec<None, { "": Frame }> {
  const driver = "sim.spectrometer", { pixels = 1024, range = [580, 760], bandwidthNm = 0.5 } = options;
  const { exposureMs = 10, offset = 100, readNoise = 3, sees = "lamp" } = options;
  if (!(Number.isInteger(pixels) && pixels > 1)) {
    throw InputError.at("pixels", `${driver}: pixels must be an integer above 1; received ${show(pixels)}`, pixels);
  }
  const wavelengths = Float64Array.from(
    { length: pixels },
    (_, i) => range[0] + (range[1] - range[0]) * i / (pixels - 1),
  );
  return {
    driver,
    simulated: true,
    connect: (context) =>
      detectorDevice(driver, context, options, (actor) => {
        const light = new Float64Array(pixels), frame = new Frame(new Uint16Array(pixels), [pixels]);
        return {
          channels: {
            "": {
              unit: "count",
              dtype: "uint16",
              shape: [pixels],
              dimensions: ["wavelength"],
              coordinates: { wavelength: { unit: "nm", values: wavelengths } },
            },
          },
          dwellMs: () => exposureMs,
          measure() {
            const at = sees === "lamp" ? scattered(actor.world, bandwidthNm) : actor.world.glowSpectrum(bandwidthNm);
            for (let i = 0; i < pixels; i++) light[i] = at(wavelengths[i]);
            const electrons = ELECTRONS_PER_MS * exposureMs, sensor = { offset, readNoise };
            exposeCounts(light, electrons, sensor, actor.random, actor.noiseFactor, frame.data as Uint16Array);
            return frame;
          },
          settings: () => ({ pixels, range, bandwidthNm, exposureMs, offset, readNoise, sees }),
        };
      }),
  };
}

/** The lamp's light that the sample scatters, by wavelength. */
function scattered(world: World, bandwidthNm: number): (wavelengthNm: number) => number {
  const { x, y, z } = world.spot(), brightness = world.sample.at(x, y, z);
  return (nm) => brightness * world.lampAt(nm, bandwidthNm);
}
