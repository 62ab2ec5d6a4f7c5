import { messageOf } from "../../core/errors.ts";
import { type KeptSafe, onKeptSafe } from "../../core/keep_safe.ts";
import { makeSafe } from "../../hw/make_safe.ts";

/** The argument that makes a compiled program a watchdog. */
export const WATCHDOG_ARGUMENT = "watchdog";

interface Watching {
  readonly child: Deno.ChildProcess;
  readonly lines: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
}

let stopWatching: Disposable | undefined;
let watching: Watching | undefined;

/**
 * Watches over this process from another one, which makes the devices of its rigs safe when it ends before they are
 * closed, by a kill too. The other process is started with the first rig that has a device with a `safeState`, has a
 * session of its own, so that what is sent to this process does not reach it, and ends with this one or when it is
 * stopped. In kernels it is there by default.
 *
 * @returns disposing of it ends the watching; nothing is made safe then
 *
 * @example
 * ```ts
 * import { startWatchdog } from "./watchdog.ts";
 * using _watchdog = startWatchdog(); // in a program of one's own, before `connect`
 * ```
 */
export function startWatchdog(): Disposable {
  stopWatching ??= onKeptSafe((all) => {
    if (all.length || watching) send(all);
  });
  return {
    [Symbol.dispose]() {
      stopWatching?.[Symbol.dispose]();
      stopWatching = undefined;
      if (!watching) return;
      send([]);
      const { lines } = watching;
      watching = undefined;
      lines.close().catch(() => {});
    },
  };
}

/** The process of the watchdog, where there is one. */
export function watchdogPid(): number | undefined {
  return watching?.child.pid;
}

/** A line is the whole truth: what is to be done if nothing comes after it. */
function send(all: readonly KeptSafe[]): void {
  try {
    watching ??= spawn();
  } catch (thrown) {
    return console.error(
      `warning: no watchdog could be started (${
        messageOf(thrown)
      }), so these devices are not made safe if this process ` +
        `is killed: ${[...new Set(all.map(({ device }) => device))].join(", ")}`,
    );
  }
  const { lines } = watching;
  // Where it cannot be written, the watchdog has ended, and that is said.
  lines.write(new TextEncoder().encode(JSON.stringify(all) + "\n")).catch(() => {});
}

function spawn(): Watching {
  const child = new Deno.Command(Deno.execPath(), {
    args: watchdogArguments(),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  // It must not keep this program alive.
  child.unref();
  child.status.then(() => {
    if (watching?.child !== child) return;
    watching = undefined;
    console.error(
      "warning: the watchdog was ended from outside; the next rig that is connected or closed starts another",
    );
  });
  return { child, lines: child.stdin.getWriter() };
}

/** Its program goes as text, so that nothing has to be found, fetched or compiled when it starts. */
function watchdogArguments(): string[] {
  if (Deno.build.standalone) return [WATCHDOG_ARGUMENT];
  return ["eval", "--no-config", "--no-lock", "--quiet", `(${runWatchdog})(${makeSafe})`];
}

/**
 * What the other process does: keeps the last line of its stdin in mind, and at the end does what it says. A compiled
 * program calls it when its first argument is `watchdog`. It is sent as text, so it uses nothing from outside of itself.
 *
 * @param perform `makeSafe`
 */
export async function runWatchdog(perform: (devices: readonly KeptSafe[]) => Promise<string[]>): Promise<never> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, () => {});
  let text = "";
  try {
    for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      // Of what has come whole, only the last line counts.
      const end = text.lastIndexOf("\n"), start = text.lastIndexOf("\n", end - 1) + 1;
      if (end > 0) text = text.slice(start);
    }
  } catch { /* broken is ended */ }
  const [line] = text.split("\n");
  const failures = line ? await perform(JSON.parse(line)) : [];
  Deno.exit(failures.length ? 1 : 0);
}
