import { systemClock } from "../../core/clock.ts";
import { messageOf, SondeError } from "../../core/errors.ts";
import { duration } from "../../scan/duration.ts";
import { type Bridge, type Message, parseMessage } from "./bridge.ts";

/** Where an optimiser can find the scan, and how long it is waited for. */
export interface HttpBridgeOptions {
  /** The port on this computer; any that is free when left out. */
  readonly port?: number;
  /** What the optimiser must know; a random one when left out. */
  readonly token?: string;
  /** A reply that takes longer ends the run; 600 000 when left out, so that there is time to start a notebook. */
  readonly timeoutMs?: number;
}

/** A bridge that listens, until it is closed. */
export interface HttpBridge extends Bridge, AsyncDisposable {
  /** Where to post replies, as in `http://127.0.0.1:8123/`. */
  readonly url: string;
  /** For the header `Authorization: Bearer …`. */
  readonly token: string;
}

/** A poll without news ends after this long, with status 204; the optimiser polls again. */
const POLL_MS = 20_000;
/** A reply that is larger is none. */
const LARGEST_BYTES = 2 ** 24;
/** How long a closed bridge waits for the last response to be fetched. */
const GRACE_MS = 1_000;

/**
 * A server on this computer's loopback that an optimiser, in a notebook say, talks to: it posts its reply to the last
 * message (`{}` the first time) and the response is the next message. A reply that is posted again, because the
 * connection broke, counts once. Where nothing is to be said yet the response is 204; when the run has ended it is `{"end":
 * "…"}`. Whoever does not know the token is refused.
 *
 * @example
 * ```ts
 * import { httpBridge } from "./http_bridge.ts";
 * await using bridge = httpBridge();
 * const headers = { authorization: `Bearer ${bridge.token}` };
 * const post = (reply: unknown) => fetch(bridge.url, { method: "POST", headers, body: JSON.stringify(reply) });
 * const reply = bridge.exchange({ id: 0, ask: 1 });
 * const message = await (await post({})).json();
 * const last = post({ id: message.id, setpoints: [{ x: 1 }] });
 * console.assert(message.ask === 1 && "setpoints" in await reply);
 * await bridge.close();
 * console.assert("end" in await (await last).json());
 * ```
 */
export function httpBridge(options: HttpBridgeOptions = {}): HttpBridge {
  return new LoopbackBridge(options);
}

/** A message that has not been answered. */
interface Pending {
  readonly message: Message;
  resolve(reply: Message): void;
  reject(error: Error): void;
}

class LoopbackBridge implements HttpBridge {
  readonly token: string;
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #timeoutMs: number;
  #pending: Pending | undefined;
  #over: SondeError | undefined;
  #polls = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor({ port = 0, token = crypto.randomUUID(), timeoutMs = 600_000 }: HttpBridgeOptions) {
    this.token = token;
    this.#timeoutMs = timeoutMs;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {}, onError: (thrown) => refuse(400, messageOf(thrown)) },
      (request) => this.#serve(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  get name(): string {
    return `the optimiser at ${this.url}`;
  }

  exchange(message: Message): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      if (this.#pending) return reject(new SondeError(`${this.name}: was asked before it had answered`));
      const late = () => reject(new SondeError(`${this.name}: did not answer within ${duration(this.#timeoutMs)}`));
      const cancel = Number.isFinite(this.#timeoutMs)
        ? systemClock.timer(this.#timeoutMs, () => {
          this.#pending = undefined;
          late();
        })
        : () => {};
      const settle = () => {
        this.#pending = undefined;
        cancel();
      };
      this.#pending = {
        message,
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (error) => (settle(), reject(error)),
      };
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of [...this.#polls]) wake();
  }

  async #serve(request: Request): Promise<Response> {
    if (request.method !== "POST") return refuse(405, "post the reply to the last message, or {}");
    if (!sameText(request.headers.get("authorization") ?? "", `Bearer ${this.token}`)) {
      return refuse(401, "the header is: Authorization: Bearer <token>");
    }
    if (Number(request.headers.get("content-length") ?? 0) > LARGEST_BYTES) {
      return refuse(413, `a reply has ${LARGEST_BYTES} bytes at the most`);
    }
    const reply = parseMessage(await request.text() || "{}", this.name);
    if (this.#pending && reply.id === this.#pending.message.id) this.#pending.resolve(reply);
    return await this.#next();
  }

  /** The next message, as soon as there is one. */
  async #next(): Promise<Response> {
    const untilMs = performance.now() + POLL_MS;
    while (!this.#over && !this.#pending && performance.now() < untilMs) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#polls.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, untilMs - performance.now());
        this.#polls.add(wake);
      });
    }
    if (this.#over) return Response.json({ end: "the run has ended" });
    return this.#pending ? Response.json(this.#pending.message) : new Response(null, { status: 204 });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#over = new SondeError(`${this.name}: is closed`);
    this.#pending?.reject(this.#over);
    this.#wake();
    // A client that keeps its connection open and does not read from it is not waited for.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, GRACE_MS));
    await Promise.race([this.#server.shutdown(), late]);
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** Compares without telling by its time how much of the token was right. */
function sameText(received: string, wanted: string): boolean {
  const [a, b] = [received, wanted].map((text) => new TextEncoder().encode(text));
  let different = a.length ^ b.length;
  for (let k = 0; k < b.length; k++) different |= (a[k] ?? 0) ^ b[k];
  return different === 0;
}
