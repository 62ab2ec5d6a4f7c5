import { InputError, messageOf, SondeError } from "../core/errors.ts";

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

/** Results: to standard output. */
export function print(text: string): void {
  writeAll(Deno.stdout, text.endsWith("\n") ? text : `${text}\n`);
}

/** Notices: to standard error. */
export function notice(text: string): void {
  writeAll(Deno.stderr, `${text}\n`);
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
    for (const line of messageOf(thrown).split("\n")) notice(`error: ${line}`);
  }
  if (debug && thrown instanceof Error) notice(thrown.stack ?? "");
  return code;
}
