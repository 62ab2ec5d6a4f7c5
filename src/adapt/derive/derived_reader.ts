import { Frame, type Reading, type Readings } from "../../core/point.ts";
import type { Remembered } from "../expression/compiled.ts";
import type { Formula } from "./plan_derived.ts";

/** One signal at the point in hand. */
interface Cell {
  readonly formula: Formula;
  /** Given instead of a reading that is missing. */
  readonly missing: Reading;
  state: "open" | "busy" | "done";
  reading: Reading;
  /** Whether something that it was computed from is missing. */
  failed: boolean;
}

const NONE: readonly string[] = [];

/** Computes derived readings, point by point, and remembers what `last(pass.signal)` asks for. */
export class DerivedReader {
  readonly #cells = new Map<string, Cell>();
  readonly #memory = new Map<string, Reading>();
  /** What functions are given: every signal as a property that is computed when it is looked at. */
  readonly #view: Readings;
  #reading: Readings = {};
  #failed: readonly string[] = NONE;
  /** Whether the function in hand has looked at something that is missing. */
  #lookedAtMissing = false;

  /** `channels`: what is read, by full name. `onFault` is told when a function throws; without it the error is thrown on. */
  constructor(
    channels: readonly string[],
    formulas: ReadonlyMap<string, Formula>,
    readonly remembers: readonly Remembered[],
    readonly onFault?: (signal: string, error: unknown) => void,
  ) {
    for (const [name, formula] of formulas) {
      const missing = missingOf(formula);
      this.#cells.set(name, { formula, missing, state: "open", reading: missing, failed: false });
    }
    const properties = [...channels, ...formulas.keys()].map((name): [string, PropertyDescriptor] => [
      name,
      { enumerable: true, get: () => this.#look(name) },
    ]);
    this.#view = Object.create(null, Object.fromEntries(properties));
  }

  /**
   * The readings of a point with the derived ones beside them. Frames are valid until the next point.
   *
   * @param failed the detectors whose readings are missing; what is computed from them is NaN
   */
  readings(reading: Readings, pass: string, failed: readonly string[] = NONE): Readings {
    this.#reading = reading;
    this.#failed = failed;
    for (const cell of this.#cells.values()) cell.state = "open";
    const all: Record<string, Reading> = { ...reading };
    for (const name of this.#cells.keys()) all[name] = this.#compute(name).reading;
    for (const { pass: of, signal } of this.remembers) {
      if (of === pass && !this.#isMissing(signal)) this.remember(pass, signal, all[signal]);
    }
    return all;
  }

  /** Keeps a copy for `last(pass.signal)`, as when a run is resumed. A number that is NaN is no good reading. */
  remember(pass: string, signal: string, reading: Reading): void {
    const key = `last(${pass}.${signal})`, kept = this.#memory.get(key);
    if (typeof reading === "number") {
      if (!Number.isNaN(reading)) this.#memory.set(key, reading);
    } else if (kept instanceof Frame && sameLayout(kept, reading)) {
      (kept.data as Float64Array).set(reading.data as Float64Array);
    } else this.#memory.set(key, new Frame(reading.data, reading.shape).slice());
  }

  /** What is remembered now; undefined where there was no good reading yet. A frame is the reader's own. */
  remembered(pass: string, signal: string): Reading | undefined {
    return this.#memory.get(`last(${pass}.${signal})`);
  }

  /** Whether the readings just given lack this signal, or something that it was computed from. */
  isMissing(signal: string): boolean {
    return this.#isMissing(signal);
  }

  #isMissing(name: string): boolean {
    const cell = this.#cells.get(name);
    return cell ? this.#compute(name).failed : this.#failed.includes(name) || this.#reading[name] === undefined;
  }

  #compute(name: string): Cell {
    const cell = this.#cells.get(name)!;
    if (cell.state === "done") return cell;
    if (cell.state === "busy") throw new RangeError(`derive.${name}: a signal cannot be computed from itself`);
    cell.state = "busy";
    if (cell.formula.kind === "function") this.#call(name, cell, cell.formula);
    else {
      const { compiled } = cell.formula;
      cell.failed = compiled.signals.some((used) => this.#isMissing(used));
      cell.reading = cell.failed ? cell.missing : compiled.evaluate(this.#lookup);
    }
    cell.state = "done";
    return cell;
  }

  /** A function: what it looks at shows only while it runs. */
  #call(name: string, cell: Cell, formula: Extract<Formula, { kind: "function" }>): void {
    const around = this.#lookedAtMissing;
    this.#lookedAtMissing = false;
    try {
      const given = formula.compute(this.#view as Readonly<Record<string, number>>);
      cell.failed = this.#lookedAtMissing;
      cell.reading = cell.failed ? cell.missing : checked(name, given, formula.frame);
    } catch (error) {
      cell.failed = true;
      cell.reading = cell.missing;
      // a function may well stumble over what is missing; that is no fault of its own
      if (!this.#lookedAtMissing) this.#fault(name, error);
    } finally {
      this.#lookedAtMissing = around;
    }
  }

  #fault(name: string, error: unknown): void {
    if (!this.onFault) throw error;
    this.onFault(name, error);
  }

  readonly #lookup = (name: string): Reading | undefined =>
    this.#cells.has(name) ? this.#compute(name).reading : this.#memory.get(name) ?? this.#reading[name];

  #look(name: string): Reading {
    if (this.#isMissing(name)) this.#lookedAtMissing = true;
    return this.#lookup(name) ?? NaN;
  }
}

function missingOf(formula: Formula): Reading {
  const shape = formula.kind === "expression" ? formula.compiled.shape : formula.frame?.shape ?? [];
  if (shape.length === 0) return NaN;
  return new Frame(new Float64Array(shape.reduce((count, length) => count * length, 1)).fill(NaN), shape);
}

/** What a function gives must be what was declared; a frame is brought to doubles, as the store was told. */
function checked(name: string, given: unknown, frame: Frame | undefined): Reading {
  if (!frame) {
    if (typeof given === "number") return given;
    throw new TypeError(`derive.${name}: a number is wanted of the function, not ${typeof given}`);
  }
  if (!(given instanceof Frame) || given.data.length !== frame.data.length) {
    throw new TypeError(`derive.${name}: a frame of ${frame.shape.join(" × ")} is wanted of the function`);
  }
  for (let i = 0; i < frame.data.length; i++) frame.data[i] = Number(given.data[i]);
  return frame;
}

function sameLayout(a: Frame, b: Frame): boolean {
  return a.data.length === b.data.length && a.data.constructor === b.data.constructor;
}
