import process from "node:process";

/** Lets somebody print while a picture is out of the way. */
export type Above = <T>(print: () => T) => T;

/** What of the console goes to standard error. */
const TO_ERROR: ReadonlySet<string> = new Set(["error", "warn", "trace", "assert"]);
/** What of the console writes; the others only count or remember. */
const WRITERS = [
  ...["log", "info", "debug", "dir", "dirxml", "table", "group", "groupCollapsed", "count", "timeLog", "timeEnd"],
  ...TO_ERROR,
] as const;

type Write = (chunk: Uint8Array | string, ...rest: unknown[]) => unknown;
type Methods = Record<string, (...args: unknown[]) => unknown>;

/**
 * Sends all that this program prints to its terminal through `above` until it is disposed: the console, `Deno.stdout` and
 * `Deno.stderr`, and those of node. What goes to a file or another program is left alone, and so is what native libraries
 * print, which nobody here sees.
 */
export function printAbove(above: Above): Disposable {
  const undo: (() => void)[] = [];
  const terminals = { out: Deno.stdout.isTerminal(), error: Deno.stderr.isTerminal() };
  let inside = false;
  const once: Above = (print) => {
    if (inside) return print();
    inside = true;
    try {
      return above(print);
    } finally {
      inside = false;
    }
  };
  const replace = (owner: object, name: string, make: (old: (...args: unknown[]) => unknown) => unknown) => {
    const methods = owner as Methods, own = Object.hasOwn(owner, name), old = methods[name];
    methods[name] = make(old.bind(owner)) as Methods[string];
    undo.push(() => own ? void (methods[name] = old) : void delete methods[name]);
  };
  for (const name of WRITERS) {
    if (!(TO_ERROR.has(name) ? terminals.error : terminals.out)) continue;
    replace(console, name, (old) => (...args: unknown[]) => once(() => old(...args)));
  }
  const streams = [[terminals.out, Deno.stdout, process.stdout], [
    terminals.error,
    Deno.stderr,
    process.stderr,
  ]] as const;
  for (const [terminal, stream, nodeStream] of streams) {
    if (!terminal) continue;
    const writeSync = stream.writeSync.bind(stream);
    const line = (write: Write): Write => (chunk, ...rest) =>
      once(() => {
        const result = write(chunk, ...rest);
        // The picture begins on a line of its own.
        if (!endsLine(chunk)) writeSync(NEWLINE);
        return result;
      });
    replace(stream, "writeSync", (old) => line(old as Write));
    // What is written later would be written over the picture.
    replace(stream, "write", () => (bytes: Uint8Array) => Promise.try(() => stream.writeSync(bytes)));
    replace(nodeStream, "write", (old) => line(old as Write));
  }
  return {
    [Symbol.dispose]() {
      for (const one of undo.splice(0).reverse()) one();
    },
  };
}

const NEWLINE = Uint8Array.of(10);

function endsLine(chunk: Uint8Array | string): boolean {
  return typeof chunk === "string" ? !chunk || chunk.endsWith("\n") : !chunk.length || chunk.at(-1) === 10;
}
