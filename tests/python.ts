import { join, resolve } from "@std/path";
import { type PythonEnd, PythonServer } from "./python_server.ts";

const ROOT = resolve(import.meta.dirname!, "..");

/** The interpreter of `.venv`, which `deno task setup` makes. */
export const PYTHON = Deno.build.os === "windows"
  ? join(ROOT, ".venv", "Scripts", "python.exe")
  : join(ROOT, ".venv", "bin", "python");

/**
 * Runs a Python program in `.venv` with warnings as errors, and gives what it printed as JSON.
 * The judge of what Sonde writes and computes is always the reference implementation, never a copy of it.
 *
 * @param code the program; `input` is there as `data`, parsed from JSON (NaN and Infinity included)
 */
export async function python<T = unknown>(code: string, input: unknown = null, args: string[] = []): Promise<T> {
  const { success, stdout, stderr } = server
    ? await server.run(code, toPythonJson(input), args)
    : await spawned(code, toPythonJson(input), args);
  if (!success) throw new Error(`python failed:\n${stderr}`);
  return fromPythonJson(stdout) as T;
}

/** Forks are not to be had on Windows, and not with every library on macOS. It is there before any test begins. */
const server = Deno.build.os === "linux" &&
  await Deno.stat(PYTHON).then(() => new PythonServer(PYTHON), () => undefined);

async function spawned(code: string, data: string, args: readonly string[]): Promise<PythonEnd> {
  const program = `import sys, json, warnings\nwarnings.simplefilter("error")\ndata = json.load(sys.stdin)\n${code}`;
  const child = spawn(["-c", program, ...args]);
  const writer = child.stdin.getWriter();
  // A program that ends before it has read everything breaks the pipe; what it said matters more.
  const fed = writer.write(new TextEncoder().encode(data)).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  await fed;
  return { success, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function spawn(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(PYTHON, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  } catch (cause) {
    throw new Error(`${PYTHON} cannot be run; make it with: deno task setup`, { cause });
  }
}

/** JSON as Python's `json` reads it: NaN and infinities as bare words, typed arrays as lists. */
export function toPythonJson(input: unknown): string {
  if (typeof input === "number") {
    return Number.isFinite(input)
      ? String(Object.is(input, -0) ? "-0.0" : input)
      : Number.isNaN(input)
      ? "NaN"
      : input > 0
      ? "Infinity"
      : "-Infinity";
  }
  if (typeof input === "bigint") return String(input);
  if (ArrayBuffer.isView(input)) return toPythonJson(Array.from(input as unknown as ArrayLike<number>));
  if (Array.isArray(input)) return `[${input.map(toPythonJson).join(",")}]`;
  if (input && typeof input === "object") {
    return `{${
      Object.entries(input).filter(([, v]) => v !== undefined).map(([k, v]) =>
        `${JSON.stringify(k)}:${toPythonJson(v)}`
      ).join(",")
    }}`;
  }
  return JSON.stringify(input ?? null);
}

/** The other way: bare NaN and Infinity words become numbers. */
function fromPythonJson(text: string): unknown {
  const marked = text.replace(
    /("(?:[^"\\]|\\.)*")|-?\bInfinity\b|\bNaN\b/g,
    (word, quoted) => quoted ?? `"\\u0000${word}"`,
  );
  return JSON.parse(marked, (_, v) => typeof v === "string" && v[0] === "\u0000" ? Number(v.slice(1)) : v);
}
