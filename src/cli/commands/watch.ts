import { duration } from "../../scan/duration.ts";
import { figureOf } from "../../wire/pictures.ts";
import { openRun } from "../../zarr/open_run.ts";
import { interruptible } from "../interruptible.ts";
import { isStillRead, type OutputOptions, print, printJson, Reported } from "../output.ts";
import { bar } from "../../wire/terminal/show_progress.ts";
import { canRedraw, terminalColour, TerminalScreen, terminalSize } from "../../wire/terminal/terminal_screen.ts";
import { type WatchedRun, watchRun } from "../watched_run.ts";

/** The options of `sonde watch`. */
export interface WatchCommandOptions extends OutputOptions {
  /** What to draw; the first detector when left out. */
  readonly detector?: string;
  /** Seconds between looks at the store. */
  readonly interval?: number;
}

/** A run in a line: how far it is, since when, and how long it still takes. */
export function watchLine({ name, status, reason, points, total, elapsedMs, remainingMs }: WatchedRun): string {
  const count = points.toLocaleString("en");
  const part = total === undefined ? "" : `${bar(points / Math.max(1, total), 24)} ${percent(points, total)} %  `;
  const goal = total === undefined ? `${count} points` : `${count}/${total.toLocaleString("en")}`;
  const state = status === "running" ? "" : `: ${status}${reason ? ` (${reason})` : ""}`;
  const time = remainingMs === undefined
    ? duration(elapsedMs)
    : `${duration(elapsedMs)}, ${duration(remainingMs)} left`;
  return `${name}${state}  ${part}${goal}  ${time}`;
}

function percent(points: number, total: number): string {
  return String(Math.floor(100 * points / Math.max(1, total))).padStart(3);
}

/** What is drawn at the moment; in words what cannot be. */
async function picture(
  place: string,
  watched: WatchedRun,
  detector: string | undefined,
  rows: number,
): Promise<string> {
  const { columns } = terminalSize(), head = watchLine(watched);
  if (!watched.points) return head;
  const figure = await figureOf(await openRun(place), { detector });
  return `${head}\n\n${figure.text({ width: columns - 1, height: Math.max(12, rows - 3), colour: terminalColour() })}`;
}

/** `sonde watch`: follows a store that another process writes, until the run ends. */
export async function watchCommand(place: string, options: WatchCommandOptions): Promise<void> {
  const { json, quiet, detector } = options, terminal = canRedraw(Deno.stdout) && !json && !quiet;
  const intervalMs = 1000 * (options.interval ?? (terminal ? 1 : 10));
  using interrupt = interruptible("the run goes on; only watching it has ended");
  let last: WatchedRun | undefined;
  {
    using screen = terminal ? new TerminalScreen() : undefined;
    for await (const watched of watchRun(place, { intervalMs, signal: interrupt.signal })) {
      const news = !last || watched.points !== last.points || watched.status !== last.status;
      last = watched;
      if (screen) screen.draw(await picture(place, watched, detector, terminalSize().rows));
      else if (news && json) printJson(watched);
      else if (news && !quiet && watched.status === "running") print(watchLine(watched));
      if (!isStillRead()) return;
    }
  }
  if (!last) return;
  if (terminal) print(await picture(place, last, detector, terminalSize().rows));
  else if (!json) print(watchLine(last));
  if (last.status !== "success") throw new Reported(`${place}: ${last.status}`);
}
