import { type Bundle, type KernelApi, useKernel } from "../src/wire/notebook/kernel.ts";
import { closeLoopback } from "../src/wire/notebook/loopback.ts";

/** What a notebook would hold: outputs by their display id, in order, updates in place. */
export interface FakeNotebook extends AsyncDisposable {
  /** Every message, in the order in which it was sent. */
  readonly sent: { readonly bundle: Bundle; readonly update: boolean; readonly atMs: number }[];
  /** What is left of them. */
  outputs(): Bundle[];
  /** Ends when so many messages were sent. */
  until(messages: number): Promise<void>;
}

/** Plays a kernel until it is disposed of. */
export function fakeNotebook(refuse: (messages: number) => boolean = () => false): FakeNotebook {
  const sent: { bundle: Bundle; update: boolean; atMs: number }[] = [], byId = new Map<string, Bundle>();
  const display: KernelApi["display"] = async (bundle, { display_id: id = crypto.randomUUID(), update = false }) => {
    await Promise.resolve();
    if (refuse(sent.length)) throw new Error("the notebook is gone");
    if (update && !byId.has(id)) throw new Error(`nothing to update: ${id}`);
    sent.push({ bundle, update, atMs: performance.now() });
    byId.set(id, bundle);
  };
  const kernel = useKernel({ display });
  return {
    sent,
    outputs: () => [...byId.values()],
    async until(messages) {
      while (sent.length < messages) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async [Symbol.asyncDispose]() {
      kernel[Symbol.dispose]();
      await closeLoopback();
    },
  };
}

/** What an update draws: the arguments of `sondeLive.draw`. */
export function drawnBy(bundle: Bundle): {
  readonly status: { readonly part?: number; readonly state: string; readonly lines: readonly string[] };
  // deno-lint-ignore no-explicit-any -- plotly's JSON
  readonly figure: { readonly data: any[]; readonly layout: any };
} | undefined {
  const call = /sondeLive\?\.draw\((.*)\)<\/script>$/s.exec(String(bundle["text/html"]));
  if (!call) return undefined;
  const [, status, figure] = JSON.parse(`[${call[1]}]`);
  return { status, figure };
}
