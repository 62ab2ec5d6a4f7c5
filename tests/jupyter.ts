/**
 * What tests of notebooks stand on: a real Jupyter kernel whose cells one runs, interrupts and kills. JupyterLab in a
 * browser is in `jupyterlab.ts`. Both need `.venv-lab`, which `deno task setup` makes.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { join } from "@std/path";
import { jupyterFolders } from "../tools/jupyter_lab.ts";
import { ROOT } from "../tools/root.ts";
import { venvPython } from "../tools/venv.ts";

/** The interpreter of `.venv-lab`. */
export const LAB_PYTHON: string = venvPython(".venv-lab");

/** Whether `.venv-lab` is there; a test that needs it is ignored without, with that as the reason in its name. */
export const HAS_LAB: boolean = await Deno.stat(LAB_PYTHON).then(() => true, () => false);

/** An output of a cell, as it stands in a notebook, after all updates in place. */
export interface CellOutput {
  readonly kind: "stream" | "display_data" | "execute_result" | "error";
  /** What it is called by updates in place. */
  readonly displayId?: string;
  /** By media type; `text/plain` for streams and errors too. */
  data: Record<string, unknown>;
  /** `stdout` or `stderr` of a stream. */
  readonly name?: string;
}

/** What came of a cell. */
export interface CellResult {
  readonly status: "ok" | "error" | "aborted" | "dead";
  readonly outputs: readonly CellOutput[];
  /** What was printed, standard output and error apart. */
  readonly stdout: string;
  readonly stderr: string;
  /** The text of the error that ended the cell. */
  readonly error?: string;
  /** How often an output of the kernel was updated in place while the cell ran. */
  readonly updates: number;
}

/** A cell that runs. */
export interface CellRun {
  /** Ends when the kernel has answered, is idle, and has said nothing for a quarter of a second. */
  readonly done: Promise<CellResult>;
  /** What there is so far. */
  readonly soFar: () => CellResult;
  /** Ends when `holds` does; asked after every message. Rejects when the cell ends before. */
  until(holds: (soFar: CellResult) => boolean): Promise<void>;
}

/** A running kernel. */
export interface Kernel {
  /** The process of the kernel; another one after `restart`. */
  readonly pid: number;
  /** Runs a cell to its end, late outputs included. */
  execute(code: string): Promise<CellResult>;
  /** Sends a cell and goes on. Cells run one after the other. */
  start(code: string): Promise<CellRun>;
  /** What the stop button does. */
  interrupt(): Promise<void>;
  restart(): Promise<void>;
  /** SIGKILL: nothing in the kernel can know. Cells that run end as `dead`. */
  kill(): Promise<void>;
  alive(): Promise<boolean>;
  /** Everything that the process of the kernel printed outside of Jupyter. */
  log(): string;
}

/** How a kernel is started. */
export interface KernelOptions {
  /** `deno` when left out; `python3` is the other one there is. */
  readonly name?: string;
  /** The folder it starts in, where a `deno.json` in it or above it counts; a new one, removed in the end, when left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A folder in which cells find `sonde`, and the command of that name, as they do in `notebooks/`, and write what they like.
 *
 * @returns the folder; the caller removes it
 */
export async function makeNotebookFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sonde-notebook-" });
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const rooted = (
    [name, target]: [string, string],
  ) => [name, target.startsWith("./") ? urlOf(target.slice(2)) : target];
  const config = {
    imports: Object.fromEntries(Object.entries<string>(imports).map(rooted)),
    compilerOptions,
    tasks: { sonde: `deno run -A ${urlOf("src/cli/main.ts")}` },
  };
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config));
  return folder;
}

function urlOf(path: string): string {
  return pathToFileURL(join(ROOT, path)).href;
}

/** Starts a kernel, hands it to `body`, and ends it whatever happens. */
export async function withKernel<T>(body: (kernel: Kernel) => Promise<T>, options: KernelOptions = {}): Promise<T> {
  const scratch = await Deno.makeTempDir({ prefix: "sonde-kernel-" });
  const cwd = options.cwd ?? await makeNotebookFolder();
  try {
    await using driver = new KernelDriver(options, cwd, scratch);
    await driver.open();
    return await body(driver);
  } finally {
    await Deno.remove(scratch, { recursive: true });
    if (options.cwd === undefined) await Deno.remove(cwd, { recursive: true });
  }
}

const SETTLE_MS = 250;

interface Message {
  readonly channel: "iopub" | "shell";
  readonly type: string;
  readonly parent: string;
  // deno-lint-ignore no-explicit-any -- the content is as manifold as Jupyter's protocol
  readonly content: any;
}

/** One process of `jupyter_kernel.py`, and the cells that it runs. */
class KernelDriver implements Kernel, AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  readonly #cells = new Map<string, RunningCell>();
  /** What came for a cell before the cell's name did. */
  readonly #early = new Map<string, Message[]>();
  readonly #ended: Promise<unknown>;
  #next = 1;
  #pid = 0;
  #log = "";

  constructor({ name = "deno", env = {} }: KernelOptions, cwd: string, scratch: string) {
    this.#child = new Deno.Command(LAB_PYTHON, {
      args: [join(ROOT, "tests", "jupyter_kernel.py"), name, cwd],
      env: { ...jupyterFolders(scratch), NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#commands = this.#child.stdin.getWriter();
    this.#ended = Promise.all([this.#read(), this.#keepLog(), this.#child.status]);
  }

  get pid(): number {
    return this.#pid;
  }

  async open(): Promise<void> {
    this.#pid = Number((await this.#ask("start")).pid);
  }

  async execute(code: string): Promise<CellResult> {
    return await (await this.start(code)).done;
  }

  async start(code: string): Promise<CellRun> {
    const id = String((await this.#ask("execute", { code })).msg_id), cell = new RunningCell();
    this.#cells.set(id, cell);
    for (const message of this.#early.get(id) ?? []) cell.hear(message);
    this.#early.delete(id);
    return cell;
  }

  async interrupt(): Promise<void> {
    await this.#ask("interrupt");
  }

  async restart(): Promise<void> {
    const restarted = this.#ask("restart");
    this.#endCells();
    this.#pid = Number((await restarted).pid);
  }

  async kill(): Promise<void> {
    await this.#ask("kill");
    this.#endCells();
  }

  async alive(): Promise<boolean> {
    return (await this.#ask("alive")).alive === true;
  }

  log(): string {
    return this.#log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    await this.#ended;
    this.#endCells();
  }

  #ask(what: string, more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = this.#next++, answer = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, answer);
    const line = new TextEncoder().encode(JSON.stringify({ id, do: what, ...more }) + "\n");
    this.#commands.write(line).catch(answer.reject);
    return answer.promise;
  }

  async #read(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) {
      const { id, result, error, message } = JSON.parse(line);
      if (message) this.#route(message);
      else if (error) this.#waiting.get(id)?.reject(new Error(`${error}\n${this.#log}`));
      else this.#waiting.get(id)?.resolve(result);
      if (id) this.#waiting.delete(id);
    }
    for (const { reject } of this.#waiting.values()) reject(new Error(`the driver of the kernel ended\n${this.#log}`));
  }

  #route(message: Message): void {
    const cell = this.#cells.get(message.parent);
    // An output made in one cell may be updated while another one runs.
    const shown = message.content.transient?.display_id;
    if (message.type === "update_display_data") {
      for (const other of this.#cells.values()) if (other !== cell) other.replace(shown, message.content.data);
    }
    if (cell) return cell.hear(message);
    if (message.parent) this.#early.set(message.parent, [...this.#early.get(message.parent) ?? [], message]);
  }

  async #keepLog(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) this.#log += text;
  }

  #endCells(): void {
    for (const cell of this.#cells.values()) cell.end("dead");
    this.#cells.clear();
  }
}

/** What the messages for one cell add up to. */
class RunningCell implements CellRun {
  readonly #outputs: CellOutput[] = [];
  readonly #done = Promise.withResolvers<CellResult>();
  readonly #watchers = new Set<() => void>();
  #status: CellResult["status"] | undefined;
  #idle = false;
  #updates = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get done(): Promise<CellResult> {
    return this.#done.promise;
  }

  readonly soFar = (): CellResult => {
    const printed = (name: string) =>
      this.#outputs.filter((output) => output.name === name).map(({ data }) => data["text/plain"]).join("");
    const error = this.#outputs.find(({ kind }) => kind === "error")?.data["text/plain"] as string | undefined;
    return {
      status: this.#status ?? "ok",
      outputs: this.#outputs,
      stdout: printed("stdout"),
      stderr: printed("stderr"),
      ...(error === undefined ? {} : { error }),
      updates: this.#updates,
    };
  };

  async until(holds: (soFar: CellResult) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => holds(this.soFar()) && resolve();
    this.#watchers.add(look);
    look();
    const ended = this.done.then((result) => {
      if (!holds(result)) throw new Error(`the cell ended before: ${JSON.stringify(result).slice(0, 2000)}`);
    });
    try {
      await Promise.race([promise, ended]);
    } finally {
      this.#watchers.delete(look);
      ended.catch(() => {}); // it may fail later, when nobody waits any more
    }
  }

  hear({ channel, type, content }: Message): void {
    if (channel === "shell") this.#status = content.status;
    else if (type === "status") this.#idle ||= content.execution_state === "idle";
    else this.#add(type, content);
    for (const look of [...this.#watchers]) look();
    clearTimeout(this.#timer);
    if (this.#idle && this.#status) this.#timer = setTimeout(() => this.#done.resolve(this.soFar()), SETTLE_MS);
  }

  /** Updates in place an output that this cell made. */
  replace(displayId: string | undefined, data: Record<string, unknown>): void {
    for (const output of this.#outputs) if (displayId && output.displayId === displayId) output.data = data;
  }

  end(status: CellResult["status"]): void {
    clearTimeout(this.#timer);
    if (!this.#idle) this.#status = status;
    this.#done.resolve(this.soFar());
  }

  // deno-lint-ignore no-explicit-any -- the content is as manifold as Jupyter's protocol
  #add(type: string, content: any): void {
    if (type === "stream") this.#outputs.push({ kind: type, name: content.name, data: { "text/plain": content.text } });
    else if (type === "error") {
      const text = [`${content.ename}: ${content.evalue}`, ...content.traceback].join("\n");
      this.#outputs.push({ kind: type, data: { "text/plain": text } });
    } else if (type === "display_data" || type === "execute_result") {
      this.#outputs.push({ kind: type, data: content.data, displayId: content.transient?.display_id });
    } else if (type === "update_display_data") {
      this.#updates++;
      this.replace(content.transient?.display_id, content.data);
    } else if (type === "clear_output") this.#outputs.length = 0;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
