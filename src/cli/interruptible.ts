import { SondeError } from "../core/errors.ts";

/** A command that was ended by Ctrl-C, or by a signal to end. */
export class Interrupted extends SondeError {
  /** `Interrupted`, for logs and for `switch`. */
  override name = "Interrupted";
  /** 130, as shells have it. */
  override readonly exitCode = 130;
}

/**
 * Tells of the first Ctrl-C, or of a signal to end, until it is disposed; without it, either would end the process at once,
 * as the second one does: what does not let itself be ended in order is not waited for.
 */
export interface Interrupt extends Disposable {
  /** Aborted with an `Interrupted` that ends the command with 130. */
  readonly signal: AbortSignal;
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Lets a command end in its own order when it is interrupted.
 *
 * @param why what has happened, for the message: `the move was stopped`
 */
export function interruptible(why: string): Interrupt {
  const controller = new AbortController();
  const abort = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort(new Interrupted(`interrupted: ${why}`));
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => SIGNALS.forEach((signal) => Deno.removeSignalListener(signal, abort)),
  };
}
