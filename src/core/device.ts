import type { Clock } from "./clock.ts";
import type { Dtype } from "./dtype.ts";
import type { Reading, Setpoint } from "./point.ts";

/** What every waiting call to a device gets. */
export interface Op {
  /** Aborted when the run is stopped: the call should then return or reject soon, leaving the device idle. */
  readonly signal: AbortSignal;
}

/** Why a device is stopped. */
export type StopReason = "done" | "pause" | "abort" | "fault";

/** It can be stopped at any moment, as often as one likes, past any queue. */
export interface Stoppable {
  /** Returns when everything is at rest; `why` says whether the run goes on later. */
  stop(why: StopReason): void | Promise<void>;
}

/** It goes where it is told, and says where it is. Drivers may answer at once or with a promise. */
export interface Movable {
  /** Resolves when the axis has arrived. Never called with a setpoint outside `limits` or `labels`. */
  set(setpoint: Setpoint, op: Op): void | Promise<void>;
  /** What the device reports. */
  readback(op: Op): Setpoint | Promise<Setpoint>;
}

/** What is known of an axis without asking it. */
export interface AxisInfo {
  /** UDUNITS text, as in `nm`; empty for labels and pure numbers. */
  readonly unit: string;
  /** The setpoints allowed, ends included. */
  readonly limits?: readonly [number, number];
  /** The labels allowed, for an axis that has no numbers. */
  readonly labels?: readonly string[];
  /** What a person calls it. */
  readonly longName?: string;
  /** How far the readback may be from the setpoint when a move has ended; unchecked when left out. */
  readonly tolerance?: number;
  /** Wait this long after each move. */
  readonly settleMs?: number;
  /** A move that takes longer has failed; 600 000 ms when left out. */
  readonly timeoutMs?: number;
  /**
   * Setpoints are approached from one side, coming from this far away, so that play in the drive does not count: from below,
   * or from above where it is negative. Not at all when left out.
   */
  readonly backlash?: number;
  /** How long a move should take, for estimates before anything was measured. */
  moveMs?(from: Setpoint, to: Setpoint): number;
}

/** An axis as drivers provide it. */
export interface Axis extends AxisInfo, Movable, Partial<Stoppable> {}

/** Axes without motors of their own: an energy that moves a wavelength, virtual gates, the six directions of a hexapod. */
export interface AxisMap {
  /** Their names within the device (`""` is the device itself), in the order of `forward`. All take numbers. */
  readonly axes: Readonly<Record<string, Omit<AxisInfo, "labels" | "moveMs">>>;
  /** The axes that they move, by their full names in the rig. */
  readonly moves: readonly string[];
  /** Where those go, in the order of `moves`, in their units; NaN where the setpoints lead nowhere. */
  forward(setpoints: readonly number[]): readonly number[];
  /** Where the axes stand, from where those stand that they move; left out where that cannot be told. */
  inverse?(places: readonly number[]): readonly number[];
}

/** What is known of a reading without taking it. */
export interface ChannelInfo {
  /** UDUNITS text, as in `V` or `count`. */
  readonly unit: string;
  /** `float64` when left out. */
  readonly dtype?: Dtype;
  /** Empty for a scalar, `[height, width]` for a camera. Scalar when left out. */
  readonly shape?: readonly number[];
  /** Names of the reading's own dimensions, `["y", "x"]` for a camera (stored as `camera_y`, `camera_x`). */
  readonly dimensions?: readonly string[];
  /** Coordinates along the reading's own dimensions, by dimension: a spectrometer's wavelengths. `datetime` as in a layout. */
  readonly coordinates?: Readonly<Record<string, { readonly unit: string; readonly values: ArrayLike<number> }>>;
  /** What a person calls it; the name in the rig when left out. */
  readonly longName?: string;
  /** Of a derived signal: what it was computed by. */
  readonly expression?: string;
  /** How a number stands for many: `repeat: mean`, as the CF conventions say it. */
  readonly cellMethods?: string;
}

/** It can be told to acquire; `read` then gives what it acquired. */
export interface Triggerable {
  /** Starts an acquisition; what it gives is fetched by `read`. */
  trigger(op: Op): void | Promise<void>;
}

/** It gives readings: a device with one channel gives the reading itself, with several an object of them. */
export interface Readable {
  /** By name within the device; the single channel `""` is the device itself. */
  readonly channels: Readonly<Record<string, ChannelInfo>>;
  /** A frame may reuse its memory at the next `read`. */
  read(op: Op): Reading | Readonly<Record<string, Reading>> | Promise<Reading | Readonly<Record<string, Reading>>>;
  /** A reading that takes longer has failed; 60 000 ms when left out. */
  readonly timeoutMs?: number;
  /**
   * How long trigger and read should take, for estimates before anything was measured.
   *
   * @param settings those of its own axes that will not be what they are now, by their names within the device
   */
  readMs?(settings?: Readonly<Record<string, Setpoint>>): number;
}

/** A detector as drivers provide it. */
export interface Detector extends Readable, Partial<Triggerable> {}

/** It is made ready before a run (memory, acquisition started) and released after it by disposing what `stage` gave. */
export interface Stageable {
  /** Called once before the first point; the run disposes what it gives, however it ends. */
  stage(op: Op): AsyncDisposable | Promise<AsyncDisposable>;
}

/** A connected instrument. It implements only what it can do. */
export interface Device extends Partial<Stageable>, Partial<Stoppable>, Partial<AsyncDisposable> {
  /** The driver, for the record: `sim.stage`, `aravis`. */
  readonly driver: string;
  /** Its axes by name within the device; `""` is the device itself, `exposure` becomes `camera.exposure`. */
  readonly axes?: Readonly<Record<string, Axis>>;
  /** Further axes, which move others of the rig. */
  readonly derives?: AxisMap;
  /** What it reads, by one trigger. */
  readonly detector?: Detector;
  /** Its settings, serial number and library version, for the record. */
  settings?(): Readonly<Record<string, unknown>>;
  /**
   * How another process makes it safe after this one has been killed: stops what moves, shuts what radiates. Asked once,
   * when it is connected; the actions are done in this order, each even if another fails.
   */
  safeState?(): readonly SafeAction[];
}

/** What makes a device safe, as plain data: another process does it, without the driver and what the driver holds open. */
export type SafeAction = SafeSend | SafeRun | SafeCall;

/** A text for an instrument in the network. */
export interface SafeSend {
  /** Over TCP. */
  readonly kind: "send";
  /** A name or an address. */
  readonly host: string;
  /** Where it listens. */
  readonly port: number;
  /** Sent as it is: with the newline that ends a command. */
  readonly text: string;
}

/** A program that is run to its end. */
export interface SafeRun {
  /** Without a shell. */
  readonly kind: "run";
  /** A path, or a name to be looked up. */
  readonly command: string;
  /** One by one, as the program gets them. */
  readonly args?: readonly string[];
}

/** A function of a native library, for those that need no handle of the process that has died, as a reset by name. */
export interface SafeCall {
  /** By FFI. */
  readonly kind: "call";
  /** The file, or a name that the system looks up. */
  readonly library: string;
  /** The function's name in the library. */
  readonly symbol: string;
  /** In order; `text` is a pointer to UTF-8 that ends in 0. */
  readonly args?: readonly SafeArgument[];
}

/** An argument of a native function. */
export interface SafeArgument {
  /** Its type in C. */
  readonly type: "i32" | "u32" | "i64" | "u64" | "f32" | "f64" | "text";
  /** Whole numbers for whole types. */
  readonly value: number | string;
}

/** What a driver is given when it is connected. */
export interface ConnectContext {
  /** The device's name in the rig. */
  readonly name: string;
  /** The time of the rig: wait on it, never on the system, so that tests can run ahead. */
  readonly clock: Clock;
  /** The rig's seed: simulators draw all their randomness from it. */
  readonly seed: number;
  /** Aborted when connecting is given up; the device should then not be left half open. */
  readonly signal: AbortSignal;
  /** One object for all devices of a rig, by key: simulated devices share their world through it. */
  share<T>(key: string, make: () => T): T;
  /**
   * Set for a `simulated` device that is connected once more for a rehearsal: it then answers everything at once, without
   * promises and without faults, and tells nobody.
   */
  readonly rehearsal?: boolean;
}

/**
 * A device to be: what `connect` takes. `A` and `D` say its axes and readings by name within the device, so that a
 * misspelt axis does not compile.
 */
export interface DeviceSpec<A = Record<string, Setpoint>, D = Record<string, Reading>> {
  /** Who will connect it, for the record and for messages: `sim.stage`, `aravis`. */
  readonly driver: string;
  /** Whether it is made of arithmetic alone, so that plans may be rehearsed on a twin of it: see `ConnectContext.rehearsal`. */
  readonly simulated?: boolean;
  /** Opens the instrument. What it rejects with is reported as a `DeviceError` with the name of the device. */
  connect(context: ConnectContext): Device | Promise<Device>;
  /** For the compiler only; never there at run time. */
  readonly types?: { readonly axes: A; readonly readings: D };
}
