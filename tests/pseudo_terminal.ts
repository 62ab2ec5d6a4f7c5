import { PseudoTerminal, type PseudoTerminalOptions } from "../tools/pseudo_terminal.ts";
import { PYTHON } from "./python.ts";

export type { PseudoTerminal, TerminalEnded } from "../tools/pseudo_terminal.ts";

/** Starts a program at a pseudo-terminal, which the Python of `.venv` opens. */
export function pseudoTerminal(words: readonly string[], options: PseudoTerminalOptions = {}): PseudoTerminal {
  return new PseudoTerminal(words, { python: PYTHON, ...options });
}

/** A test that needs a pseudo-terminal. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const ignore = Deno.build.os === "windows";
  Deno.test({ name: `${name} (not on Windows, which has no pseudo-terminals in Python)`, ignore, fn });
}

/** The lines of JSON that a child printed. */
export function jsonLines<T>(out: string): T[] {
  return out.split("\n").filter((line) => line).map((line) => JSON.parse(line));
}
