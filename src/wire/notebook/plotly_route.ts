import { plotlySource } from "../../view/plotly_source.ts";
import { route } from "./loopback.ts";

/** Where pages get plotly.js from, and whether any has. */
export interface PlotlyRoute {
  /** For `fetch` or a script element. */
  readonly url: string;
  /** Whether a browser has fetched it from here. */
  readonly reached: boolean;
}

let reached = false;

async function answer(): Promise<Response> {
  const source = await plotlySource();
  reached = true;
  return new Response(source, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "private, max-age=86400" },
  });
}

/** plotly.js on the kernel's own server, from the first call on. */
export function plotlyRoute(): PlotlyRoute {
  const { url } = route("plotly.js", answer);
  return { url, reached };
}
