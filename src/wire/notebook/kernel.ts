import { messageOf, SondeError } from "../../core/errors.ts";

/** One thing in several kinds, by MIME type: every notebook shows the best that it can. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What of `Deno.jupyter` is used: in tests, something else may stand in for it. */
export interface KernelApi {
  /** Sends a bundle to the notebook; `update` replaces what has the same `display_id`. */
  display(
    bundle: Bundle,
    options: { readonly raw: true; readonly display_id?: string; readonly update?: boolean },
  ): Promise<void>;
}

/** How a bundle is displayed. */
export interface DisplayOptions {
  /** Names the output, so that it can be updated: `newDisplayId()` makes one. */
  readonly id?: string;
  /** Replaces what was displayed under `id`, wherever it stands, instead of adding an output. */
  readonly update?: boolean;
}

let standIn: KernelApi | undefined;
let guarded = false;
/** The end of what is being displayed: outputs go out one by one, in order. */
let tail: Promise<void> = Promise.resolve();

function kernelApi(): KernelApi | undefined {
  if (standIn) return standIn;
  try {
    return (Deno as { readonly jupyter?: KernelApi }).jupyter;
  } catch {
    // The getter throws everywhere but in the kernel.
    return undefined;
  }
}

/**
 * Whether this program runs in a Jupyter kernel, where things can be displayed.
 *
 * @example
 * ```ts
 * import { inKernel } from "./kernel.ts";
 * console.assert(!inKernel()); // a program, or a test
 * ```
 */
export function inKernel(): boolean {
  return typeof kernelApi()?.display === "function";
}

/** Whether it is a kernel indeed, and nothing that stands in for one in a test. */
export function inRealKernel(): boolean {
  return !standIn && inKernel();
}

/**
 * Sends a bundle to the notebook, behind all that was sent before. What is on its way when a cell ends may come after the
 * cell's end; programs that execute notebooks lose it, so await `flush` first.
 *
 * @throws SondeError outside a kernel, or when the kernel refuses it
 *
 * @example
 * ```ts
 * import { type Bundle, display, useKernel } from "./kernel.ts";
 * const shown: Bundle[] = [];
 * using _ = useKernel({ display: (bundle) => Promise.resolve(void shown.push(bundle)) });
 * await display({ "text/plain": "hello" });
 * console.assert(shown.length === 1);
 * ```
 */
export function display(bundle: Bundle, { id, update }: DisplayOptions = {}): Promise<void> {
  const api = kernelApi();
  if (!api) return Promise.reject(new SondeError("display needs a Jupyter kernel, and this program runs in none"));
  guardKernel();
  const sent = tail.then(() => api.display(bundle, { raw: true, ...(id && { display_id: id, update: !!update }) }));
  tail = sent.catch(() => {});
  return sent.catch((thrown) => {
    throw new SondeError(`the kernel did not display an output: ${messageOf(thrown)}`, { cause: thrown });
  });
}

/** A name for an output that no other has. */
export function newDisplayId(): string {
  return `sonde-${crypto.randomUUID()}`;
}

/**
 * Resolves when all that was displayed has gone out and has had time to arrive: the kernel may report the end of a cell
 * before its last outputs, and programs that execute notebooks drop those.
 *
 * @param settleMs how long outputs may take to arrive
 */
export async function flush(settleMs = 100): Promise<void> {
  if (!inKernel()) return;
  await tail;
  // In tests nothing is on its way.
  if (inRealKernel()) await new Promise((resolve) => setTimeout(resolve, settleMs));
}

/**
 * Keeps the kernel alive when a timer or a promise fails that nobody waits for: uncaught, that ends the thread that runs
 * cells, and the kernel seems alive and answers nothing. The error is written to the output instead. It does nothing
 * outside a kernel, where an uncaught error has to end the program; calling it twice does no harm.
 */
export function guardKernel(): void {
  if (guarded || !inRealKernel()) return;
  guarded = true;
  const report = (event: Event, what: string, reason: unknown) => {
    event.preventDefault();
    console.error(`${what} (the kernel goes on): ${reason instanceof Error ? reason.stack : String(reason)}`);
  };
  globalThis.addEventListener(
    "error",
    (event) => report(event, "an error nobody caught", event.error ?? event.message),
  );
  globalThis.addEventListener(
    "unhandledrejection",
    (event) => report(event, "a promise nobody waited for has failed", event.reason),
  );
}

/**
 * For tests: displays to something else, as if this were a kernel, until disposed.
 */
export function useKernel(api: KernelApi): Disposable {
  const before = standIn;
  standIn = api;
  return {
    [Symbol.dispose]() {
      standIn = before;
    },
  };
}
