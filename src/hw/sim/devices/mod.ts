/**
 * Simulated devices. Those of one rig share a world that follows from the rig's seed: a neon lamp shines through
 * filter, shutter and monochromator on a sample that the stages move, and the detectors look at it.
 *
 * @module
 */
export type { SimOptions } from "../actor.ts";
export { camera, type CameraOptions } from "./camera.ts";
export { type Faults, faults } from "../faults.ts";
export { constant, type ConstantOptions, counter, instant, type InstantOptions } from "./instant.ts";
export { filterWheel, type LabelledOptions, shutter, type ShutterOptions } from "./labelled.ts";
export { lockin, type LockinOptions } from "./lockin.ts";
export { monochromator, type MonochromatorOptions } from "./monochromator.ts";
export { NEON_LINES, type SpectralLine } from "../neon.ts";
export { photodiode, type PhotodiodeOptions } from "./photodiode.ts";
export { recorder, type SimEvent } from "../recorder.ts";
export { spectrometer, type SpectrometerOptions } from "./spectrometer.ts";
export { stage, type StageOptions } from "./stage.ts";
export { temperature, type TemperatureOptions } from "./temperature.ts";
export type { Role } from "../world.ts";
