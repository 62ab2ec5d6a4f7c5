import type { Clock } from "../../core/clock.ts";
import type { Op } from "../../core/device.ts";
import { DeviceError, messageOf, show } from "../../core/errors.ts";
import { abortable } from "../ffi/abortable.ts";
import { type Serial, serial } from "../ffi/serial.ts";
import { type ReplyBuffer, ReplyError } from "./reply_buffer.ts";
import { ConnectionEnded, ScpiConnection } from "./scpi_connection.ts";
import type { TcpAddress } from "./tcp_address.ts";

/** An answer that nobody waits for any more is waited for that long, so that it is not taken for the next one. */
const GIVEN_UP_MS = 1_000;

/** How a link speaks. */
export interface LinkOptions {
  readonly address: TcpAddress;
  readonly clock: Clock;
  readonly terminator: string;
  /** For connecting, and for answers that say nothing else. */
  readonly timeoutMs: number;
}

/** Who asks, and what for: it stands in every error. */
export interface Asking extends Op {
  /** The device's or axis' name in the rig. */
  readonly name: string;
  /** `set`, `read`, … */
  readonly action: string;
}

/** What may be said during an exchange. */
export interface Talk {
  /** Sends a command that is not answered. */
  tell(command: string): Promise<void>;
  /** Sends a query and takes its answer, a line when `parse` is left out. */
  ask(command: string, timeoutMs?: number): Promise<string>;
  ask<T>(command: string, timeoutMs: number | undefined, parse: (buffer: ReplyBuffer) => T | undefined): Promise<T>;
}

/** A link to one instrument: one exchange at a time, a connection that is opened when it is needed, and hung up on when in doubt. */
export class ScpiLink {
  #options: LinkOptions;
  #queue: Serial = serial();
  #connection: ScpiConnection | undefined;
  #opening: Promise<ScpiConnection> | undefined;
  #ending = new AbortController();
  /** Largest backlog of bytes before the instrument is hung up on; raised by devices with large readings. */
  limitBytes = 65_536;
  /** Devices of one rig may share an instrument. */
  #users = 0;

  /** Connects at the first exchange. */
  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** One more device speaks over this link; disposing what it gives says that it has ended, and the last one hangs up. */
  use(): Disposable {
    let using = true;
    this.#users++;
    return {
      [Symbol.dispose]: () => {
        if (!using) return;
        using = false;
        if (--this.#users === 0) this.#close();
      },
    };
  }

  /** Speaks when its turn has come, and until `body` ends; then it is the next one's turn. Nothing is ever said twice. */
  exchange<T>(asking: Asking, body: (talk: Talk) => Promise<T>): Promise<T> {
    return abortable(
      this.#queue(async () => {
        const connection = await this.#connect(asking);
        // What has come unasked is no answer to what is asked now.
        connection.forget();
        return await body(this.#talk(connection, asking));
      }),
      asking.signal,
    );
  }

  /** The same for what may be asked twice: when the connection is lost, it is opened again, once. */
  async repeatable<T>(asking: Asking, body: (talk: Talk) => Promise<T>): Promise<T> {
    try {
      return await this.exchange(asking, body);
    } catch (thrown) {
      const lost = thrown instanceof DeviceError && thrown.cause instanceof ConnectionEnded &&
        thrown.cause.why === "lost";
      if (!lost || asking.signal.aborted || this.#ending.signal.aborted) throw thrown;
      return await this.exchange(asking, body);
    }
  }

  /** Sends commands at once, past whatever waits for its turn or for an answer. */
  async urgent(asking: Asking, commands: readonly string[]): Promise<void> {
    const connection = await this.#connect(asking),
      text = commands.map((one) => one + this.#options.terminator).join("");
    await this.#explained(
      asking,
      commands.join("; "),
      () => this.#within(connection, asking, undefined, connection.write(text)),
    );
  }

  #talk(connection: ScpiConnection, asking: Asking): Talk {
    const { terminator } = this.#options;
    const send = (command: string) => {
      asking.signal.throwIfAborted();
      return connection.write(command + terminator);
    };
    const line = (buffer: ReplyBuffer) => buffer.line();
    return {
      tell: (command) =>
        this.#explained(asking, command, () => this.#within(connection, asking, undefined, send(command))),
      ask: (command: string, timeoutMs?: number, parse: (buffer: ReplyBuffer) => unknown = line) =>
        this.#explained(asking, command, () => {
          const answered = send(command).then(() => connection.take(parse));
          return this.#within(connection, asking, timeoutMs, answered);
          // deno-lint-ignore no-explicit-any
        }) as Promise<any>,
    };
  }

  /** Hangs up when it takes too long; what waits on the connection then ends. */
  async #within<T>(
    connection: ScpiConnection,
    { signal }: Op,
    timeoutMs = this.#options.timeoutMs,
    waiting: Promise<T>,
  ) {
    const { clock } = this.#options;
    const cancels = [clock.timer(timeoutMs, () => connection.close("late", `no answer within ${timeoutMs} ms`))];
    const giveUp = () => cancels.push(clock.timer(GIVEN_UP_MS, () => connection.close("left", "it was given up")));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await waiting;
    } catch (thrown) {
      // After an answer that is none, nobody knows which answer comes next.
      if (thrown instanceof ReplyError) connection.close("left", "it answered something else");
      throw thrown;
    } finally {
      for (const cancel of cancels) cancel();
      signal.removeEventListener("abort", giveUp);
    }
  }

  async #explained<T>({ name, action, signal }: Asking, command: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      if (signal.aborted && thrown === signal.reason) throw thrown;
      throw new DeviceError(name, action, `${show(command)}: ${messageOf(thrown)}`, { cause: thrown });
    }
  }

  async #connect({ name, action, signal }: Asking): Promise<ScpiConnection> {
    signal.throwIfAborted();
    if (this.#ending.signal.aborted) throw new DeviceError(name, action, "it was closed");
    if (this.#connection && !this.#connection.ended) return this.#connection;
    try {
      return await abortable(this.#opening ??= this.#open(), signal);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      throw new DeviceError(name, action, messageOf(thrown), { cause: thrown });
    }
  }

  /** Whoever asked first may give up; the others still need the connection, a stop above all. */
  async #open(): Promise<ScpiConnection> {
    const { limitBytes } = this, { signal } = this.#ending;
    try {
      return this.#connection = await ScpiConnection.open(this.#options.address, {
        ...this.#options,
        limitBytes,
        signal,
      });
    } finally {
      this.#opening = undefined;
    }
  }

  #close(): void {
    this.#ending.abort();
    this.#connection?.close("left", "it was closed");
  }
}
