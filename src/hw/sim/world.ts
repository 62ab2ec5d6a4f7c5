import type { ConnectContext } from "../../core/device.ts";
import type { Setpoint } from "../../core/point.ts";
import { filterTransmission } from "./filter.ts";
import { lampThroughSlit, lampUndispersed, type Transmission } from "./lamp.ts";
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
  | (string & Record<never, never>);

/** How an axis is seen from the world: where it truly is, in mm, nm or a label. */
export interface Actuator {
  /** Where it is now. */
  place(): Setpoint;
  /** The slit function's full width at half maximum, nm, for a monochromator. */
  readonly bandwidthNm?: number;
}

const glass: Transmission = () => 1;

/**
 * What the simulated devices of a rig share: a neon lamp that shines through the filters, shutter and monochromator
 * that are there, on a sample that stands where the stages that are there have moved it.
 */
export class World {
  readonly sample: Sample;
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

  /** Where the spot is on the sample, mm; z is undefined where nothing moves it, and the sample then is in focus. */
  spot(): { x: number; y: number; z: number | undefined } {
    return { x: this.#number("x") ?? 0, y: this.#number("y") ?? 0, z: this.#number("z") };
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
    return this.#shutter() && lampUndispersed(this.#transmission());
  }

  /** The lamp's light at one wavelength, behind shutter and filter. */
  lampAt(wavelengthNm: number, bandwidthNm: number): number {
    return this.#shutter() && lampThroughSlit(wavelengthNm, bandwidthNm, this.#transmission());
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
