/** An instrument for tests, that answers by a function and misbehaves as it is told. */
export interface PlayedInstrument extends AsyncDisposable {
  readonly address: string;
  /** Every line that it got, in order. */
  readonly heard: string[];
  /** How many connections it has had. */
  connections(): number;
}

/** What answering may do to the connection. */
export interface Wire {
  /** Sends exactly this. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** Hangs up. */
  hangUp(): void;
  /** Which connection this is, from 1. */
  readonly number: number;
}

const encoder = new TextEncoder();

/**
 * Listens on a free port. `play` gets every line; a text that it gives is sent with a newline, anything else is its own affair.
 */
export function playInstrument(
  play: (line: string, wire: Wire) => string | undefined | void | Promise<string | void>,
  greet?: (wire: Wire) => void,
): PlayedInstrument {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), heard: string[] = [];
  const open = new Set<Deno.Conn>();
  let number = 0;

  const serve = async (connection: Deno.Conn, wire: Wire) => {
    const chunk = new Uint8Array(4096), decoder = new TextDecoder();
    let rest = "";
    greet?.(wire);
    try {
      for (let count; (count = await connection.read(chunk)) !== null;) {
        const lines = (rest + decoder.decode(chunk.subarray(0, count))).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          heard.push(line);
          void Promise.resolve(play(line, wire)).then((text) =>
            text === undefined ? undefined : wire.send(`${text}\n`)
          );
        }
      }
    } catch { /* hung up */ }
    wire.hangUp();
  };

  const wireOf = (connection: Deno.Conn): Wire => ({
    number: ++number,
    async send(bytes) {
      const whole = typeof bytes === "string" ? encoder.encode(bytes) : bytes;
      try {
        for (let sent = 0; sent < whole.length;) sent += await connection.write(whole.subarray(sent));
      } catch { /* the other end is gone */ }
    },
    hangUp() {
      if (open.delete(connection)) connection.close();
    },
  });

  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void serve(connection, wireOf(connection));
    }
  })();

  return {
    address: `tcp://127.0.0.1:${listener.addr.port}`,
    heard,
    connections: () => number,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      open.clear();
      await serving;
    },
  };
}
