import type { Axis, Detector, Device, Op, StopReason } from "../../core/device.ts";
import { type Dtype, makeArray } from "../../core/dtype.ts";
import { DeviceError } from "../../core/errors.ts";
import { Frame } from "../../core/point.ts";
import { abortable } from "../ffi/abortable.ts";
import type { Serial } from "../ffi/serial.ts";
import { Acquisition } from "./acquisition.ts";
import type { Feature } from "./feature.ts";
import type { CameraHandle, Roi } from "./handle.ts";

/** Grey formats, by the type that holds their pixels. */
export const DTYPES = {
  Mono8: "uint8",
  Mono10: "uint16",
  Mono12: "uint16",
  Mono16: "uint16",
} as const satisfies Record<
  string,
  Dtype
>;

/** What is known of a connected camera. */
export interface CameraInfo {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly library: string;
  readonly pixelFormat: keyof typeof DTYPES;
  readonly roi: Roi;
  readonly softwareTrigger: boolean;
  readonly buffers: number;
}

/** A connected camera: one call at a time goes to it, and no two waits for frames overlap. */
export class AravisCamera implements Device {
  readonly driver = "aravis";
  readonly axes: Readonly<Record<"exposure" | "gain", Axis>>;
  readonly detector: Detector;
  #handle: CameraHandle;
  #queue: Serial;
  #info: CameraInfo;
  #frame: Frame;
  #acquisition: Acquisition | undefined;
  #interrupt = new AbortController();
  #features: Readonly<Record<"exposure" | "gain", Feature>>;

  /** Takes over the handle: closing the device closes it. `queue` is the one that the features use. */
  constructor(
    handle: CameraHandle,
    queue: Serial,
    features: Readonly<Record<"exposure" | "gain", Feature>>,
    info: CameraInfo,
  ) {
    this.#handle = handle;
    this.#queue = queue;
    this.#features = features;
    this.axes = { exposure: features.exposure.axis, gain: features.gain.axis };
    this.#info = info;
    const { roi: { height, width }, pixelFormat } = info, dtype = DTYPES[pixelFormat], shape = [height, width];
    this.#frame = new Frame(makeArray(dtype, height * width), shape);
    this.detector = {
      channels: { "": { unit: "count", dtype, shape, dimensions: ["y", "x"] } },
      trigger: (op) => this.#trigger(op),
      read: () => this.#frame,
      readMs: ({ exposure } = {}) => (typeof exposure === "number" ? exposure : features.exposure.last()) / 1000,
    };
  }

  async stage(op: Op): Promise<AsyncDisposable> {
    op.signal.throwIfAborted();
    await this.#queue(() => this.#start());
    return { [Symbol.asyncDispose]: () => this.#queue(() => this.#end()) };
  }

  /** Breaks off the trigger that is waiting; the acquisition goes on, for a run that is only paused. */
  stop(why: StopReason): void {
    this.#interrupt.abort(new DeviceError(this.#handle.name, "trigger", `stopped (${why})`));
    this.#interrupt = new AbortController();
  }

  settings(): Readonly<Record<string, unknown>> {
    const { exposure, gain } = this.#features;
    return { ...this.#info, exposureUs: exposure.last(), gain: gain.last() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop("done");
    try {
      await this.#queue(() => this.#end());
    } finally {
      await this.#handle.close();
    }
  }

  async #start(): Promise<void> {
    if (this.#acquisition) throw new DeviceError(this.#handle.name, "stage", "it is already staged");
    const { library, pointer, name } = this.#handle, { softwareTrigger, buffers } = this.#info;
    this.#acquisition = await Acquisition.start({ library, camera: pointer, name, softwareTrigger, buffers });
  }

  async #end(): Promise<void> {
    const acquisition = this.#acquisition;
    this.#acquisition = undefined;
    await acquisition?.stop();
  }

  #trigger(op: Op): Promise<void> {
    const signal = AbortSignal.any([op.signal, this.#interrupt.signal]);
    return abortable(this.#queue(() => this.#take({ signal })), signal);
  }

  async #take(op: Op): Promise<void> {
    op.signal.throwIfAborted();
    if (!this.#acquisition) throw new DeviceError(this.#handle.name, "trigger", "it is not staged");
    try {
      await this.#acquisition.take(this.#frame.data, this.#features.exposure.last() / 1000, op);
    } catch (thrown) {
      // A frame that was asked for and given up may still come: it must not be taken for the next one.
      if (op.signal.aborted) await this.#restart();
      throw thrown;
    }
  }

  async #restart(): Promise<void> {
    await this.#end();
    await this.#start();
  }
}
