import process from "node:process";
import { atTerminal } from "../../scan/interrupts.ts";
import { inForeground } from "./in_foreground.ts";

/** What a view does about its keyboard. */
export interface KeyboardUser {
  /** A character, `Enter`, `Backspace`, `Escape` or `Ctrl-D`. Ctrl-C is a signal, as ever. */
  press(key: string): void;
  /** The program was stopped (Ctrl-Z) and goes on: what is on the screen now is not known. */
  continued(): void;
}

const NAMES: Readonly<Record<string, string>> = {
  "\r": "Enter",
  "\n": "Enter",
  "\x7f": "Backspace",
  "\b": "Backspace",
  "\x1b": "Escape",
  "\x04": "Ctrl-D",
};

/** Arrows and their kind come as sequences: they are no keys of ours, and none of their letters is. */
// deno-lint-ignore no-control-regex
const SEQUENCES = /\x1b(\[[0-?]*[ -/]*[@-~]|O.|\x1b?[^\x1b])/g;

/** The keys in what a terminal has sent. */
export function keysIn(text: string): string[] {
  const keys = Array.from(text.replace(SEQUENCES, ""), (char) => NAMES[char] ?? char);
  return keys.filter((key) => key.length > 1 || key >= " ");
}

/** What was typed before comes in at once; nobody meant this view by it. */
const TYPED_BEFORE_MS = 100;

/**
 * Hears each key as it is pressed, until it is disposed; then the terminal is as it was. Signals by keys (Ctrl-C, Ctrl-Z)
 * stay what they are.
 *
 * @returns undefined where no keys can be heard: standard input is no terminal, the program runs in the background, or the
 *   system has no such mode
 */
export function openKeyboard(user: KeyboardUser): Disposable | undefined {
  if (!atTerminal() || !inForeground() || !setKeysMode(true)) return undefined;
  const { stdin } = process, fromMs = performance.now(), decoder = new TextDecoder();
  const hear = (bytes: Uint8Array | string) => {
    const text = typeof bytes === "string" ? bytes : decoder.decode(bytes, { stream: true });
    if (performance.now() - fromMs >= TYPED_BEFORE_MS) keysIn(text).forEach((key) => user.press(key));
  };
  // Who reads a line in between, as a paused run does, stops the stream when it is done.
  const goOn = () => void stdin.resume();
  const signals = hearStops(user);
  stdin.on("data", hear);
  stdin.on("pause", goOn);
  return {
    [Symbol.dispose]() {
      signals[Symbol.dispose]();
      stdin.off("pause", goOn);
      stdin.off("data", hear);
      stdin.pause();
      setKeysMode(false);
    },
  };
}

/** Each key at once and not echoed; false where that cannot be had, or the terminal is gone. */
function setKeysMode(on: boolean): boolean {
  try {
    Deno.stdin.setRaw(on, { cbreak: on });
    return true;
  } catch {
    return false;
  }
}

/** A shell sets the terminal to its own liking while the program is stopped; Ctrl-\ ends it without a word. */
function hearStops(user: KeyboardUser): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  const goOn = () => {
    if (inForeground()) setKeysMode(true);
    user.continued();
  };
  const quit = () => {
    setKeysMode(false);
    Deno.removeSignalListener("SIGQUIT", quit);
    Deno.kill(Deno.pid, "SIGQUIT");
  };
  Deno.addSignalListener("SIGCONT", goOn);
  Deno.addSignalListener("SIGQUIT", quit);
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGCONT", goOn);
      Deno.removeSignalListener("SIGQUIT", quit);
    },
  };
}
