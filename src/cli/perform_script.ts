import { SondeError } from "../core/errors.ts";
import { untilIdle } from "./end_process.ts";
import { importScript } from "./import_script.ts";
import { toFileUrl } from "./to_file_url.ts";

/** A script that ended the program by itself. */
class ScriptExit extends SondeError {
  override name = "ScriptExit";
  constructor(readonly code: number) {
    super(`the script ended with exit code ${code}`);
  }
}

/** So long a script that has failed may take to its end, before the next one begins beside it. */
const PATIENCE_MS = 10_000;

/**
 * Runs a script that drives its own scan, in this process. What it leaves to the program's end fails it alone: errors that
 * nobody catches, and `Deno.exit`.
 *
 * @param onFailure called when it has failed; it may still be going on then, and is waited for afterwards
 * @param isOwed asked when its text has ended: whether there is something that it did not wait for, and that is waited for
 * until nothing is left to be done
 * @throws what the script throws
 */
export async function performScript(
  path: string,
  onFailure: () => void = () => {},
  isOwed: () => boolean = () => false,
): Promise<void> {
  const { exit } = Deno, failed = Promise.withResolvers<never>();
  const fail = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    failed.reject("reason" in event ? event.reason : event.error);
  };
  failed.promise.catch(() => {});
  globalThis.addEventListener("unhandledrejection", fail);
  globalThis.addEventListener("error", fail);
  Deno.exit = (code = 0) => {
    const exited = new ScriptExit(code);
    failed.reject(exited);
    throw exited;
  };
  const whole = importScript(toFileUrl(path)).then(() => isOwed() ? untilIdle() : undefined);
  try {
    await Promise.race([whole, failed.promise]);
  } catch (thrown) {
    const wanted = thrown instanceof ScriptExit && thrown.code === 0;
    if (!wanted) onFailure();
    // Who presses Ctrl-C a second time does not want to wait.
    if (!(thrown instanceof ScriptExit && thrown.code === 130)) await settled(whole);
    if (!wanted) throw thrown;
  } finally {
    Deno.exit = exit;
    globalThis.removeEventListener("unhandledrejection", fail);
    globalThis.removeEventListener("error", fail);
  }
}

/** Waits for the end of what has failed, whatever that is, with patience. */
async function settled(whole: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>(), timer = setTimeout(resolve, PATIENCE_MS);
  // Or else there would always be something left to be done: to wait.
  Deno.unrefTimer(timer);
  await Promise.race([whole.catch(() => {}), untilIdle(), promise]);
  clearTimeout(timer);
}
