import { join } from "@std/path";

/** How the executable ended. */
export interface SmokeEnded {
  /** The exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
  /** From its start to its end. */
  readonly ms: number;
}

/** What an execution is told beside its arguments. */
export interface SmokeHow {
  /** What it reads; nothing when left out. */
  readonly stdin?: string;
  /** Sent when `when` resolves. */
  readonly signal?: Deno.Signal;
  /** Waits for the moment of the signal. */
  readonly when?: () => Promise<unknown>;
  /** Beside the variables of the host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A place where an executable is tried: its own folder, an empty PATH, and nothing of the caller's environment. */
export class SmokeHost {
  /**
   * What is tried, and where.
   *
   * @param folder where it runs, as seen from outside
   * @param command what starts the executable, its path last
   * @param env all that it is given
   * @param wrapped whether the executable is the child of what is started, so that signals have to be sent there
   */
  constructor(
    readonly folder: string,
    readonly command: readonly [string, ...string[]],
    readonly env: Readonly<Record<string, string>>,
    readonly wrapped = false,
  ) {}

  /** Runs it to its end; one that takes longer than a minute is killed. */
  async execute(args: readonly string[], { stdin, signal, when, env }: SmokeHow = {}): Promise<SmokeEnded> {
    const began = performance.now(), [command, ...words] = this.command;
    const child = new Deno.Command(command, {
      args: [...words, ...args],
      cwd: this.folder,
      clearEnv: true,
      env: { ...this.env, ...env },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const output = child.output();
    if (stdin !== undefined) await new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
    if (signal) await when?.().then(() => this.#send(signal, child), () => child.kill("SIGKILL"));
    const { code, stdout, stderr } = await output, text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    clearTimeout(late);
    return { code, out: text(stdout), err: text(stderr), ms: performance.now() - began };
  }

  async #send(signal: Deno.Signal, { pid }: Deno.ChildProcess): Promise<void> {
    const children = this.wrapped ? await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`) : String(pid);
    for (const target of children.trim().split(" ")) Deno.kill(Number(target), signal);
  }

  /** Writes a file into the folder. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.folder, name), text);
  }

  /** Reads a file of the folder. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(join(this.folder, name));
  }

  /** Resolves when a file or folder is there, for 15 s at most. */
  async appears(name: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (await Deno.stat(join(this.folder, name)).then(() => true, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} did not appear within 15 s`);
  }

  /** Resolves some time after a run has published its first points. */
  async underWay(store: string, afterMs = 1500): Promise<void> {
    await this.appears(`${store}/zarr.json`);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
  }
}
