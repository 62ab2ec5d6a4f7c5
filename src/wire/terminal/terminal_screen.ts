/** How wide lines may be on standard output: those of a terminal, else as wide as they are. */
export function terminalWidth(): number {
  if (!Deno.stdout.isTerminal()) return Infinity;
  return terminalSize().columns;
}

/** Of the terminal; that of an old one where it does not say. */
export function terminalSize(): { readonly columns: number; readonly rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/** Whether a stream goes to a terminal that can draw a line once more; not to one that calls itself `dumb`. */
export function canRedraw(stream: { isTerminal(): boolean }): boolean {
  if (!stream.isTerminal()) return false;
  try {
    return Deno.env.get("TERM") !== "dumb";
  } catch {
    // A script that may not read the environment takes it for one of today.
    return true;
  }
}

/** What colours standard output shows: none where it is not a terminal that has some, or where NO_COLOR is set. */
export function terminalColour(): "none" | "256" | "24bit" {
  if (!canRedraw(Deno.stdout) || Deno.env.get("NO_COLOR")) return "none";
  return /truecolor|24bit/i.test(Deno.env.get("COLORTERM") ?? "") ? "24bit" : "256";
}

/**
 * A picture on standard output that is drawn again in place, on the other screen that terminals have; when it is disposed
 * the terminal is as it was.
 */
export class TerminalScreen implements Disposable {
  /** Takes the other screen, and hides the cursor. */
  constructor() {
    this.#write("\x1b[?1049h\x1b[?25l");
  }

  /** Draws as many of the lines as fit. */
  draw(text: string): void {
    const lines = text.split("\n").slice(0, terminalSize().rows);
    this.#write(`\x1b[H${lines.map((line) => `${line}\x1b[0m\x1b[K`).join("\r\n")}\x1b[J`);
  }

  /** Shows the cursor and the first screen again. */
  [Symbol.dispose](): void {
    this.#write("\x1b[?25h\x1b[?1049l");
  }

  #write(text: string): void {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}
