import type { Clock } from "./clock.ts";
import type { AxisInfo, ChannelInfo, Detector, Op, Stageable, Stoppable, StopReason } from "./device.ts";
import type { Readings, Setpoint, Setpoints } from "./point.ts";
import type { Timings } from "./timings.ts";

/** An axis of a rig: guarded, so that limits are checked before the wire and the readback after it. */
export interface RigAxis extends AxisInfo {
  /** Its name in the rig: `x`, `camera.exposure`. */
  readonly name: string;
  /** Throws a `LimitError` when the setpoint is not allowed, and touches nothing. */
  check(setpoint: Setpoint): void;
  /** Checks, moves, and compares the readback with the setpoint; throws `LimitError` or `MoveError`. */
  set(setpoint: Setpoint, op: Op): void | Promise<void>;
  /** What the device reports now, in the unit of the axis. */
  readback(op: Op): Setpoint | Promise<Setpoint>;
  /** The last setpoint that was reached, undefined when none was or when a move was broken off. */
  readonly setpoint: Setpoint | undefined;
  /** Stops a move in flight; harmless when there is none. */
  stop(why: StopReason): void | Promise<void>;
  /** Of an axis without a motor of its own: what it moves, and how. */
  readonly derived?: Derivation;
  /** Of such an axis: where it stands, as a formula of the axes that it moves; undefined where it is no formula. */
  readonly reads?: string;
}

/** Axes of a rig that move other axes of it, all by one map: moving one of them keeps the others where they are. */
export interface Derivation {
  /** Their names in the rig, in the order of `forward`. */
  readonly axes: readonly string[];
  /** The axes that they move, by their names in the rig; those may be derived too. */
  readonly moves: readonly string[];
  /** Where those go, in the order of `moves`, in their units; NaN where the setpoints lead nowhere. */
  forward(setpoints: readonly number[]): readonly number[];
  /** Where the axes stand, from where those stand that they move; undefined where that cannot be told. */
  readonly inverse?: (places: readonly number[]) => readonly number[];
  /** Their setpoints; undefined when none was reached, or when an axis that they move has been moved by others since. */
  readonly standing: readonly number[] | undefined;
  /** Where they stand by what the axes that they move report. */
  locate(op: Op): readonly number[] | Promise<readonly number[]>;
  /** Told by whoever has moved the axes that they move, so that `standing` knows. */
  reached(setpoints: readonly number[]): void;
}

/** One reading of a rig, and the device that gives it. */
export interface RigChannel extends ChannelInfo {
  /** Its name in the rig: `diode`, `lockin.X`. */
  readonly name: string;
  /** The device's name in the rig. */
  readonly device: string;
  /** The channel's name within the device, `""` for the device itself. */
  readonly channel: string;
}

/** A device of a rig, as the engine needs it. */
export interface RigDevice extends Partial<Stageable>, Stoppable {
  /** Its key in `connect({ … })`. */
  readonly name: string;
  /** Who connected it: `sim.stage`, `aravis`. */
  readonly driver: string;
  /** How it is triggered and read; undefined when it only has axes. */
  readonly detector?: Detector;
  /** What a store keeps of it: settings, serial number, library version. */
  settings(): Readonly<Record<string, unknown>>;
}

/** The devices of a simulated rig once more, without time, for plans to be rehearsed on. */
export interface RigTwin {
  /**
   * What devices read, at once.
   *
   * @param setpoint where axes have been set so far, by name; the others stand where they stood in the rig
   * @param elapsedMs since the rehearsal began: what drifts has drifted so long
   * @param devices names of the devices that are triggered and read
   * @throws when a setpoint is not allowed, or where a device cannot answer at once
   */
  answer(setpoint: Setpoints, elapsedMs: number, devices: Iterable<string>): Readings;
  /** Where axes stand when the rehearsal begins, by their full names. @throws where one cannot answer at once */
  places(axes: Iterable<string>): Setpoints;
}

/**
 * Connected devices, in the order in which they were declared. Closing it (`await using`) closes them in reverse order.
 *
 * @typeParam A setpoints by axis name
 * @typeParam D what `read: [name]` gives, by name: `{ lockin: { "lockin.X": number; "lockin.Y": number } }`
 */
export interface Rig<A = Record<string, Setpoint>, D = Record<string, unknown>> extends AsyncDisposable {
  /** By full name, in declared order. */
  readonly axes: ReadonlyMap<string, RigAxis>;
  /** By full name, in declared order. */
  readonly channels: ReadonlyMap<string, RigChannel>;
  /** By name, in declared order. */
  readonly devices: ReadonlyMap<string, RigDevice>;
  /** The time that all its devices and runs live by. */
  readonly clock: Clock;
  /** Decides simulators and shuffles; recorded with every run. */
  readonly seed: number;
  /** How long moves, settling and readings took so far. */
  readonly timings: Timings;
  /** Conditions of its axes where they must never be, for whatever runs on it. */
  readonly forbid?: readonly string[];
  /** A new twin that stands where the rig stands; nothing of the rig is touched. Only there when all its devices are simulated. */
  readonly twin?: () => RigTwin;
  /** For the compiler only; never there at run time. */
  readonly types?: { readonly axes: A; readonly readings: D };
}
