import { messageOf } from "../../core/errors.ts";
import type { Point } from "../../core/point.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../../core/sink.ts";
import type { ApprovalFront } from "../../scan/engine/approvals.ts";
import type { RunStatus } from "../../scan/engine/run.ts";
import { LiveModel } from "../../view/notebook/live_model.ts";
import type { FigureData } from "../../view/mod.ts";
import { liveFigure, type LiveFigureOptions } from "../../view/notebook/live_figure.ts";
import { livePeaks } from "../notebook/live_peaks.ts";
import { liveStatus, unitsOf } from "../notebook/live_status.ts";
import { duration } from "../../scan/duration.ts";
import { showProgress } from "./show_progress.ts";
import { figureText } from "./figure_text.ts";
import { InlineScreen } from "./inline_screen.ts";
import { openKeyboard } from "./keyboard.ts";
import { printAbove } from "./print_above.ts";
import { ViewKeys } from "./view_keys.ts";
import { viewLines } from "./view_lines.ts";
import { ViewQuestion } from "./view_question.ts";
import { wrapWords } from "./wrap_words.ts";
import { type ViewTerminal, viewTerminal } from "./view_terminal.ts";

/** What is shown of whose run it is. */
export type RunNames = Partial<Pick<RunHeader, "name" | "sample">>;

/** A run that can be looked at and steered by keys. */
export interface ViewedRun {
  /** The run at this moment. */
  readonly status: RunStatus;
  /** One line that says where the time went. */
  readonly report: string;
  /** Tells a sink of everything that happens from now on. */
  watch(sink: Sink): void;
  /** Holds it before its next point. */
  pause(reason?: string): void;
  /** Goes on after a pause. */
  resume(): void;
  /** Ends it at once. */
  abort(reason?: string): void;
  /** The figure of all that is stored. */
  figure(): Promise<FigureData>;
}

/** The least time between two pictures. */
const EVERY_MS = 100;
/** Figures take one part in so many of the time (the lines below them take half as much again), */
const SHARE = 125;
/** after this much, which the first pictures take anyway: their code is not compiled yet. */
const GRANT_MS = 20;
/** A figure is never older than this, so that a busy machine shows what it does, */
const OLDEST_MS = 500;
/** unless one figure takes longer than one part in so many of that. */
const LEAST_SHARE = 50;
/** While it grows: the peaks that are clear already, and no more pixels of a frame than a terminal shows. */
const FIGURE: LiveFigureOptions = { peaksOf: livePeaks, longest: 160 };
/** States in which a person types lines, where keys are not heard one by one. */
const TYPING: ReadonlySet<string> = new Set(["paused", "waiting"]);
/** Rows below the figure, and one above it, so that some of what was there before is seen. */
const BELOW = 8;

/**
 * A run at a terminal: its figure as it grows, with the peaks found so far; the question it asks; how far it is, where
 * the axes stand and what was read; and keys that pause and abort. It takes the last rows of the screen and leaves them
 * as they are when the run has ended. Whatever goes wrong here, the run goes on.
 */
export class RunView implements Sink, Disposable {
  readonly location = "";
  readonly bytesWritten = 0;
  readonly #screen: InlineScreen;
  readonly #keys = new ViewKeys();
  readonly #question: ViewQuestion;
  readonly #open = new DisposableStack();
  #run: ViewedRun | undefined;
  #names: RunNames = {};
  #model: LiveModel | undefined;
  #units: ReadonlyMap<string, string> = new Map();
  #keyboard = false;
  #remainingMs: number | undefined;
  #figure = "";
  #revision = -1;
  #size = "";
  #spentMs = 0;
  #openedMs = 0;
  #dueMs = 0;
  #failed = false;

  /** Nothing is shown before the run begins. */
  constructor(readonly terminal: ViewTerminal) {
    this.#screen = new InlineScreen(terminal);
    this.#question = new ViewQuestion((text) => console.error(text));
  }

  /** Where the run asks: in the view instead of at the plain terminal, as long as keys are heard here. */
  fronts(fronts: readonly ApprovalFront[]): readonly ApprovalFront[] {
    return fronts.map((front) => {
      if (front.name !== "terminal") return front;
      const ask: ApprovalFront["ask"] = async (question, signal) => {
        const answer = this.#keyboard ? await this.#question.ask(question, signal) : undefined;
        return answer ?? await front.ask(question, signal);
      };
      return { name: front.name, ask };
    });
  }

  /** Shows a run from its first point until it has ended, under these names where they are not its own. */
  show(run: ViewedRun, names: RunNames = {}): this {
    this.#run = run;
    this.#names = names;
    run.watch(this);
    return this;
  }

  /** The run begins: the keyboard is heard from now on. */
  open(header: RunHeader): void {
    this.#model = new LiveModel({ ...header, ...this.#names });
    this.#units = unitsOf(header.axes, header.channels);
    this.#openedMs = performance.now();
    this.#open.use(printAbove((print) => this.#screen.above(print)));
    const user = { press: (key: string) => this.#press(key), continued: () => this.#screen.leave() };
    const keyboard = openKeyboard(user);
    this.#keyboard = keyboard !== undefined;
    if (keyboard) this.#open.use(keyboard);
    const timer = setInterval(() => this.#attempt(() => this.#tick()), EVERY_MS);
    Deno.unrefTimer(timer);
    this.#open.defer(() => clearInterval(timer));
    for (const event of ["unload", "error", "unhandledrejection"]) this.#leaveAt(event);
    this.#attempt(() => this.#tick());
  }

  /** Takes what it needs of the point. */
  write(point: Point): void {
    this.#model?.add(point);
  }

  /** Keeps what a note says of peaks and windows. */
  log(entry: LogEntry): void {
    this.#model?.note(entry);
  }

  /** Draws the last picture, and gives the terminal back. */
  async close({ status, reason }: Outcome): Promise<void> {
    if (!this.#model) return;
    const figure = await this.#lastFigure();
    this.#attempt(() => {
      const now = this.#run!.status, shown = liveStatus(now, "", this.#units), [how, , entries] = shown.lines;
      const [count] = how.split(" · "), last = `${count} · ${status}: ${reason} · ${duration(now.elapsedMs)}`;
      this.#figureOf(figure, this.terminal.size().rows - BELOW);
      this.#show({ ...shown, state: status, lines: [last, "", entries] }, []);
    });
    this[Symbol.dispose]();
  }

  /** Of a run that was taken up again, all that its store holds. A longer search for peaks would be time of the scan. */
  async #lastFigure(): Promise<FigureData> {
    const own = () => liveFigure(this.#model!, FIGURE);
    return this.#model!.first ? await this.#run!.figure().catch(own) : own();
  }

  /** Gives the terminal back; what was drawn last stays. */
  [Symbol.dispose](): void {
    if (this.#open.disposed) return;
    this.#keyboard = false;
    this.#question.giveUp();
    this.#open.dispose();
    this.#screen.leave();
  }

  #press(key: string): void {
    const run = this.#run!, { state } = run.status, nowMs = performance.now();
    if (this.#question.open) this.#question.press(key);
    else {
      const action = this.#keys.press(key, state, nowMs);
      if (action === "pause") run.pause("by the key p");
      if (action === "resume") run.resume();
      if (action === "abort") run.abort("by the key a at the terminal");
    }
    this.#attempt(() => this.#draw());
  }

  /** While nothing is measured, what is left stays what it was. */
  #now(): RunStatus {
    const { status } = this.#run!;
    if (status.state !== "running") return { ...status, remainingMs: this.#remainingMs };
    this.#remainingMs = status.remainingMs;
    return status;
  }

  /** Draws what has changed. */
  #tick(): void {
    // A line that somebody types, an answer or the Enter that goes on, moves the cursor away from the picture.
    if (!this.#keyboard && TYPING.has(this.#run!.status.state)) return this.#screen.leave();
    this.#draw();
  }

  /** The whole picture; its figure is drawn anew where there are new points and time for it, or another size. */
  #draw(): void {
    const run = this.#run!, status = this.#now(), { columns, rows } = this.terminal.size(), fromMs = performance.now();
    const question = this.#question.lines().flatMap((line) => wrapWords(line, columns - 1));
    const keys = this.#keyboard ? this.#keys.text(status.state, fromMs) : "";
    const room = rows - BELOW - question.length, size = `${columns} ${room}`, { revision } = this.#model!;
    const anew = size !== this.#size || (revision !== this.#revision && fromMs >= this.#dueMs);
    if (anew) {
      [this.#size, this.#revision] = [size, revision];
      this.#figureOf(liveFigure(this.#model!, FIGURE), room);
    }
    this.#show(liveStatus(status, run.report, this.#units), question, keys);
    if (!anew) return;
    const nowMs = performance.now(), tookMs = nowMs - fromMs;
    this.#spentMs += tookMs;
    const latestMs = nowMs + Math.max(OLDEST_MS, LEAST_SHARE * tookMs);
    this.#dueMs = Math.min(latestMs, this.#openedMs + SHARE * (this.#spentMs - GRANT_MS));
  }

  #show(status: ReturnType<typeof liveStatus>, question: readonly string[], keys = ""): void {
    const { columns } = this.terminal.size();
    this.#screen.draw(viewLines({ figure: this.#figure, status, question, keys }, columns - 1, this.terminal.colour));
  }

  #figureOf(figure: FigureData, rows: number): void {
    const { colour } = this.terminal, { columns } = this.terminal.size();
    this.#figure = figureText(figure, { columns: columns - 1, rows }, colour);
  }

  /** What ends the program, or prints without asking, finds the cursor below the picture. */
  #leaveAt(event: string): void {
    const leave = () => event === "unload" ? this[Symbol.dispose]() : this.#screen.leave();
    globalThis.addEventListener(event, leave);
    this.#open.defer(() => globalThis.removeEventListener(event, leave));
  }

  #attempt(what: () => void): void {
    if (this.#failed) return;
    try {
      what();
    } catch (thrown) {
      this.#failed = true;
      this[Symbol.dispose]();
      console.error(`the run goes on without its view: ${messageOf(thrown)}`);
    }
  }
}

/** What shows a run to the person who started it. */
export interface RunShow {
  /** Where questions are asked. */
  fronts(fronts: readonly ApprovalFront[]): readonly ApprovalFront[];
  /** Shows a run that has not begun, until it is disposed; under other names where it was begun elsewhere. */
  show(run: ViewedRun, names?: RunNames): Disposable;
}

/** For whom a run is not shown. */
export interface ShowOptions {
  /** Results are for programs. */
  readonly json?: boolean;
  /** Results only. */
  readonly quiet?: boolean;
}

/** A view at a terminal, lines of progress elsewhere, and nothing for programs and those who want results only. */
export function showRun({ json, quiet }: ShowOptions = {}): RunShow {
  const terminal = json || quiet ? undefined : viewTerminal();
  if (terminal) return new RunView(terminal);
  const nothing = { [Symbol.dispose]() {} };
  return {
    fronts: (fronts) => fronts,
    show: (run) => json || quiet ? nothing : showProgress(() => run.status),
  };
}
