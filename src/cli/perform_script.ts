import { SondeError } from "../core/errors.ts";
import { importScript } from "./import_script.ts";
import { toFileUrl } from "./to_file_url.ts";

/** A script that ended the program by itself. */
class ScriptExit extends SondeError {
  override name = "ScriptExit";
  constructor(readonly code: number) {
    super(`the script ended with exit code ${code}`);
  }
}

/** Scripts that have run already: a module is run once only under one name. */
const ran = new Map<string, number>();

/**
 * Runs a script that drives its own scan, in this process. What it leaves to the program's end fails it alone: errors that
 * nobody catches, and `Deno.exit`.
 *
 * @throws what the script throws
 */
export async function performScript(path: string): Promise<void> {
  const url = toFileUrl(path), times = ran.get(url) ?? 0, { exit } = Deno, failed = Promise.withResolvers<never>();
  ran.set(url, times + 1);
  const fail = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    failed.reject("reason" in event ? event.reason : event.error);
  };
  failed.promise.catch(() => {});
  globalThis.addEventListener("unhandledrejection", fail);
  globalThis.addEventListener("error", fail);
  Deno.exit = (code = 0) => {
    const ended = new ScriptExit(code);
    failed.reject(ended);
    throw ended;
  };
  try {
    await Promise.race([importScript(times ? `${url}?again=${times}` : url), failed.promise]);
  } catch (thrown) {
    if (!(thrown instanceof ScriptExit) || thrown.code !== 0) throw thrown;
  } finally {
    Deno.exit = exit;
    globalThis.removeEventListener("unhandledrejection", fail);
    globalThis.removeEventListener("error", fail);
  }
}
