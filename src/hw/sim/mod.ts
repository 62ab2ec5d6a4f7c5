/**
 * Simulated devices. Those of one rig share a world that follows from the rig's seed: a neon lamp shines through
 * filter, shutter and monochromator on a sample that the stages move, and the detectors look at it.
 *
 * @module
 */
import { camera } from "./camera.ts";
import { faults } from "./faults.ts";
import { constant, counter, instant } from "./instant.ts";
import { filterWheel, shutter } from "./labelled.ts";
import { lockin } from "./lockin.ts";
import { monochromator } from "./monochromator.ts";
import { photodiode } from "./photodiode.ts";
import { recorder } from "./recorder.ts";
import { spectrometer } from "./spectrometer.ts";
import { stage } from "./stage.ts";
import { temperature } from "./temperature.ts";

/** All simulated devices, and what tests need to break and watch them. */
export const sim: {
  readonly camera: typeof camera;
  readonly constant: typeof constant;
  readonly counter: typeof counter;
  readonly faults: typeof faults;
  readonly filterWheel: typeof filterWheel;
  readonly instant: typeof instant;
  readonly lockin: typeof lockin;
  readonly monochromator: typeof monochromator;
  readonly photodiode: typeof photodiode;
  readonly recorder: typeof recorder;
  readonly shutter: typeof shutter;
  readonly spectrometer: typeof spectrometer;
  readonly stage: typeof stage;
  readonly temperature: typeof temperature;
} = {
  camera,
  constant,
  counter,
  faults,
  filterWheel,
  instant,
  lockin,
  monochromator,
  photodiode,
  recorder,
  shutter,
  spectrometer,
  stage,
  temperature,
};

export type { Actor, SimOptions } from "./actor.ts";
export type { CameraOptions } from "./camera.ts";
export type { Faults } from "./faults.ts";
export type { InstantOptions } from "./instant.ts";
export type { LabelledOptions, ShutterOptions } from "./labelled.ts";
export type { LockinOptions } from "./lockin.ts";
export type { MonochromatorOptions } from "./monochromator.ts";
export type { PhotodiodeOptions } from "./photodiode.ts";
export type { SimEvent } from "./recorder.ts";
export type { SpectrometerOptions } from "./spectrometer.ts";
export type { StageOptions } from "./stage.ts";
export type { TemperatureOptions } from "./temperature.ts";
export type { Role } from "./world.ts";
export { NEON_LINES, type SpectralLine } from "./neon.ts";
