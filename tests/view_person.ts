import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { inFolder } from "./cli_support.ts";
import { type PseudoTerminal, pseudoTerminal, type TerminalEnded, terminalTest } from "./pseudo_terminal.ts";
import { screenOf, type Shown, type Written } from "./screen_emulator.ts";

/** The rig of the scan files, and what they say beside their plan. */
export const RIG = `rig:
  wavelength: { driver: sim.monochromator, unit: nm, limits: [400, 900], instant: true }
  y: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, dwellMs: 8 }
read: [diode]
name: neon
sample: lamp
`;
/** Whether a synchronized update has begun and not ended. */
function isDrawing(screen: string): boolean {
  return screen.lastIndexOf("\x1b[?2026h") > screen.lastIndexOf("\x1b[?2026l");
}

/** A person at a terminal of 100 × 30, where somebody has worked before. */
export class Person implements AsyncDisposable {
  readonly #terminal: PseudoTerminal;
  readonly #written: Written[] = [];
  #size = { columns: 100, rows: 30 };
  #until = 0;

  /** Starts a program. */
  constructor(folder: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#terminal = pseudoTerminal(words, {
      ...{ cwd: folder, piped: true, ...this.#size },
      env: { TERM: "linux", COLORTERM: "", NO_COLOR: "", ...env },
    });
  }

  /** Presses keys, once something new has come. */
  async press(keys: string, when?: RegExp): Promise<void> {
    if (when) await this.#terminal.shows(when);
    await this.#terminal.type(keys, 150);
  }

  /** Sends a signal, once something new has come. */
  async signal(signal: Deno.Signal, when?: RegExp): Promise<void> {
    if (when) await this.#terminal.shows(when);
    await this.#terminal.signal(signal, 50);
  }

  async resize(columns: number, rows: number, when: RegExp): Promise<void> {
    await this.#terminal.shows(when);
    this.#mark();
    this.#size = { columns, rows };
    this.#terminal.resize(rows, columns);
  }

  /** Waits until nothing more is written. */
  async stopped(): Promise<void> {
    for (let length = -1; length !== this.#terminal.screen.length;) {
      length = this.#terminal.screen.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** What is seen once something has come. */
  async sees(when: RegExp): Promise<Shown> {
    await this.#terminal.shows(when);
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(250);
    // Not while a picture is half drawn, unless whoever draws it was killed in the middle.
    for (let k = 0; k < 100 && isDrawing(this.#terminal.screen); k++) await pause(10);
    const text = this.#terminal.screen.slice(this.#until);
    return await this.#shown(text);
  }

  /** What is there in the end. */
  async end(): Promise<Shown & TerminalEnded & { readonly written: string }> {
    const ended = await this.#terminal.ended;
    const shown = await this.#shown(ended.screen.slice(this.#until));
    return { ...ended, ...shown, written: ended.screen };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
  }

  #mark(): void {
    const { screen } = this.#terminal;
    this.#written.push({ text: screen.slice(this.#until), ...this.#size });
    this.#until = screen.length;
  }

  #shown(text: string): Promise<Shown> {
    const before = { text: "$ ls\r\nearlier.zarr\r\n$ sonde run scan.yaml\r\n", columns: 100, rows: 30 };
    return screenOf(before, ...this.#written, { text, ...this.#size });
  }
}

/** A test with a scan file, `scan.yaml`. */
export function viewTest(name: string, plan: string, fn: (folder: string) => Promise<void>): void {
  terminalTest(name, () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "scan.yaml"), `${RIG}plan: ${plan}\n`);
      await fn(folder);
    }));
}

/** What must not be there. */
export function assertLacks(text: string, pattern: RegExp): void {
  assert(!pattern.test(text), `${pattern} is there:\n${text}`);
}

/** Whether the terminal is as it was before. */
export function assertRestored({ restored, cursor, wraps }: Shown & TerminalEnded): void {
  assertEquals({ restored, cursor, wraps }, { restored: true, cursor: true, wraps: true });
}
