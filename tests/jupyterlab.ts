/**
 * A real JupyterLab, and Chromium looking at it.
 *
 * @module
 */
import { join } from "@std/path";
import { type Browser, chromium, type Page } from "playwright-core";
import { jupyterFolders, jupyterLabCommand } from "../tools/jupyter_lab.ts";
import { ROOT } from "../tools/root.ts";
import { HAS_LAB, makeNotebookFolder } from "./jupyter.ts";

/** Chromium, where it is found. */
export const CHROMIUM: string | undefined = await findChromium();

/** Why tests with JupyterLab cannot run here; empty when they can. */
export const NO_JUPYTERLAB: string = !HAS_LAB ? "there is no .venv-lab" : !CHROMIUM ? "there is no Chromium" : "";

/** A cell of a notebook that a test writes: code, or words when it begins with `#`. */
export type CellSource = string;

/** JupyterLab with one page open on it. */
export interface Lab {
  /** Where the server is, without its token. */
  readonly url: string;
  readonly token: string;
  /** The folder that it shows; cells find `sonde` there. */
  readonly folder: string;
  readonly page: Page;
  /** What the page said on its console as an error, and what it threw. */
  readonly complaints: readonly string[];
  /** Writes a notebook for the Deno kernel into the folder, and opens it with its kernel ready. */
  open(name: string, cells?: readonly CellSource[]): Promise<void>;
  /** Runs one cell of the open notebook, and does not wait for its end. */
  run(cell: number): Promise<void>;
  /** Runs all cells of the open notebook, and does not wait for their end. */
  runAll(): Promise<void>;
  /** Ends when a cell has been executed, well or badly. */
  finished(cell: number): Promise<void>;
  /** The output area of a cell, as a selector. */
  output(cell: number): string;
  /** All that stands in the outputs of a cell. */
  text(cell: number): Promise<string>;
  /** Adds a cell to the end of the open notebook. */
  add(source: CellSource): Promise<void>;
  /** The stop button of the toolbar. */
  stop(): Promise<void>;
  /** Saves the open notebook; gives what is in the file then. */
  save(): Promise<Notebook>;
  /** Loads the page again, with the open notebook. */
  reload(): Promise<void>;
  /** Keeps a picture of the page in `screenshots/`, which git ignores. */
  screenshot(name: string): Promise<void>;
}

/** A notebook file, as far as tests look at it. */
export interface Notebook {
  readonly cells: {
    readonly cell_type: string;
    readonly outputs?: readonly { readonly output_type: string; readonly data?: Record<string, unknown> }[];
  }[];
}

/** How JupyterLab is shown. */
export interface LabOptions {
  /** Width and height of the window in pixels; 1100 × 900 when left out. */
  readonly size?: readonly [width: number, height: number];
  readonly theme?: "light" | "dark";
  /** What the picture is called that is kept when `body` fails; `failed` when left out. */
  readonly failed?: string;
}

/** Starts JupyterLab and Chromium, hands them to `body`, and ends both whatever happens. */
export async function withJupyterLab<T>(body: (lab: Lab) => Promise<T>, options: LabOptions = {}): Promise<T> {
  await using ended = new AsyncDisposableStack();
  const scratch = await Deno.makeTempDir({ prefix: "sonde-lab-" });
  ended.defer(() => Deno.remove(scratch, { recursive: true }));
  const folder = await makeNotebookFolder();
  ended.defer(() => Deno.remove(folder, { recursive: true }));
  const server = await startServer(folder, scratch);
  ended.defer(() => server.end());
  const browser = await startChromium();
  ended.defer(() => browser.close());
  const [width, height] = options.size ?? [1100, 900];
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: options.theme ?? "light" });
  page.setDefaultTimeout(60_000);
  try {
    return await body(new LabPage(server.url, server.token, folder, page));
  } catch (thrown) {
    await page.screenshot({ path: await screenshotPath(options.failed ?? "failed") }).catch(() => {});
    throw thrown;
  }
}

/** Chromium without a window. It runs as root in containers, where its sandbox cannot. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox", "--disable-gpu"] });
}

async function findChromium(): Promise<string | undefined> {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  for (const folder of (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":")) {
    for (const name of names) {
      const path = join(folder, name);
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
    }
  }
  return undefined;
}

interface Server {
  readonly url: string;
  readonly token: string;
  end(): Promise<void>;
}

/** The server takes a free port by itself and writes which one into its runtime folder. */
async function startServer(folder: string, scratch: string): Promise<Server> {
  const token = crypto.randomUUID(), log = join(scratch, "log");
  const told = jupyterLabCommand({
    folder,
    browser: false,
    args: ["--ServerApp.port=0", `--IdentityProvider.token=${token}`, "--LabApp.expose_app_in_browser=True"],
  });
  const env = { ...told.env, ...jupyterFolders(scratch) };
  const child = new Deno.Command(told.command, { args: told.args, env, stdin: "null", stdout: "null", stderr: "piped" })
    .spawn();
  const logged = child.stderr.pipeTo((await Deno.open(log, { create: true, write: true })).writable);
  const file = join(scratch, "runtime", `jpserver-${child.pid}.json`);
  const end = async () => {
    // The first SIGTERM ends the kernels in order, then the server.
    try {
      child.kill("SIGTERM");
    } catch { /* it has ended */ }
    await child.status;
    await logged;
  };
  for (let attempt = 0; attempt < 600; attempt++) {
    const text = await Deno.readTextFile(file).catch(() => "");
    if (text.trimEnd().endsWith("}")) return { url: JSON.parse(text).url, token, end };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await end();
  throw new Error(`JupyterLab did not start:\n${await Deno.readTextFile(log)}`);
}

async function screenshotPath(name: string): Promise<string> {
  const folder = join(ROOT, "screenshots");
  await Deno.mkdir(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

/** What JupyterLab shows of itself to the page when it is told to. */
interface JupyterApp {
  readonly commands: { execute(command: string): Promise<unknown> };
  readonly shell: {
    readonly currentWidget?: {
      readonly sessionContext?: {
        readonly isReady: boolean;
        readonly session?: { readonly kernel?: { readonly status: string; readonly connectionStatus: string } };
      };
    };
  };
}

/** What runs in the page finds it there. */
declare const jupyterapp: JupyterApp;

class LabPage implements Lab {
  readonly complaints: string[] = [];
  #open = "";

  constructor(readonly url: string, readonly token: string, readonly folder: string, readonly page: Page) {
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (said) => said.type() === "error" && this.complaints.push(said.text()));
  }

  async open(name: string, cells?: readonly CellSource[]): Promise<void> {
    if (cells) await Deno.writeTextFile(join(this.folder, name), JSON.stringify(notebookOf(cells)));
    this.#open = name;
    await this.page.goto(`${this.url}lab/tree/${name}?reset&token=${this.token}`);
    await this.#ready();
    await this.page.evaluate(() => jupyterapp.commands.execute("application:toggle-left-area"));
  }

  async run(cell: number): Promise<void> {
    await this.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-InputArea").click();
    await this.#command("notebook:run-cell");
  }

  async runAll(): Promise<void> {
    await this.#command("notebook:run-all-cells");
  }

  async finished(cell: number): Promise<void> {
    const prompt = this.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-InputPrompt");
    await prompt.filter({ hasText: /\[\d+\]/ }).waitFor();
  }

  output(cell: number): string {
    return `.jp-Notebook .jp-Cell >> nth=${cell} >> .jp-OutputArea-output`;
  }

  async text(cell: number): Promise<string> {
    return (await this.page.locator(this.output(cell)).allInnerTexts()).join("\n");
  }

  async add(source: CellSource): Promise<void> {
    await this.page.locator(".jp-Notebook .jp-Cell").last().locator(".jp-InputArea").click();
    await this.page.evaluate(() => jupyterapp.commands.execute("notebook:insert-cell-below"));
    await this.page.locator(".jp-Notebook .jp-Cell").last().locator(".cm-content").click();
    await this.page.keyboard.insertText(source);
  }

  async stop(): Promise<void> {
    await this.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]').click();
  }

  async save(): Promise<Notebook> {
    await this.page.evaluate(() => jupyterapp.commands.execute("docmanager:save"));
    return JSON.parse(await Deno.readTextFile(join(this.folder, this.#open)));
  }

  async reload(): Promise<void> {
    await this.page.goto("about:blank");
    await this.open(this.#open);
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: await screenshotPath(name) });
  }

  /** Commands end with the cells that they run, so nobody waits for them. */
  async #command(name: string): Promise<void> {
    await this.page.evaluate((name) => void jupyterapp.commands.execute(name), name);
  }

  async #ready(): Promise<void> {
    await this.page.locator(".jp-Notebook .jp-Cell").first().waitFor();
    // A command that comes before the kernel is connected asks which kernel to start.
    await this.page.waitForFunction(() => {
      const session = jupyterapp.shell.currentWidget?.sessionContext, kernel = session?.session?.kernel;
      return session?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
    });
  }
}

function notebookOf(sources: readonly CellSource[]): unknown {
  const cells = sources.map((source, i) => ({
    id: `cell-${i}`,
    metadata: {},
    source,
    ...source.startsWith("#") ? { cell_type: "markdown" } : { cell_type: "code", execution_count: null, outputs: [] },
  }));
  const kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  return { cells, metadata: { kernelspec, language_info: { name: "typescript" } }, nbformat: 4, nbformat_minor: 5 };
}
