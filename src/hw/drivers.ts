import { z } from "zod";
import type { DeviceSpec } from "../core/device.ts";
import { aravis } from "./aravis/mod.ts";
import { derivedAxes } from "./derived_axis/derived_axes.ts";
import { derivedAxis } from "./derived_axis/derived_axis.ts";
import { scpi } from "./scpi/mod.ts";
import { sim } from "./sim/mod.ts";

/** A driver that a rig file may name: what its options may be, and how it makes a device. */
export interface Driver {
  readonly options: z.ZodObject;
  // deno-lint-ignore no-explicit-any
  make(options: any): DeviceSpec;
}

const number = z.number(), positive = z.number().positive(), limits = z.tuple([number, number]).optional();
const text = z.string().optional(), flag = z.boolean().optional();
const count = z.int().min(1).optional(), ms = z.number().min(0).optional();
const role = z.string().min(1).optional().describe(
  "What it moves or filters in the simulated world; its name when left out",
);
const driftPerHour = number.optional();
const noise = z.number().min(0).optional(), sees = z.enum(["lamp", "luminescence"]).optional();
const steady = {
  limits,
  speed: positive.optional().describe("In units a second"),
  overheadMs: ms,
  settleMs: ms,
  resolution: z.number().min(0).optional(),
  tolerance: z.number().min(0).optional(),
  start: number.optional(),
  instant: flag,
};
const travel = { driftPerHour, ...steady };

const labels = z.union([z.array(z.string().min(1)).min(1), z.record(z.string(), z.string())]).optional();
const commands = z.union([z.string(), z.array(z.string())]).optional();
// Keys that are misspelt in a table are found by `scpi`, which everybody calls.
const named = { unit: text, longName: text };
const scpiAxis = z.looseObject({
  ...named,
  set: z.string(),
  get: text,
  limits,
  labels,
  tolerance: z.number().min(0).optional(),
  settleMs: ms,
  timeoutMs: positive.optional(),
  wait: z.union([z.string(), z.looseObject({ ask: z.string(), is: z.string(), everyMs: ms })]).optional(),
  speed: positive.optional(),
  stop: text,
});
const scpiReading = z.looseObject({
  ...named,
  read: z.string(),
  shape: z.array(z.int().min(1)).optional(),
  dtype: z.enum(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"])
    .optional(),
  dimensions: z.array(z.string().min(1)).optional(),
  format: z.enum(["ascii", "block"]).optional(),
  byteOrder: z.enum(["big", "little"]).optional(),
  takesMs: ms,
  timeoutMs: positive.optional(),
});

function driver(shape: z.core.$ZodLooseShape, make: Driver["make"]): Driver {
  return { options: z.strictObject(shape) as unknown as z.ZodObject, make };
}

const calibration = z.union([
  z.strictObject({ from: text, polynomial: z.array(number).min(2) }),
  z.strictObject({ from: text, table: z.array(z.tuple([number, number])).min(2) }),
]).describe("What a run has found: its experiment_id, and a polynomial of the setpoint or [setpoint, place] rows");
const moves = z.record(z.string(), z.union([z.string().min(1), calibration]))
  .describe("Where the axes go that it moves: formulas of its own name, as in wavelength: 1239.842 / energy");
const vector = z.array(number).min(1), names = z.array(z.string().min(1)).min(1);

/** Every driver by the name that rig files and stores give it. */
export const DRIVERS: Readonly<Record<string, Driver>> = {
  "sim.stage": driver({ ...travel, unit: z.string(), role }, sim.stage),
  "sim.monochromator": driver({ ...travel, unit: text, bandwidthNm: positive.optional() }, sim.monochromator),
  "sim.temperature": driver({
    unit: text,
    limits,
    tauMs: positive.optional(),
    ratePerMinute: positive.optional(),
    tolerance: z.number().min(0).optional(),
    resolution: z.number().min(0).optional(),
    settleMs: ms,
    start: number.optional(),
    instant: flag,
  }, sim.temperature),
  "sim.shutter": driver(
    { start: z.enum(["open", "closed"]).optional(), moveMs: ms, settleMs: ms, instant: flag },
    sim.shutter,
  ),
  "sim.filterWheel": driver(
    { labels: z.array(z.string().min(1)).min(1), start: text, moveMs: ms, settleMs: ms, role, instant: flag },
    sim.filterWheel,
  ),
  "sim.photodiode": driver({
    gain: positive.optional(),
    dwellMs: ms,
    noise: z.number().min(0).optional(),
    driftPerHour,
    sees,
    instant: flag,
  }, sim.photodiode),
  "sim.sample": driver({
    marks: z.array(z.tuple([number, number])).optional().describe("Places of alignment marks, mm"),
    markUm: positive.optional(),
    markBrightness: positive.optional(),
    driftPerHour: z.strictObject({ x: number, y: number, z: number }).partial().optional().describe("In mm"),
  }, sim.sample),
  "sim.ring": driver({
    currentMa: positive.optional(),
    lifetimeHours: positive.optional(),
    dumps: z.array(z.tuple([z.number().min(0), z.number().min(0)])).optional()
      .describe("When the beam is lost and for how long, as pairs of ms"),
    noise,
    dwellMs: ms,
    instant: flag,
  }, sim.ring),
  "sim.delay": driver({ ...travel, unit: text }, sim.delay),
  "sim.pumpProbe": driver({
    tauPs: positive.optional(),
    pulsePs: z.number().min(0).optional(),
    amplitude: number.optional(),
    shotNoise: noise,
    noise,
    dwellMs: ms,
    instant: flag,
  }, sim.pumpProbe),
  "sim.gate": driver({ unit: text, ...steady }, sim.gate),
  "sim.doubleDot": driver({
    gates: z.tuple([z.string().min(1), z.string().min(1)]).optional(),
    periodMv: positive.optional(),
    crosstalk: number.optional(),
    breakdownMv: z.number().min(0).optional(),
    noise,
    dwellMs: ms,
    instant: flag,
  }, sim.doubleDot),
  "sim.lockin": driver({
    gain: positive.optional(),
    phaseDeg: number.optional(),
    timeConstantMs: ms,
    noise: z.number().min(0).optional(),
    instant: flag,
  }, sim.lockin),
  "sim.spectrometer": driver({
    pixels: count,
    range: z.tuple([number, number]).optional(),
    bandwidthNm: positive.optional(),
    exposureMs: positive.optional(),
    offset: number.optional(),
    readNoise: z.number().min(0).optional(),
    sees,
    instant: flag,
  }, sim.spectrometer),
  "sim.camera": driver({
    shape: z.tuple([z.int().min(1), z.int().min(1)]).optional(),
    exposureMs: positive.optional(),
    exposureLimits: limits,
    pixelUm: positive.optional(),
    offset: number.optional(),
    readNoise: z.number().min(0).optional(),
    instant: flag,
  }, sim.camera),
  "sim.instant": driver({ unit: text, limits, start: number.optional() }, sim.instant),
  "sim.counter": driver({}, sim.counter),
  "sim.constant": driver({ reading: number.optional() }, sim.constant),
  derived: driver({
    unit: z.string(),
    moves,
    reads: text.describe("Where it stands, as a formula of the axes that it moves"),
    limits,
    longName: text,
    settleMs: ms,
    backlash: number.optional(),
  }, derivedAxis),
  "derived.matrix": driver({
    axes: names,
    real: names.describe("The axes that are moved: real = matrix · axes + offset"),
    matrix: z.array(vector).min(1),
    offset: vector.optional(),
    unit: z.string(),
    limits: z.record(z.string(), z.tuple([number, number])).optional(),
    settleMs: ms,
  }, derivedAxes),
  scpi: driver({
    address: z.string(),
    identify: z.union([z.boolean(), z.string()]).optional(),
    setup: z.array(z.string()).optional(),
    axes: z.record(z.string(), scpiAxis).optional(),
    readings: z.record(z.string(), scpiReading).optional(),
    trigger: text,
    settings: z.record(z.string(), z.string()).optional(),
    errors: text,
    stop: commands,
    safe: commands,
    terminator: z.enum(["\n", "\r\n"]).optional(),
    timeoutMs: positive.optional(),
  }, scpi),
  "aravis.camera": driver({
    id: z.string().min(1),
    roi: z.strictObject({ x: z.int().min(0), y: z.int().min(0), width: z.int().min(1), height: z.int().min(1) })
      .partial().optional(),
    pixelFormat: z.enum(["Mono8", "Mono10", "Mono12", "Mono16"]).optional(),
    exposureUs: positive.optional(),
    gain: number.optional(),
    frameRate: positive.optional(),
    exposureToleranceUs: z.number().min(0).optional(),
    gainTolerance: z.number().min(0).optional(),
    buffers: z.int().min(2).optional(),
  }, aravis.camera),
};
