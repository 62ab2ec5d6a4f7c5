import { PYTHON } from "../tests/python.ts";

/** A process that answers requests, one line of JSON each. */
export interface LinePeer extends AsyncDisposable {
  ask<T>(request: unknown): Promise<T>;
}

/** Starts a Python program of the tests' environment that answers one request at a time, so that its imports cost nothing. */
export function startLinePeer(script: string): LinePeer {
  const child = new Deno.Command(PYTHON, { args: [script], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async ask(request) {
      await writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
      let line = "";
      while (!line.endsWith("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`${script} ended before it answered`);
        line += value;
      }
      return JSON.parse(line);
    },
    async [Symbol.asyncDispose]() {
      await writer.close();
      await child.status;
      await reader.cancel();
    },
  };
}
