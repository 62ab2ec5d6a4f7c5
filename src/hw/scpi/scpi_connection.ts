import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { type Serial, serial } from "../ffi/serial.ts";
import { ReplyBuffer } from "./reply_buffer.ts";
import type { TcpAddress } from "./tcp_address.ts";

/** A connection that is no more: what was asked on it is not answered. */
export class ConnectionEnded extends Error {
  /** `ConnectionEnded`. */
  override name = "ConnectionEnded";
  /** `why` is `lost` when the instrument or the network ended it, `late` when nothing came in time, `left` when we did. */
  constructor(readonly why: "lost" | "late" | "left", message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

const encoder = new TextEncoder();

/**
 * One TCP connection to an instrument. It listens all the time, so that what comes unasked can be told from an answer, and
 * a connection that was closed is known before the next command is sent.
 */
export class ScpiConnection {
  #connection: Deno.TcpConn;
  #buffer = new ReplyBuffer();
  #limitBytes: number;
  #writing: Serial = serial();
  #news = Promise.withResolvers<void>();
  #ended: ConnectionEnded | undefined;

  private constructor(connection: Deno.TcpConn, limitBytes: number) {
    this.#connection = connection;
    this.#limitBytes = limitBytes;
    void this.#listen();
  }

  /**
   * Connects.
   *
   * @param limitBytes an instrument that sends more than this without being asked is hung up on
   * @throws ConnectionEnded when nobody listens there, or does not answer in time; the signal's reason when aborted
   */
  static async open(
    address: TcpAddress,
    options: { clock: Clock; timeoutMs: number; limitBytes: number; signal: AbortSignal },
  ): Promise<ScpiConnection> {
    const { clock, timeoutMs, limitBytes, signal } = options, late = new AbortController();
    const cancel = clock.timer(timeoutMs, () => late.abort());
    const place = `${address.hostname}:${address.port}`;
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const connection = await Deno.connect({ ...address, transport: "tcp", signal: either });
      connection.setNoDelay(true);
      // Whoever waits for an answer waits on a timer too; a rig that was not closed must not keep a program from ending.
      connection.unref();
      return new ScpiConnection(connection, limitBytes);
    } catch (thrown) {
      signal.throwIfAborted();
      if (late.signal.aborted) throw new ConnectionEnded("late", `${place} does not answer within ${timeoutMs} ms`);
      throw new ConnectionEnded("lost", `no connection to ${place}: ${messageOf(thrown)}`, { cause: thrown });
    } finally {
      cancel();
    }
  }

  /** Why it has ended; undefined while it is open. */
  get ended(): ConnectionEnded | undefined {
    return this.#ended;
  }

  /** Sends a text whole, behind those that are being sent. */
  async write(text: string): Promise<void> {
    const bytes = encoder.encode(text);
    await this.#writing(async () => {
      if (this.#ended) throw this.#ended;
      try {
        for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
      } catch (thrown) {
        throw this.#end("lost", `the connection was lost: ${messageOf(thrown)}`);
      }
    });
  }

  /** Forgets what has come unasked, as the rest of an answer that was no answer. */
  forget(): void {
    this.#buffer.clear();
  }

  /** Waits until `parse` finds its answer in what has come. What it throws is passed on. */
  async take<T>(parse: (buffer: ReplyBuffer) => T | undefined): Promise<T> {
    while (true) {
      const reply = parse(this.#buffer);
      if (reply !== undefined) return reply;
      if (this.#ended) throw this.#ended;
      await this.#news.promise;
    }
  }

  /** Hangs up; whoever waits is told why. */
  close(why: ConnectionEnded["why"], message: string): void {
    this.#end(why, message);
  }

  #end(why: ConnectionEnded["why"], message: string): ConnectionEnded {
    if (this.#ended) return this.#ended;
    this.#ended = new ConnectionEnded(why, message);
    this.#connection.close();
    this.#news.resolve();
    return this.#ended;
  }

  async #listen(): Promise<void> {
    const chunk = new Uint8Array(65536);
    try {
      for (let count; (count = await this.#connection.read(chunk)) !== null;) {
        this.#buffer.push(chunk.subarray(0, count));
        if (this.#buffer.length > this.#limitBytes) {
          this.#end("late", `it sent more than ${this.#limitBytes} bytes that are no answer`);
        }
        this.#tell();
      }
      this.#end("lost", "the instrument closed the connection");
    } catch (thrown) {
      this.#end("lost", `the connection was lost: ${messageOf(thrown)}`);
    }
  }

  #tell(): void {
    const { resolve } = this.#news;
    if (!this.#ended) this.#news = Promise.withResolvers();
    resolve();
  }
}
