// An instrument that is not there: a synthesiser and a picoammeter on a quartz tuning fork, spoken to by SCPI over TCP.
// It stands in for yours in the notebook, in docs/your-instrument.md and in the tests.

/** The fork's resonance, Hz, how sharp it is, and the current at its top with 1 V, A. */
const RESONANCE = 32_768, QUALITY = 8_000, TOP = 2e-6;

/** How fast the synthesiser sweeps, Hz a second, and how many samples its trace has. */
const SWEEP = 2_000, SAMPLES = 64;

/** A running instrument. */
export interface Instrument extends AsyncDisposable {
  /** Where it listens: `tcp://127.0.0.1:…`. */
  readonly address: string;
  /** What it was told, line by line. */
  readonly heard: string[];
  /** How many connections it has had. */
  connections(): number;
}

class Fork {
  amplitude = 1;
  output = false;
  errors: string[] = [];
  #from = 32_760;
  #to = 32_760;
  #startedMs = 0;

  frequency(): number {
    const swept = SWEEP * (performance.now() - this.#startedMs) / 1000, way = this.#to - this.#from;
    return swept >= Math.abs(way) ? this.#to : this.#from + Math.sign(way) * swept;
  }

  moving(): boolean {
    return this.frequency() !== this.#to;
  }

  sweepTo(frequency: number): void {
    this.#from = this.frequency();
    this.#to = frequency;
    this.#startedMs = performance.now();
  }

  async settled(): Promise<void> {
    while (this.moving()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** The current's part in phase with the voltage. */
  current(): number {
    const detuning = 2 * QUALITY * (this.frequency() - RESONANCE) / RESONANCE;
    return this.output ? TOP * this.amplitude / (1 + detuning ** 2) : 0;
  }

  /** One period, as big-endian float32. */
  trace(): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * SAMPLES)), top = this.current();
    for (let i = 0; i < SAMPLES; i++) view.setFloat32(4 * i, top * Math.sin(2 * Math.PI * i / SAMPLES));
    return new Uint8Array(view.buffer);
  }
}

/** What is answered to a command: nothing, a line, or a block of bytes. */
type Answer = void | string | Uint8Array | Promise<string>;

function obey(fork: Fork, command: string): Answer {
  const [header, argument = ""] = command.trim().split(/\s+/, 2), number = Number(argument);
  switch (header.toUpperCase()) {
    case "*IDN?":
      return "Nowhere Instruments,Fork Bench,1,1.0";
    case "*OPC?":
      return fork.settled().then(() => "1");
    case "SOUR:FREQ":
      if (!(number >= 1 && number <= 100_000)) return void fork.errors.push('-222,"Data out of range"');
      return fork.sweepTo(number);
    case "SOUR:FREQ?":
      return fork.frequency().toExponential(9);
    case "SOUR:FREQ:SWE?":
      return fork.moving() ? "1" : "0";
    case "SOUR:VOLT":
      return void (fork.amplitude = number);
    case "SOUR:VOLT?":
      return String(fork.amplitude);
    case "OUTP":
      return void (fork.output = argument === "1");
    case "OUTP?":
      return fork.output ? "1" : "0";
    case "MEAS:CURR?":
      return fork.current().toExponential(6);
    case "TRAC:DATA?":
      return fork.trace();
    case "ABOR":
      return fork.sweepTo(fork.frequency());
    case "SYST:ERR?":
      return fork.errors.shift() ?? '0,"No error"';
    default:
      return void fork.errors.push(`-113,"Undefined header; ${header}"`);
  }
}

const encoder = new TextEncoder();

function bytesOf(answer: string | Uint8Array): Uint8Array {
  if (typeof answer === "string") return encoder.encode(`${answer}\n`);
  const count = String(answer.length), head = encoder.encode(`#${count.length}${count}`);
  return Uint8Array.of(...head, ...answer, 10);
}

/** Starts the instrument on a free port of this computer. */
export function startInstrument(): Instrument {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), fork = new Fork();
  const heard: string[] = [], open = new Set<Deno.Conn>();
  let connections = 0;

  const serve = async (connection: Deno.Conn) => {
    open.add(connection);
    connections++;
    const chunk = new Uint8Array(4096), decoder = new TextDecoder();
    let rest = "";
    try {
      for (let count; (count = await connection.read(chunk)) !== null;) {
        const lines = (rest + decoder.decode(chunk.subarray(0, count))).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          heard.push(line);
          const answer = obey(fork, line);
          // What takes its time does not hold up what comes behind it.
          if (answer) void Promise.resolve(answer).then((text) => connection.write(bytesOf(text))).catch(() => {});
        }
      }
      connection.close();
    } catch { /* the other end is gone, or this one is closed */ }
    open.delete(connection);
  };
  const serving = (async () => {
    for await (const connection of listener) void serve(connection);
  })();

  return {
    address: `tcp://127.0.0.1:${listener.addr.port}`,
    heard,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await serving;
    },
  };
}
