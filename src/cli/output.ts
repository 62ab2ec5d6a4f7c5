import { InputError, messageOf, SondeError } from "../core/errors.ts";
import { systemReason } from "./system_reason.ts";

const encoder = new TextEncoder();

/** What every command may be told about its output. */
export interface OutputOptions {
  /** One JSON object on standard output, nothing for people. */
  readonly json?: boolean;
  /** Results only: no progress, no notices. */
  readonly quiet?: boolean;
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  for (let bytes = encoder.encode(text); bytes.length;) bytes = bytes.subarray(stream.writeSync(bytes));
}

let read = true;

/** Whether anybody still reads standard output, as far as what was printed tells. */
export function isStillRead(): boolean {
  return read;
}

/**
 * Results: to standard output. A reader that has seen enough (`| head -1`) is no failure.
 *
 * @throws SondeError when they cannot be written, as where a disk is full
 */
export function print(text: string): void {
  try {
    writeAll(Deno.stdout, text.endsWith("\n") ? text : `${text}\n`);
  } catch (thrown) {
    read = false;
    if (thrown instanceof Deno.errors.BrokenPipe) return;
    throw new SondeError(`the result cannot be written to standard output: ${systemReason(thrown)}`, {
      cause: thrown,
    });
  }
}

/** Notices: to standard error. Nothing fails because nobody reads them: a run goes on when its terminal is gone. */
export function notice(text: string): void {
  try {
    writeAll(Deno.stderr, `${text}\n`);
  } catch {
    // There is nowhere to say it.
  }
}

/** A result as JSON, with NaN and infinities as null. */
export function printJson(result: unknown): void {
  print(JSON.stringify(result, (_, inner) => ArrayBuffer.isView(inner) ? Array.from(inner as Float64Array) : inner));
}

/** Something went wrong that the command itself has reported: nothing more is printed. */
export class Reported extends SondeError {
  override name = "Reported";
}

/** What went wrong, in a line an issue, without a stack; gives the exit code: 2 for bad input, 130 for an interrupt, else 1. */
export function fail(thrown: unknown, { json, debug }: OutputOptions & { readonly debug?: boolean } = {}): number {
  const code = thrown instanceof SondeError ? thrown.exitCode : 1;
  if (thrown instanceof Reported) return code;
  if (json) {
    const issues = thrown instanceof InputError ? thrown.issues : undefined;
    printJson({ error: messageOf(thrown), issues, exitCode: code });
  } else {
    for (const line of linesOf(thrown)) notice(`error: ${line}`);
  }
  if (debug && thrown instanceof Error) notice(thrown.stack ?? "");
  return code;
}

/** What Deno colours in the messages of its own. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** A line an issue, and what a file may hold beside text, line ends and the codes of terminals, written out. */
function linesOf(thrown: unknown): string[] {
  const errors = thrown instanceof InputError ? thrown.issues.filter(({ severity }) => severity === "error") : [];
  const lines = errors.length
    ? errors.map(({ path, message }) => path ? `${path}: ${message}` : message)
    : messageOf(thrown).replace(COLOURS, "").split(/\r?\n/);
  return lines.map((line) => line.replace(/\p{Cc}/gu, (code) => code === "\n" ? "\\n" : hex(code)));
}

function hex(code: string): string {
  return `\\x${code.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
