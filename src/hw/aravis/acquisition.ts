import type { Op } from "../../core/device.ts";
import { DeviceError } from "../../core/errors.ts";
import type { NumericArray } from "../../core/dtype.ts";
import { type AravisLibrary, checked, type ErrorSlot } from "./library.ts";

/** Waiting is cut into pieces of this length, so that an abort is seen soon. */
const PIECE_MS = 50;

/** How long a frame may take beyond its exposure. */
const PATIENCE_MS = 5000;

/** Incomplete frames (lost packets) are asked for again this often. */
const RETRIES = 3;

/** `ARV_BUFFER_STATUS_SUCCESS`. */
const SUCCESS = 0;

/** What an acquisition needs to know of its camera. */
export interface AcquisitionOptions {
  readonly library: AravisLibrary;
  readonly camera: Deno.PointerObject;
  /** The camera's name in the rig. */
  readonly name: string;
  /** Whether frames are asked for one by one; else the camera runs freely. */
  readonly softwareTrigger: boolean;
  /** Buffers in the stream. */
  readonly buffers: number;
}

/** A running acquisition: it gives frames whose exposure began after they were asked for. */
export class Acquisition {
  #options: AcquisitionOptions;
  #stream: Deno.PointerObject;
  #sizeBytes = new BigUint64Array(1);

  /** Time stamps are of arrival: a frame of a camera that runs freely may have been on its way for up to one period. */
  #latencyMs: number;

  private constructor(options: AcquisitionOptions, stream: Deno.PointerObject, latencyMs: number) {
    this.#options = options;
    this.#stream = stream;
    this.#latencyMs = latencyMs;
  }

  /** Makes the stream and its buffers, and starts the camera. */
  static async start(options: AcquisitionOptions): Promise<Acquisition> {
    const { library, camera, name } = options, { arv, gobject } = library;
    const check = <T>(action: string, call: (error: ErrorSlot) => Promise<T>) => checked(library, name, action, call);
    const latencyMs = options.softwareTrigger
      ? 0
      : 1000 / await check("frame rate", (error) => arv.arv_camera_get_frame_rate(camera, error));
    const payloadBytes = await check("payload", (error) => arv.arv_camera_get_payload(camera, error));
    const stream = await check("stream", (error) => arv.arv_camera_create_stream(camera, null, null, error));
    if (stream === null) throw new DeviceError(name, "stream", "the library gave no stream");
    try {
      for (let i = 0; i < options.buffers; i++) {
        // The stream owns its buffers from here on, and frees them.
        arv.arv_stream_push_buffer(stream, arv.arv_buffer_new_allocate(BigInt(payloadBytes)));
      }
      await check("start", (error) => arv.arv_camera_start_acquisition(camera, error));
    } catch (thrown) {
      await gobject.g_object_unref(stream);
      throw thrown;
    }
    return new Acquisition(options, stream, latencyMs);
  }

  /** Stops the camera and frees the stream with its buffers, also when stopping fails. */
  async stop(): Promise<void> {
    const { library, camera, name } = this.#options;
    try {
      await checked(library, name, "stop", (error) => library.arv.arv_camera_stop_acquisition(camera, error));
    } finally {
      await library.gobject.g_object_unref(this.#stream);
    }
  }

  /**
   * Takes one frame into `data`.
   *
   * @param exposureMs the exposure that is set: a frame that ended less than this after the call began before it
   * @throws DeviceError when frames stay incomplete, or none comes; the signal's reason when aborted
   */
  async take(data: NumericArray, exposureMs: number, op: Op): Promise<void> {
    for (let attempt = 0;; attempt++) {
      this.#flush();
      // Clocks of whole milliseconds may be behind by one.
      const askedMs = Date.now() + 1;
      await this.#trigger();
      const status = await this.#next(data, askedMs, exposureMs, op);
      if (status === SUCCESS) return;
      if (attempt === RETRIES) {
        const { name } = this.#options;
        throw new DeviceError(name, "trigger", `${RETRIES + 1} frames in a row were incomplete (status ${status})`);
      }
    }
  }

  /** Frames that wait in the queue are older than the trigger: their buffers go back. */
  #flush(): void {
    const { arv } = this.#options.library;
    for (;;) {
      const buffer = arv.arv_stream_try_pop_buffer(this.#stream);
      if (buffer === null) return;
      arv.arv_stream_push_buffer(this.#stream, buffer);
    }
  }

  async #trigger(): Promise<void> {
    const { library, camera, name, softwareTrigger } = this.#options;
    if (!softwareTrigger) return;
    await checked(library, name, "trigger", (error) => library.arv.arv_camera_software_trigger(camera, error));
  }

  /** Waits for the first frame that began after `askedMs`, copies it when it is whole, and gives its status. */
  async #next(data: NumericArray, askedMs: number, exposureMs: number, op: Op): Promise<number> {
    const { library: { arv }, name } = this.#options, latencyMs = this.#latencyMs;
    const earliestNs = BigInt(Math.ceil((askedMs + exposureMs + latencyMs) * 1e6));
    const lastMs = askedMs + exposureMs + 2 * latencyMs + PATIENCE_MS;
    while (Date.now() < lastMs) {
      op.signal.throwIfAborted();
      const buffer = await arv.arv_stream_timeout_pop_buffer(this.#stream, BigInt(PIECE_MS * 1000));
      if (buffer === null) continue;
      try {
        const status = arv.arv_buffer_get_status(buffer);
        if (arv.arv_buffer_get_system_timestamp(buffer) < earliestNs && status === SUCCESS) continue;
        return status === SUCCESS ? this.#copy(buffer, data) : status;
      } finally {
        arv.arv_stream_push_buffer(this.#stream, buffer);
      }
    }
    throw new DeviceError(name, "trigger", `no frame within ${Math.round(lastMs - askedMs)} ms`);
  }

  #copy(buffer: Deno.PointerObject, data: NumericArray): number {
    const { library: { arv }, name } = this.#options;
    const from = arv.arv_buffer_get_data(buffer, this.#sizeBytes), size = Number(this.#sizeBytes[0]);
    if (from === null || size < data.byteLength) {
      throw new DeviceError(name, "trigger", `a frame has ${size} bytes instead of ${data.byteLength}`);
    }
    Deno.UnsafePointerView.copyInto(from, data as NumericArray & ArrayBufferView<ArrayBuffer>);
    return SUCCESS;
  }
}
