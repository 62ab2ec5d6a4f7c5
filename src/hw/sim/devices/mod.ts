/**
 * Simulated devices. Those of one rig share a world that follows from the rig's seed: a neon lamp shines through
 * filter, shutter and monochromator on a sample that the stages move, and the detectors look at it. Where the rig has a
 * storage ring, all light comes from it; a laser makes the sample luminesce; gates, delay lines and temperatures act on
 * the detectors that know of them.
 *
 * @module
 */
export type { SimOptions } from "../actor.ts";
export { camera, type CameraOptions } from "./camera.ts";
export { doubleDot, type DoubleDotOptions } from "./double_dot.ts";
export { type Faults, faults } from "../faults.ts";
export { gate, type GateOptions } from "./gate.ts";
export { constant, type ConstantOptions, counter, instant, type InstantOptions } from "./instant.ts";
export { filterWheel, type LabelledOptions, shutter, type ShutterOptions } from "./labelled.ts";
export { lockin, type LockinOptions } from "./lockin.ts";
export { monochromator, type MonochromatorOptions } from "./monochromator.ts";
export { NEON_LINES, type SpectralLine } from "../neon.ts";
export { photodiode, type PhotodiodeOptions } from "./photodiode.ts";
export { delay, type DelayOptions, pumpProbe, type PumpProbeOptions } from "./pump_probe.ts";
export { recorder, type SimEvent } from "../recorder.ts";
export { ring, type RingOptions } from "./ring.ts";
export { sample, type SampleOptions } from "./sample.ts";
export { spectrometer, type SpectrometerOptions } from "./spectrometer.ts";
export { stage, type StageOptions } from "./stage.ts";
export { temperature, type TemperatureOptions } from "./temperature.ts";
export type { Role } from "../world.ts";
