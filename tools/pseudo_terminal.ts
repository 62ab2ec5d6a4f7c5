import { join } from "@std/path";
import { ROOT } from "./root.ts";

/** How a program is run at a pseudo-terminal. */
export interface PseudoTerminalOptions {
  /** The Python that opens the terminal; `python3` when left out. */
  readonly python?: string;
  /** Where the program runs; the folder of the caller when left out. */
  readonly cwd?: string;
  /** Variables beside those of the caller. */
  readonly env?: Readonly<Record<string, string>>;
  /** The variables of the caller are left out. */
  readonly clearEnv?: boolean;
  /** Standard output does not go to the terminal, but to `out`. */
  readonly piped?: boolean;
  /** 24 when left out. */
  readonly rows?: number;
  /** 80 when left out. */
  readonly columns?: number;
}

/** How a program at a pseudo-terminal has ended. */
export interface TerminalEnded {
  /** The exit code; of a signal that ended it the number, negative. */
  readonly code: number;
  /** All that was written to the terminal, what was typed included. */
  readonly screen: string;
  /** Standard output, where it is `piped`. */
  readonly out: string;
  /** Whether the terminal's settings are those of before. */
  readonly restored: boolean;
}

/** What the Python program says. */
interface Said {
  readonly screen?: string;
  readonly out?: string;
  readonly code?: number;
  readonly restored?: boolean;
}

/** Longer than anything that is waited for takes; a program that hangs fails the test instead of holding it up. */
const LONGEST_MS = 60_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * A program at a pseudo-terminal of its own, where Ctrl-C is a character that the system's line discipline turns into
 * SIGINT, as it does for a person. The program is killed when this is disposed. There is none on Windows.
 *
 * @example
 * ```ts
 * import { PseudoTerminal } from "./pseudo_terminal.ts";
 * if (Deno.build.os !== "windows") {
 *   await using terminal = new PseudoTerminal(["sh", "-c", "echo ready; read word; echo got $word"]);
 *   await terminal.shows(/ready/);
 *   await terminal.type("this\n");
 *   const { code, screen } = await terminal.ended;
 *   console.assert(code === 0 && screen.includes("got this"));
 * }
 * ```
 */
export class PseudoTerminal implements AsyncDisposable {
  /** How the program ended. */
  readonly ended: Promise<TerminalEnded>;
  readonly #relay: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #waiting = new Set<() => void>();
  #screen = "";
  #out = "";
  #over = false;
  /** What of the screen and of the output has been waited for. */
  #seen = 0;
  #heard = 0;

  /** Starts it. */
  constructor(words: readonly string[], options: PseudoTerminalOptions = {}) {
    const { python = "python3", cwd = Deno.cwd(), env = {}, clearEnv = false, piped = false } = options;
    this.#relay = new Deno.Command(python, {
      args: [join(ROOT, "tools/pseudo_terminal.py")],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#keys = this.#relay.stdin.getWriter();
    this.ended = this.#listen();
    // Whoever does not wait for the end has seen what went wrong elsewhere.
    this.ended.catch(() => {});
    const size = [options.rows ?? 24, options.columns ?? 80];
    this.#tell({ words, cwd, env, clearEnv, piped, size });
  }

  /** All that was written to the terminal so far. */
  get screen(): string {
    return this.#screen;
  }

  /** All that was written to standard output so far, where it is `piped`. */
  get out(): string {
    return this.#out;
  }

  /**
   * Waits until the terminal shows this, after what the last call has found.
   *
   * @throws Error with the screen when the program ends before
   */
  async shows(pattern: RegExp): Promise<void> {
    await this.#until(String(pattern), () => {
      const found = this.#screen.slice(this.#seen).match(pattern);
      if (found) this.#seen += found.index! + found[0].length;
      return found !== null;
    });
  }

  /**
   * Waits for a line on standard output, after the one that the last call has found.
   *
   * @throws Error with the screen when the program ends before
   */
  async prints(wanted: (line: string) => boolean): Promise<void> {
    await this.#until(String(wanted), () => {
      for (let end; (end = this.#out.indexOf("\n", this.#heard)) >= 0;) {
        const line = this.#out.slice(this.#heard, end);
        this.#heard = end + 1;
        if (wanted(line)) return true;
      }
      return false;
    });
  }

  /** Presses keys, `\x03` for Ctrl-C, as late as a person would. */
  async type(keys: string, delayMs = 0): Promise<void> {
    await pause(delayMs);
    this.#tell({ keys });
  }

  /** Sends a signal to the program. */
  async signal(signal: Deno.Signal, delayMs = 0): Promise<void> {
    await pause(delayMs);
    this.#tell({ signal });
  }

  /** Gives the terminal another size, and tells the program. */
  resize(rows: number, columns: number): void {
    this.#tell({ size: [rows, columns] });
  }

  async #listen(): Promise<TerminalEnded> {
    let rest = "", ended: Said | undefined;
    for await (const text of this.#relay.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const said: Said = JSON.parse(line);
        this.#screen += said.screen ?? "";
        this.#out += said.out ?? "";
        if (said.code !== undefined) ended = said;
      }
      for (const look of this.#waiting) look();
    }
    this.#over = true;
    for (const look of this.#waiting) look();
    await this.#relay.status;
    if (!ended) throw new Error("the pseudo-terminal was closed before its program ended");
    return { code: ended.code!, restored: ended.restored!, screen: this.#screen, out: this.#out };
  }

  async #until(what: string, there: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (why: string) => {
      reject(new Error(`${why} ${what} was seen; the screen:\n${this.#screen}\nstandard output:\n${this.#out}`));
    };
    const look = () => there() ? resolve() : this.#over ? fail("the program ended before") : undefined;
    const late = setTimeout(() => fail("a minute went by before"), LONGEST_MS);
    this.#waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(look);
    }
  }

  /** A program that has ended hears nothing more. */
  #tell(what: unknown): void {
    this.#keys.write(new TextEncoder().encode(JSON.stringify(what) + "\n")).catch(() => {});
  }

  /** Kills the program if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.close().catch(() => {});
    await this.ended.catch(() => {});
  }
}
