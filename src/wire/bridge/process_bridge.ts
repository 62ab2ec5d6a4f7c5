import { messageOf, SondeError } from "../../core/errors.ts";
import { systemClock } from "../../core/clock.ts";
import { duration } from "../../scan/duration.ts";
import { type Bridge, type Message, parseMessage } from "./bridge.ts";

/** How a program is started, and how long it is waited for. */
export interface ProcessBridgeOptions {
  /** The program. */
  readonly command: string | URL;
  /** Its arguments. */
  readonly args?: readonly string[];
  /** The folder it runs in; the current one when left out. */
  readonly cwd?: string | URL;
  /** Variables beside those of this program. */
  readonly env?: Readonly<Record<string, string>>;
  /** A reply that takes longer ends the run; 60 000 when left out. The first one takes the program's start, too. */
  readonly timeoutMs?: number;
  /** Is given each line that the program writes to its standard error; they are shown when left out. */
  readonly onStderr?: (line: string) => void;
}

/** A line that is longer is no message. */
const LONGEST_LINE = 2 ** 24;
/** A program that does not end by itself when its input ends is told to after this long, and once more made to. */
const GRACE_MS = 1_000;

/**
 * A program that reads messages from its standard input and writes replies to its standard output, one line of JSON
 * each. It is started by the first message, hears nothing of Ctrl-C, and is ended with the run: its input is closed, and
 * where that is not enough it is killed, by its own process id. What it writes to standard error is shown.
 *
 * @example
 * ```ts
 * import { processBridge } from "./process_bridge.ts";
 * const echo = `for await (const line of Deno.stdin.readable) await Deno.stdout.write(line)`;
 * const bridge = processBridge({ command: Deno.execPath(), args: ["eval", echo] });
 * console.assert((await bridge.exchange({ id: 0, x: 1 })).x === 1);
 * await bridge.close();
 * ```
 */
export function processBridge(options: ProcessBridgeOptions): Bridge {
  return new ProcessBridge(options);
}

interface Pending {
  resolve(reply: Message): void;
  reject(error: Error): void;
}

class ProcessBridge implements Bridge {
  readonly name: string;
  #child: Deno.ChildProcess | undefined;
  #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #pending: Pending | undefined;
  /** Why nothing can be exchanged any more. */
  #over: SondeError | undefined;
  #lastWords = "";
  #streams = new AbortController();
  #listening: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(readonly options: ProcessBridgeOptions) {
    const { command, args: [script = "-"] = [] } = options;
    const words = script.startsWith("-") || script.includes("\n") ? [String(command)] : [String(command), script];
    this.name = words.map((word) => word.replace(/^.*[/\\]/, "")).join(" ");
  }

  exchange(message: Message): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (!this.#over && !this.#child) this.#start();
      if (this.#over) return reject(this.#over);
      if (this.#pending) return reject(new SondeError(`${this.name}: was asked before it had answered`));
      const { timeoutMs = 60_000 } = this.options;
      const late = () => this.#fail(`did not answer within ${duration(timeoutMs)}`);
      const cancel = Number.isFinite(timeoutMs) ? systemClock.timer(timeoutMs, late) : () => {};
      const settle = () => {
        this.#pending = undefined;
        cancel();
      };
      this.#pending = {
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (error) => (settle(), reject(error)),
      };
      // A program that has ended breaks the pipe; how it ended says more.
      this.#input!.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)).catch(() => {});
    });
  }

  #start(): void {
    const { command, args = [], cwd, env, onStderr = (line: string) => console.error(line) } = this.options;
    try {
      this.#child = new Deno.Command(command, {
        args: [...args],
        cwd,
        env: { ...env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        // In a session of its own it does not get the terminal's Ctrl-C, which pauses the run.
        detached: true,
      }).spawn();
    } catch (thrown) {
      return void (this.#over = new SondeError(`${this.name}: cannot be started: ${messageOf(thrown)}`));
    }
    const child = this.#child;
    this.#input = child.stdin.getWriter();
    const said = eachLine(child.stdout, this.#streams.signal, (line) => this.#hear(line));
    const shown = eachLine(child.stderr, this.#streams.signal, (line) => {
      if (line.trim()) this.#lastWords = line.trim();
      onStderr(line);
    });
    said.catch((thrown) => this.#fail(messageOf(thrown)));
    this.#listening = Promise.allSettled([said, shown]);
    child.status.then(async ({ code, signal }) => {
      // Its last words come with its end, unless a program that it has started keeps the pipe open.
      await within(this.#listening, GRACE_MS);
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      this.#fail(`${how}${this.#lastWords && `: ${this.#lastWords}`}`);
    });
  }

  #hear(line: string): void {
    if (!line.trim()) return;
    if (!this.#pending) {
      return this.#fail(`said ${line.slice(0, 60)} without being asked; standard output is for replies`);
    }
    try {
      this.#pending.resolve(parseMessage(line, this.name));
    } catch (thrown) {
      this.#fail(messageOf(thrown).replace(`${this.name}: `, ""));
    }
  }

  #fail(why: string): void {
    this.#over ??= new SondeError(`${this.name}: ${why}`);
    this.#pending?.reject(this.#over);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#fail("is closed");
    const child = this.#child;
    if (!child) return;
    this.#input!.close().catch(() => {});
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await within(child.status, GRACE_MS)) break;
      try {
        child.kill(signal);
      } catch {
        // It has ended just now.
      }
    }
    await child.status;
    await within(this.#listening, GRACE_MS);
    this.#streams.abort();
    await this.#listening;
  }
}

/** Whether a promise is settled within so long. */
function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = systemClock.timer(ms, () => resolve(false));
    promise.finally(() => {
      cancel();
      resolve(true);
    });
  });
}

/** Calls back for each line of a stream, until it ends or the signal is aborted. */
async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  callback: (line: string) => void,
): Promise<void> {
  let rest = "";
  const lines = new WritableStream<string>({
    write(text) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      if (rest.length > LONGEST_LINE) throw new SondeError(`said a line of more than ${LONGEST_LINE} characters`);
      parts.forEach(callback);
    },
    close: () => rest ? callback(rest) : undefined,
  });
  await stream.pipeThrough(new TextDecoderStream(), { signal }).pipeTo(lines, { signal }).catch((thrown) => {
    if (!signal.aborted) throw thrown;
  });
}
