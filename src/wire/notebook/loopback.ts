import { messageOf } from "../../core/errors.ts";
import { inRealKernel } from "./kernel.ts";

/** Answers what a page asks; `rest` is what stands behind the path of a route that ends in `/`. */
export type LoopbackHandler = (request: Request, rest: string) => Response | Promise<Response>;

/** A route while it is there. Disposing of it takes it away. */
export interface LoopbackRoute extends Disposable {
  /** Where a page on this computer finds it; the secret is inside, so keep it out of saved notebooks. */
  readonly url: string;
}

interface Running {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly origin: string;
}

const routes = new Map<string, LoopbackHandler>();
/** What a page must know to be heard: other pages of the same browser can reach this port too. */
const token = crypto.randomUUID();
let running: Running | undefined;

/**
 * Answers pages of this computer under a path of the kernel's own server, which listens on 127.0.0.1 only, at a port that
 * is free, from the first route on. Requests need the token that is part of `url`; only those that have it are told so by
 * CORS, so that a page of JupyterLab (another origin) may read the answer. It keeps no program alive.
 *
 * @param path without a leading slash; one that ends in `/` takes all that begins with it
 *
 * @example
 * ```ts
 * import { closeLoopback, route } from "./loopback.ts";
 * using hello = route("hello/", (_request, rest) => new Response(`hello ${rest}`));
 * const answer = await fetch(`${hello.url}page`);
 * console.assert(await answer.text() === "hello page");
 * await closeLoopback();
 * ```
 */
export function route(path: string, handler: LoopbackHandler): LoopbackRoute {
  running ??= start();
  routes.set(path, handler);
  return {
    url: `${running.origin}/${token}/${path}`,
    [Symbol.dispose]() {
      if (routes.get(path) === handler) routes.delete(path);
    },
  };
}

/** Ends the server; the next route starts it anew. A kernel does not need it, programs and tests may. */
export async function closeLoopback(): Promise<void> {
  const closing = running;
  running = undefined;
  routes.clear();
  await closing?.server.shutdown();
}

function start(): Running {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  // A kernel runs between two cells only as long as something keeps it busy; there, the end of the kernel ends the server.
  if (!inRealKernel()) server.unref();
  return { server, origin: `http://127.0.0.1:${server.addr.port}` };
}

/** The handler of a path: the one of this name, or else the longest that it begins with. */
function find(path: string): { readonly handler: LoopbackHandler; readonly rest: string } | undefined {
  const exact = routes.get(path);
  if (exact) return { handler: exact, rest: "" };
  const [above] = [...routes.keys()].filter((one) => one.endsWith("/") && path.startsWith(one))
    .sort((a, b) => b.length - a.length);
  return above === undefined ? undefined : { handler: routes.get(above)!, rest: path.slice(above.length) };
}

async function answer(request: Request): Promise<Response> {
  const { pathname, host } = new URL(request.url), [, secret, ...parts] = pathname.split("/");
  // A name that somebody has pointed at 127.0.0.1 would make a foreign page look like our own.
  const direct = host.startsWith("127.0.0.1:") || host.startsWith("localhost:");
  if (!direct || secret !== token) return new Response("the token is missing or wrong", { status: 403 });
  if (request.method === "OPTIONS") return allowed(request, new Response(null, { status: 204 }));
  const found = find(parts.join("/"));
  if (!found) return allowed(request, new Response("nothing is here any more", { status: 404 }));
  try {
    return allowed(request, await found.handler(request, decodeURIComponent(found.rest)));
  } catch (thrown) {
    return allowed(request, new Response(messageOf(thrown), { status: 500 }));
  }
}

/** Lets the page that has asked read the answer. */
function allowed(request: Request, given: Response): Response {
  // What `fetch` gave has headers that cannot be changed.
  const response = new Response(given.body, given), { headers } = response;
  headers.set("access-control-allow-origin", request.headers.get("origin") ?? "null");
  headers.append("vary", "origin");
  if (request.method === "OPTIONS") {
    headers.set("access-control-allow-methods", "GET, POST");
    headers.set("access-control-allow-headers", "content-type");
    // Browsers ask this of servers on loopback or private addresses.
    headers.set("access-control-allow-private-network", "true");
  }
  return response;
}
