import { duration } from "../../scan/duration.ts";
import type { RunStatus } from "../../scan/engine/run.ts";
import { printAbove } from "./print_above.ts";
import { redraws } from "./view_terminal.ts";

/** Where progress is written: standard error, so that standard output stays for results. */
export interface Screen {
  readonly terminal: boolean;
  columns(): number;
  write(text: string): void;
}

const writeSync = Deno.stderr.writeSync.bind(Deno.stderr);

const STDERR: Screen = {
  get terminal() {
    return redraws();
  },
  columns() {
    try {
      return Deno.consoleSize().columns;
    } catch {
      return 80;
    }
  },
  write: (text) => void writeSync(new TextEncoder().encode(text)),
};

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** How much of a whole is done, as a bar of this many characters. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  return ("█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]).padEnd(width, "░");
}

function short(reading: number): string {
  return Number.isInteger(reading) && Math.abs(reading) < 1e6 ? String(reading) : reading.toPrecision(4);
}

/** One line about a run: how far it is, how long it still takes, where it stands and what it reads. */
export function progressLine(status: RunStatus, width: number): string {
  const { points, total, expected, remainingMs, elapsedMs, setpoint, reading, state, reason, question } = status;
  const goal = total ?? (remainingMs === undefined ? undefined : expected), about = total === undefined ? "~" : "";
  const count = goal === undefined
    ? `${points.toLocaleString("en")} points`
    : `${points.toLocaleString("en")}/${about}${goal.toLocaleString("en")}`;
  const time = state === "paused"
    ? `paused: ${reason}`
    : state === "holding"
    ? `holding: ${reason}`
    : state === "waiting"
    ? `waiting for an answer: ${question?.next}?`
    : remainingMs === undefined
    ? duration(elapsedMs)
    : `${about}${duration(remainingMs)} left`;
  const places = Object.entries(setpoint).map(([name, at]) => `${name} ${typeof at === "number" ? short(at) : at}`);
  const readings = Object.entries(reading).map(([name, read]) => `${name} ${short(read)}`);
  const head = goal === undefined
    ? ""
    : `${bar(points / goal, 24)} ${String(Math.floor(100 * points / goal)).padStart(3)} %  `;
  const line = [`${head}${count}`, time, ...places, ...readings].join("  ");
  return line.length > width ? line.slice(0, Math.max(0, width - 1)) + "…" : line;
}

/**
 * Shows a run's progress until it is disposed: a bar that is redrawn at a terminal, a line a minute elsewhere.
 *
 * @param status called for each picture
 */
export function showProgress(status: () => RunStatus, screen: Screen = STDERR): Disposable {
  return showLine((width) => progressLine(status(), width), screen);
}

/**
 * Shows a line until it is disposed: redrawn in place at a terminal, once a minute elsewhere. What the program prints at the
 * terminal meanwhile stands above it.
 *
 * @param line called for each picture, with the characters that there is room for
 */
export function showLine(line: (width: number) => string, screen: Screen = STDERR): Disposable {
  let drawn = "";
  const { terminal } = screen,
    draw = () => {
      const text = line(terminal ? screen.columns() - 1 : 200);
      // What a person types behind a line that stands still, an answer, stays to be seen.
      if (terminal && text === drawn) return;
      drawn = text;
      screen.write(terminal ? `\r${text}\x1b[K` : `${text}\n`);
    };
  const above = <T>(print: () => T): T => {
    screen.write("\r\x1b[K");
    try {
      return print();
    } finally {
      drawn = "";
      draw();
    }
  };
  const prints = screen === STDERR && terminal ? printAbove(above) : undefined;
  const timer = setInterval(draw, terminal ? 100 : 60_000);
  Deno.unrefTimer(timer);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      prints?.[Symbol.dispose]();
      if (terminal) screen.write("\r\x1b[K");
    },
  };
}
