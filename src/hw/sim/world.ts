import type { ConnectContext } from "../../core/device.ts";
import type { Setpoint } from "../../core/point.ts";
import { filterTransmission } from "./filter.ts";
import { lampThroughSlit, lampUndispersed, type Transmission } from "./lamp.ts";
import { emissionAt, type EmissionLine, emissionLine, ROOM_K } from "./emission.ts";
import { Sample } from "./sample.ts";

/** What a simulated axis does in the world. Axes with any other role move nothing that a detector could see. */
export type Role =
  | "x"
  | "y"
  | "z"
  | "wavelength"
  | "shutter"
  | "filter"
  | "temperature"
  | "delay"
  | (string & Record<never, never>);

/** How an axis is seen from the world: where it truly is, in mm, nm or a label. */
export interface Actuator {
  /** Where it is now. */
  place(): Setpoint;
  /** The slit function's full width at half maximum, nm, for a monochromator. */
  readonly bandwidthNm?: number;
}

/** How far the sample has crept, mm. */
export interface Shift {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const glass: Transmission = () => 1;

/**
 * What the simulated devices of a rig share: a neon lamp that shines through the filters, shutter and monochromator
 * that are there, on a sample that stands where the stages that are there have moved it.
 */
export class World {
  readonly sample: Sample;
  readonly #sources: (() => number)[] = [];
  readonly #drifts: (() => Shift)[] = [];
  #actuators = new Map<Role, Actuator>();
  #filter: { label: string; transmission: Transmission } = { label: "", transmission: glass };

  /** The same seed gives the same world. */
  constructor(seed: number) {
    this.sample = new Sample(seed);
  }

  /** Adds an axis; a later one with the same role takes its place. */
  add(role: Role, actuator: Actuator): void {
    this.#actuators.set(role, actuator);
  }

  /** Adds something that all light comes from: how much of it there is now, 1 for its full strength. */
  addSource(strength: () => number): void {
    this.#sources.push(strength);
  }

  /** Adds a reason for which the sample creeps away. */
  addDrift(drift: () => Shift): void {
    this.#drifts.push(drift);
  }

  /** Where the spot is on the sample, mm; z is undefined where nothing moves it, and the sample then is in focus. */
  spot(): { x: number; y: number; z: number | undefined } {
    let x = this.#number("x") ?? 0, y = this.#number("y") ?? 0, z = this.#number("z");
    for (const drift of this.#drifts) {
      const by = drift();
      x -= by.x;
      y -= by.y;
      z = z === undefined ? z : z - by.z;
    }
    return { x, y, z };
  }

  /** The place of an axis by its role; undefined where the rig has none. */
  numberOf(role: Role): number | undefined {
    return this.#number(role);
  }

  /** Where the monochromator stands, nm; undefined when there is none. */
  wavelengthNm(): number | undefined {
    return this.#number("wavelength");
  }

  /** The light that falls on a small detector behind the spot: about 1 at the most. */
  light(): number {
    const { x, y, z } = this.spot();
    return this.beam() * this.sample.at(x, y, z);
  }

  /** The light that falls on the sample. */
  beam(): number {
    const wavelengthNm = this.wavelengthNm();
    return wavelengthNm === undefined ? this.lamp() : this.lampAt(wavelengthNm, this.bandwidthNm());
  }

  /** The lamp's light of all wavelengths, behind shutter and filter. */
  lamp(): number {
    return this.opening() && this.opening() * lampUndispersed(this.#transmission());
  }

  /** The lamp's light at one wavelength, behind shutter and filter. */
  lampAt(wavelengthNm: number, bandwidthNm: number): number {
    return this.opening() && this.opening() * lampThroughSlit(wavelengthNm, bandwidthNm, this.#transmission());
  }

  /** How much light there is at all: what its sources give, and the shutter lets through. */
  opening(): number {
    return this.#sources.reduce((strength, source) => strength * source(), this.#shutter());
  }

  /** The sample's own light under a laser, behind shutter, filter and monochromator: about 1 at the most. */
  glow(): number {
    const wavelengthNm = this.wavelengthNm(), line = this.#emission(this.bandwidthNm());
    const seen = wavelengthNm ?? line.wavelengthNm;
    return this.#excited() * this.#transmission()(seen) * emissionAt(line, seen);
  }

  /** The sample's own light under a laser by wavelength, as a spectrometer of this bandwidth sees it behind the filter. */
  glowSpectrum(bandwidthNm: number): (wavelengthNm: number) => number {
    const line = this.#emission(bandwidthNm), strength = this.#excited(), filter = this.#transmission();
    return (nm) => strength * filter(nm) * emissionAt(line, nm);
  }

  #excited(): number {
    const { x, y, z } = this.spot();
    return this.opening() * this.sample.at(x, y, z);
  }

  #emission(bandwidthNm: number): EmissionLine {
    const { x, y } = this.spot();
    return emissionLine(this.#number("temperature") ?? ROOM_K, this.sample.strainEv(x, y), bandwidthNm);
  }

  /** The monochromator's bandwidth, nm. */
  bandwidthNm(): number {
    return this.#actuators.get("wavelength")?.bandwidthNm ?? DEFAULT_BANDWIDTH_NM;
  }

  #number(role: Role): number | undefined {
    const place = this.#actuators.get(role)?.place();
    return typeof place === "number" ? place : undefined;
  }

  /** An opening by number (0 … 1) or by label: everything but `open` blocks. */
  #shutter(): number {
    const place = this.#actuators.get("shutter")?.place();
    if (place === undefined) return 1;
    return typeof place === "number" ? Math.min(1, Math.max(0, place)) : place === "open" ? 1 : 0;
  }

  #transmission(): Transmission {
    const label = this.#actuators.get("filter")?.place();
    if (typeof label !== "string") return glass;
    if (label !== this.#filter.label) this.#filter = { label, transmission: filterTransmission(label) };
    return this.#filter.transmission;
  }
}

/** The monochromator's bandwidth where none is said. */
export const DEFAULT_BANDWIDTH_NM = 0.2;

/** The one world of a rig. */
export function sharedWorld(context: ConnectContext): World {
  return context.share("sim world", () => new World(context.seed));
}

const SCALES: Readonly<Record<string, number>> = {
  nm: 1e-9,
  um: 1e-6,
  "µm": 1e-6,
  mm: 1e-3,
  cm: 1e-2,
  m: 1,
  angstrom: 1e-10,
};

/** How many `to` one `from` is; 1 where either is no length, so that any unit can drive the world. */
export function lengthRatio(from: string, to: "mm" | "nm"): number {
  const scale = SCALES[from];
  return scale === undefined ? 1 : scale / SCALES[to];
}
