import { RunAborted, SondeError } from "../../core/errors.ts";
import type { HoldElse } from "../../core/rules.ts";
import type { LogEntry } from "../../core/sink.ts";
import type { Watched, WatchPlan } from "../watch_plan.ts";
import { type Look, Lookout } from "./lookout.ts";
import type { DeviceTurns } from "./device_turns.ts";
import type { Mover } from "./mover.ts";
import { Reader } from "./reader.ts";
import { TimeCounter } from "./time_split.ts";
import { Waits } from "./waits.ts";

/** What was waited for did not come in time, and somebody shall look: the run is paused, and tries again when it goes on. */
export class WaitedTooLong extends SondeError {
  override name = "WaitedTooLong";
}

/** What watching works with. */
export interface WatchMeans {
  readonly plan: WatchPlan;
  readonly mover: Mover;
  /** Those of the scan: broken off when it is paused or ended. */
  readonly waits: Waits;
  readonly times: TimeCounter;
  readonly turns: DeviceTurns;
  readonly readTimeoutMs?: number;
  /** Detectors of the scan that give frames. */
  readonly frames: ReadonlySet<string>;
  /** Whether the body of the loop has a point, and its frames. */
  inBody(): boolean;
  /** Ends the run at once. */
  abort(reason: string): void;
  log(kind: LogEntry["kind"], text: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What all who watch a run share: the looks, the log, and the ends that they can make. */
export class WatchDesk {
  readonly lookout: Lookout;
  /** Looks go on when the scan is paused. */
  readonly own: Waits;
  /** Set when a condition has ended the run. */
  over: RunAborted | undefined;
  /** Waited so far, since somebody has taken note of it. */
  waitedMs = 0;
  readonly #logs = new Set<Promise<void>>();

  /** `onLook` is told after each look. */
  constructor(readonly means: WatchMeans, onLook: (look: Look) => void) {
    const { plan, mover, waits, readTimeoutMs, frames } = means, turns = means.turns.beside();
    this.own = new Waits(waits.clock);
    this.lookout = new Lookout({
      plan,
      reader: new Reader(mover.rig, plan.channels, 0, this.own, new TimeCounter(), readTimeoutMs, turns),
      axisOf: (name) => mover.axis(name),
      heldBack: (device) => frames.has(device) && means.inBody(),
      onLook,
      onTrouble: (source, reason) => this.#report(source, reason),
    });
  }

  get nowMs(): number {
    return this.means.waits.clock.nowMs();
  }

  /** Ends the run at once. */
  end(reason: string): void {
    this.over = new RunAborted(reason);
    this.means.abort(reason);
  }

  /**
   * Does what is declared for what takes too long; returns for `continue`.
   *
   * @throws WaitedTooLong, or the end of the run
   */
  giveUp(how: HoldElse = "pause", text: string, data: Readonly<Record<string, unknown>>): void {
    if (how === "pause") throw new WaitedTooLong(text);
    if (how === "abort") {
      this.end(text);
      throw this.over;
    }
    this.log("warning", `goes on all the same: ${text}`, { ...data, else: how });
  }

  /** What the signals of a condition were at the latest look, or why that cannot be said. */
  numbers({ compiled, sources }: Watched): string {
    const trouble = this.lookout.trouble(sources);
    if (trouble) return trouble;
    const { channels, axes } = this.means.mover.rig;
    return compiled.signals.map((name) => {
      const unit = (channels.get(name) ?? axes.get(name.replace(/_setpoint$/, "")))?.unit;
      return `${name} ${this.numberOf(name)}${unit && unit !== "1" ? ` ${unit}` : ""}`;
    }).join(", ");
  }

  /** A signal at the latest look. */
  numberOf(name: string): number | string {
    const reading = this.lookout.lookup(name);
    if (typeof reading === "string") return reading || "unknown";
    return typeof reading === "number" ? Number(reading.toPrecision(6)) : "a frame";
  }

  /** Logs without waiting for it: whoever looks must not wait for a slow sink. */
  log(kind: LogEntry["kind"], text: string, data: Readonly<Record<string, unknown>>): void {
    const logging = this.means.log(kind, text, data).catch(() => {}).finally(() => this.#logs.delete(logging));
    this.#logs.add(logging);
  }

  /** Waits until all is logged. */
  async logged(): Promise<void> {
    await Promise.all([...this.#logs]);
  }

  #report(source: string, reason: string | undefined): void {
    if (reason === undefined) this.log("transition", `${source}: can be looked at again`, { name: source });
    else this.log("warning", `${source}: a look failed: ${reason}`, { name: source });
  }
}
