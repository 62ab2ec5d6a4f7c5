import { messageOf } from "../../core/errors.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../../core/sink.ts";
import type { Point } from "../../core/point.ts";
import { showProgress } from "../terminal/show_progress.ts";
import type { RunStatus } from "../../scan/engine/run.ts";
import type { FigureData } from "../../view/mod.ts";
import { staticBundle } from "../../view/notebook/live_bundle.ts";
import { liveFigure, type LiveFigureOptions } from "../../view/notebook/live_figure.ts";
import { LiveModel } from "../../view/notebook/live_model.ts";
import { liveFigureJson, livePage, livePlotlyScript, liveUpdate } from "../../view/notebook/live_page.ts";
import { plotlySource } from "../../view/plotly_source.ts";
import { display, flush, guardKernel, inKernel, newDisplayId } from "./kernel.ts";
import { keptPeaks, livePeaks } from "./live_peaks.ts";
import { plotlyRoute } from "./plotly_route.ts";
import { liveStatus, unitsOf } from "./live_status.ts";

/** A run that somebody can look on at. */
export interface Watchable {
  /** The run at this moment. */
  readonly status: RunStatus;
  /** One line that says where the time went. */
  readonly report: string;
  /** Tells a sink of everything that happens from now on; it stores nothing, and its errors are its own. */
  watch(sink: Sink): void;
}

/** The least time between two updates. */
const EVERY_MS = 100;
/** Drawing takes at most one part in so many of the time, */
const SHARE = 30;
/** after this much, which the first figures take anyway: their code is not compiled yet. */
const GRANT_MS = 100;
/** A figure that does not change is sent again after this time: the clock above it goes on. */
const IDLE_MS = 1000;
/** A browser that has not asked for plotly.js within this time does not reach the kernel's server. */
const UNREACHED_MS = 2500;
/** Pixels along the longer side of a frame: while it is live, and when it stays. */
const FRAME = { live: 64, kept: 160 };

/**
 * Shows a run while it goes on: curves, maps that fill in and the last frame, with the peaks found so far, progress, and
 * where the time goes. In a notebook it is a figure that is updated in place, ten times a second at the most, and a
 * static one when the run has ended, however it ends. Elsewhere it is a line of progress: a view with keys has to know of the run's
 * questions before it is made, as with `scan(plan, { …, live: true })`.
 *
 * @param run one that has not ended; of one that goes on already, what comes from now on is shown
 * @returns the same run
 * @throws SondeError when the run is over
 *
 * @example
 * ```ts
 * import { connect, linspace, scan, sim } from "sonde";
 * import { live } from "./live.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * const run = live(scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true }));
 * console.assert((await run.done).points === 5);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function live<R extends Watchable>(run: R): R {
  run.watch(inKernel() ? new LiveSink(run) : new ProgressSink(run));
  return run;
}

/** A line of progress, where there is no notebook. */
class ProgressSink implements Sink {
  readonly location = "";
  readonly bytesWritten = 0;
  #progress: Disposable | undefined;

  constructor(readonly run: Watchable) {}

  open(): void {
    this.#progress = showProgress(() => this.run.status);
  }

  write(): void {}

  log(): void {}

  close(): void {
    this.#progress?.[Symbol.dispose]();
  }
}

/** A figure in a notebook. Whatever goes wrong here, the run goes on. */
class LiveSink implements Sink {
  readonly location = "";
  readonly bytesWritten = 0;
  readonly #id = newDisplayId();
  /** A hidden output beside the figure: each update of it is a script that draws. */
  readonly #updates = newDisplayId();
  #model: LiveModel | undefined;
  #units: ReadonlyMap<string, string> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #sending = false;
  #drawn = -1;
  #figure = "";
  #sentMs = -Infinity;
  #openedMs = 0;
  /** In drawing, all updates together. */
  #spentMs = 0;
  #inlined = false;
  #failed = false;

  constructor(readonly run: Watchable) {}

  async open(header: RunHeader): Promise<void> {
    guardKernel();
    this.#model = new LiveModel(header);
    this.#units = unitsOf(header.axes, header.channels);
    this.#openedMs = performance.now();
    await this.#attempt(async () => {
      const page = livePage(this.#id, plotlyRoute().url, header.name);
      await display({ "text/html": page, "text/plain": `${header.name}: live figure` }, { id: this.#id });
      await display(HIDDEN, { id: this.#updates });
    });
    this.#wait(EVERY_MS);
  }

  write(point: Point): void {
    this.#model!.add(point);
  }

  log(entry: LogEntry): void {
    this.#model!.note(entry);
  }

  async close(outcome: Outcome): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    await this.#attempt(async () => {
      const { status, reason } = outcome, { report } = this.run;
      // The whole report would not fit beside the reason; it is in the text.
      const subtitle = status === "success" ? report : `${status}: ${reason} · ${report.split(":")[0]}`;
      const figure = this.#draw({ longest: FRAME.kept, peaksOf: keptPeaks, subtitle });
      await display(HIDDEN, { id: this.#updates, update: true });
      await display(staticBundle(figure, [`${status}: ${reason}`, report]), { id: this.#id, update: true });
      await flush();
    });
  }

  #draw(options: LiveFigureOptions): FigureData {
    return liveFigure(this.#model!, options);
  }

  #wait(ms: number): void {
    if (this.#over || this.#failed) return;
    this.#timer = setTimeout(() => {
      const fromMs = performance.now();
      // What comes after the first await is the kernel's time, not the scan's.
      this.#attempt(() => this.#update());
      const nowMs = performance.now();
      this.#spentMs += nowMs - fromMs;
      this.#wait(Math.max(EVERY_MS, SHARE * (this.#spentMs - GRANT_MS) - (nowMs - this.#openedMs)));
    }, ms);
  }

  /** Sends what is new; nothing while the kernel has not taken the last update. */
  async #update(): Promise<void> {
    const model = this.#model!, nowMs = performance.now();
    if (this.#sending || (model.revision === this.#drawn && nowMs - this.#sentMs < IDLE_MS)) return;
    if (model.revision !== this.#drawn) {
      this.#figure = liveFigureJson(this.#draw({ longest: FRAME.live, peaksOf: livePeaks }));
      this.#drawn = model.revision;
    }
    const status = liveStatus(this.run.status, this.run.report, this.#units);
    this.#sentMs = nowMs;
    this.#sending = true;
    try {
      if (!this.#inlined && !plotlyRoute().reached && nowMs - this.#openedMs > UNREACHED_MS) await this.#inline();
      if (!this.#over) await this.#script(liveUpdate(this.#id, status, this.#figure));
    } finally {
      this.#sending = false;
    }
  }

  /** Brings plotly.js to a browser that cannot fetch it. */
  async #inline(): Promise<void> {
    this.#inlined = true;
    await this.#script(livePlotlyScript(await plotlySource()));
  }

  async #script(html: string): Promise<void> {
    await display({ "text/html": html, "text/plain": "" }, { id: this.#updates, update: true });
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (thrown) {
      if (!this.#failed) console.error(`the run goes on without its live figure: ${messageOf(thrown)}`);
      this.#failed = true;
    }
  }
}

/** An output that nobody sees. */
const HIDDEN = { "text/html": "<span></span>", "text/plain": "" };
