/** What a program of Python has printed. */
export interface PythonEnd {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The head of an answer of `python_server.py`. */
interface Answer {
  readonly id: number;
  readonly code: number;
  readonly out: number;
  readonly err: number;
}

/**
 * Runs programs in forks of one process, which has loaded their libraries: half of the time of a test went into `import xarray`.
 * It lives as long as the program that made it, and reads only while somebody waits, so that no test leaves an operation behind.
 */
export class PythonServer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<PythonEnd>>();
  #heard = new Uint8Array(0);
  #next = 0;
  #pump: Promise<void> | undefined;

  /** @param python the interpreter */
  constructor(python: string) {
    const args = [new URL("./python_server.py", import.meta.url)].map(({ pathname }) => decodeURIComponent(pathname));
    this.#child = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
    this.#child.unref();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  /**
   * Runs a program to its end; several may run at once.
   *
   * @param data what it finds as `data`, in JSON
   */
  async run(code: string, data: string, args: readonly string[]): Promise<PythonEnd> {
    const id = this.#next++, waiting = Promise.withResolvers<PythonEnd>();
    this.#waiting.set(id, waiting);
    // The process, and with it what it says, keeps nobody alive.
    const alive = setInterval(() => {}, 60_000);
    const head = JSON.stringify({ id, code, args });
    await this.#writer.write(new TextEncoder().encode(`${head.slice(0, -1)},"data":${data}}\n`));
    this.#pump ??= this.#listen().finally(() => this.#pump = undefined);
    return await waiting.promise.finally(() => clearInterval(alive));
  }

  async #listen(): Promise<void> {
    while (this.#waiting.size) {
      const { value, done } = await this.#reader.read();
      if (done) {
        for (const { reject } of this.#waiting.values()) reject(new Error("python_server.py has ended"));
        return this.#waiting.clear();
      }
      const all = new Uint8Array(this.#heard.length + value.length);
      all.set(this.#heard);
      all.set(value, this.#heard.length);
      this.#heard = all;
      while (this.#answer());
    }
  }

  /** Gives an answer that is there as a whole to who waits for it. */
  #answer(): boolean {
    const line = this.#heard.indexOf(10);
    if (line < 0) return false;
    const text = (from: number, to: number) => new TextDecoder().decode(this.#heard.subarray(from, to));
    const { id, code, out, err } = JSON.parse(text(0, line)) as Answer, begin = line + 1, end = begin + out + err;
    if (this.#heard.length < end) return false;
    const { resolve } = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    resolve({ success: code === 0, stdout: text(begin, begin + out), stderr: text(begin + out, end) });
    this.#heard = this.#heard.slice(end);
    return true;
  }
}
