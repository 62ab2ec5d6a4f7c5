import process from "node:process";
import { createInterface } from "node:readline";

/** What a run does when it is interrupted from outside. */
export interface Interruptible {
  /** Ctrl-C, or the system ending the program; `terminal` when a person sits there and could go on. */
  interrupt(event: { readonly signal: string; readonly terminal: boolean }): void;
}

/** The signals of this system that end a program: Windows has no others than these two. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const listening = new Set<Interruptible>();
const handlers = new Map<Deno.Signal, () => void>();

/** Whether this is a notebook's kernel: it may have been started from a terminal, but nobody presses keys there. */
function inNotebook(): boolean {
  try {
    return (Deno as { readonly jupyter?: unknown }).jupyter !== undefined;
  } catch {
    // The getter throws everywhere else.
    return false;
  }
}

/** Whether a person sits at a terminal and could press keys. */
export function atTerminal(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal() && !inNotebook();
}

function onSignal(signal: Deno.Signal): void {
  for (const target of [...listening]) target.interrupt({ signal, terminal: signal === "SIGINT" && atTerminal() });
}

/**
 * Sends the system's interrupts to a run, until the function returned is called. All runs in progress hear each of them.
 * This is the one place that knows about signals.
 */
export function listenForInterrupts(target: Interruptible): () => void {
  if (!listening.size) {
    for (const signal of SIGNALS) {
      const handler = () => onSignal(signal);
      handlers.set(signal, handler);
      Deno.addSignalListener(signal, handler);
    }
  }
  listening.add(target);
  return () => {
    if (!listening.delete(target) || listening.size) return;
    for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    handlers.clear();
  };
}

/** What was typed before comes in at once; nobody has read the question by then. */
const TYPED_BEFORE_MS = 100;

/**
 * Calls back for each line that a person types at the terminal; the function returned stops listening. Lines that were
 * typed before do not count: they must not set axes in motion.
 *
 * @param ended called once when there is no more input
 */
export function onLines(callback: (line: string) => void, ended: () => void = () => {}): () => void {
  const lines = createInterface({ input: process.stdin, terminal: false }), fromMs = performance.now();
  let stopped = false;
  lines.on("line", (line) => {
    if (!stopped && performance.now() - fromMs >= TYPED_BEFORE_MS) callback(line);
  });
  lines.on("close", () => {
    if (!stopped) ended();
    stopped = true;
  });
  return () => {
    stopped = true;
    lines.close();
  };
}

/** Calls back once when a person presses Enter at the terminal; the function returned stops waiting. */
export function onEnter(callback: () => void): () => void {
  const stop = onLines(() => {
    stop();
    callback();
  });
  return stop;
}
