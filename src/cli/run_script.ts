import { InputError, type Issue } from "../core/errors.ts";
import { begunRuns } from "../wire/begun_runs.ts";
import { untilIdle } from "./end_process.ts";
import { importScript } from "./import_script.ts";
import { inProgress } from "./queued_run.ts";
import { scriptIssues } from "./script_issues.ts";
import { toFileUrl } from "./to_file_url.ts";

/**
 * Runs a script that drives its own scan, alone in this process. A script that does not wait for its scan (`main();` in its
 * last line) is waited for, until nothing is left to be done; one that has waited for it ends where its text ends.
 *
 * @throws InputError in a line where it cannot be loaded; else what the script throws, also where nobody waits for it; what it has begun ends first
 */
export async function runScript(path: string): Promise<void> {
  using made = begunRuns();
  const failed = Promise.withResolvers<never>();
  const fail = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    failed.reject("reason" in event ? event.reason : event.error);
  };
  globalThis.addEventListener("unhandledrejection", fail);
  globalThis.addEventListener("error", fail);
  try {
    await Promise.race([importScript(toFileUrl(path)), failed.promise]);
    if (!made.runs.length || made.runs.some(inProgress)) await Promise.race([untilIdle(), failed.promise]);
  } catch (thrown) {
    const left = made.runs.filter(inProgress);
    for (const run of left) run.abort("its script has failed");
    await Promise.allSettled(left.map(({ done }) => done));
    const unloaded = made.runs.length ? [] : await loadingIssues(path, thrown);
    throw unloaded.length ? new InputError(unloaded) : thrown;
  } finally {
    globalThis.removeEventListener("unhandledrejection", fail);
    globalThis.removeEventListener("error", fail);
  }
}

/** What keeps a script from being loaded, where that may be why it has failed; none where nobody can say. */
async function loadingIssues(path: string, thrown: unknown): Promise<readonly Issue[]> {
  if (!(thrown instanceof SyntaxError || thrown instanceof TypeError)) return [];
  return await scriptIssues(path).catch(() => []);
}
