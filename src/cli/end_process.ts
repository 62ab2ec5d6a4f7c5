import { notice } from "./output.ts";

let waiting: (() => void)[] = [];

/**
 * Resolves when nothing is left to be done in this process but what waits for this: whatever a script has begun and not
 * waited for has come to its end. Only in a process that ends by `endProcess`.
 */
export function untilIdle(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

/**
 * Ends the process with the exit code of a command. To be called, not awaited: where a module awaits something at its top,
 * nobody hears that nothing is left to be done.
 */
export function endProcess(command: Promise<number>): void {
  globalThis.addEventListener("beforeunload", (event) => {
    event.preventDefault();
    const those = waiting;
    waiting = [];
    for (const resolve of those) resolve();
    if (those.length) return;
    notice("error: what is waited for never comes");
    Deno.exit(1);
  });
  command.then((code) => Deno.exit(code));
}
