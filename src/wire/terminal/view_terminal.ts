import type { Colour } from "../../view/terminal/canvas.ts";
import { canRedraw, terminalSize } from "./terminal_screen.ts";

/** What a view of a run needs to know of its terminal. */
export interface ViewTerminal {
  /** What colours it shows. */
  readonly colour: Colour;
  /** Whether it breaks long lines anew when it gets narrower. */
  readonly reflows: boolean;
  /** Its size at this moment, in cells. */
  size(): { readonly columns: number; readonly rows: number };
  /** Writes text with escape sequences; a terminal that is gone is not an error. */
  write(text: string): void;
}

/** The colours that the environment promises: none where `NO_COLOR` is set. */
export function colourOf(env: Pick<typeof Deno.env, "get">): Colour {
  if (env.get("NO_COLOR")) return "none";
  return /truecolor|24bit/i.test(env.get("COLORTERM") ?? "") ? "24bit" : "256";
}

/** Those of today do; xterm itself, GNU screen and the console of Linux do not. */
export function reflowsLines(env: Pick<typeof Deno.env, "get">): boolean {
  return env.get("TERM") !== "linux" && !env.get("XTERM_VERSION") && !env.get("STY");
}

/** Whether standard error is a terminal that can draw a line once more. */
export function redraws(): boolean {
  return canRedraw(Deno.stderr);
}

/** The terminal on standard error; undefined where nothing can be drawn in place. */
export function viewTerminal(): ViewTerminal | undefined {
  const { env, stderr } = Deno;
  if (!redraws()) return undefined;
  const encoder = new TextEncoder(), writeSync = stderr.writeSync.bind(stderr);
  return {
    colour: colourOf(env),
    reflows: reflowsLines(env),
    size() {
      const { columns, rows } = terminalSize();
      // Some that are driven by programs say 0 × 0.
      return columns > 0 && rows > 0 ? { columns, rows } : { columns: 80, rows: 24 };
    },
    write(text) {
      try {
        for (let bytes = encoder.encode(text); bytes.length;) bytes = bytes.subarray(writeSync(bytes));
      } catch {
        // It was closed: the run goes on, or ends by SIGHUP.
      }
    },
  };
}
