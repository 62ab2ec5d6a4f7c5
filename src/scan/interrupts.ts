import process from "node:process";
import { createInterface } from "node:readline";

/** Somebody wants a run to end. */
export interface Interruption {
  /** The name of the system's signal. */
  readonly signal: string;
  /** Whether a person sits there and could go on. */
  readonly terminal: boolean;
  /** What has happened, for people and for the record. */
  readonly text: string;
}

/** What a run does when it is interrupted from outside. */
export interface Interruptible {
  /** Ctrl-C, or the system ending the program. */
  interrupt(event: Interruption): void;
}

/** What a kernel does about every interrupt, before the runs in progress do what they do. */
export interface InterruptKeeper {
  /** `ended` resolves when all runs that hear it have ended; there may be none. */
  interrupted(event: { readonly runs: number; readonly ended: Promise<void> }): void;
}

/** The signals of this system that end a program: Windows has no others than these two. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const listening = new Set<Interruptible>();
const handlers = new Map<Deno.Signal, () => void>();
let keeper: InterruptKeeper | undefined;
/** Called when the last run has ended. */
const onQuiet: (() => void)[] = [];

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
  const targets = [...listening], terminal = signal === "SIGINT" && atTerminal();
  if (signal === "SIGINT") {
    keeper?.interrupted({ runs: targets.length, ended: new Promise((resolve) => whenQuiet(resolve)) });
  }
  const text = signal !== "SIGINT" ? `ended by ${signal}` : `interrupted ${keeper ? "in the notebook" : "by Ctrl-C"}`;
  for (const target of targets) target.interrupt({ signal, terminal, text });
}

function whenQuiet(callback: () => void): void {
  if (listening.size) onQuiet.push(callback);
  else callback();
}

/** Hears the signals that somebody here does something about; the system does with the others what it does. */
function hearSignals(): void {
  const wanted = listening.size ? SIGNALS : keeper ? ["SIGINT" as const] : [];
  for (const signal of wanted) {
    if (handlers.has(signal)) continue;
    const handler = () => onSignal(signal);
    handlers.set(signal, handler);
    Deno.addSignalListener(signal, handler);
  }
  for (const [signal, handler] of handlers) {
    if (wanted.includes(signal)) continue;
    Deno.removeSignalListener(signal, handler);
    handlers.delete(signal);
  }
}

/**
 * Sends the system's interrupts to a run, until the function returned is called. All runs in progress hear each of them.
 * This is the one place that knows about signals.
 */
export function listenForInterrupts(target: Interruptible): () => void {
  listening.add(target);
  hearSignals();
  return () => {
    if (!listening.delete(target) || listening.size) return;
    hearSignals();
    for (const callback of onQuiet.splice(0)) callback();
  };
}

/**
 * Hears every SIGINT from now on, also while no run is in progress: where nobody listens, it ends a kernel. It keeps the
 * program alive until the function returned is called.
 */
export function keepInterrupts(kept: InterruptKeeper): () => void {
  keeper = kept;
  hearSignals();
  return () => {
    if (keeper !== kept) return;
    keeper = undefined;
    hearSignals();
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
