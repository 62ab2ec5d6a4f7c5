import { duration } from "../duration.ts";

/** Where the time of a run goes. `engine` is what none of the others explains. */
export interface TimeSplit {
  /** Axes under way. */
  readonly moveMs: number;
  /** Waiting after moves, as axes and plans declare. */
  readonly settleMs: number;
  /** From the trigger to the last reading. */
  readonly readMs: number;
  /** Waiting for sinks that are slower than the scan. */
  readonly writeMs: number;
  /** In the body of the caller's loop. */
  readonly loopMs: number;
  /** Paused, or waiting for a due time. */
  readonly waitMs: number;
  /** What none of the others explains. */
  readonly engineMs: number;
  /** All of it. */
  readonly totalMs: number;
}

/** Adds up where the time goes. */
export class TimeCounter {
  moveMs = 0;
  settleMs = 0;
  readMs = 0;
  writeMs = 0;
  loopMs = 0;
  waitMs = 0;
  #stoodMs = 0;
  #standsFromMs: number | undefined;

  /** From now on the run stands: paused, held or asking. That says nothing of its pace, unlike waiting for a due time. */
  stand(nowMs: number): void {
    this.#standsFromMs ??= nowMs;
  }

  /** It goes on; gives how long it has stood this time. */
  goOn(nowMs: number): number {
    const ms = this.#standsForMs(nowMs);
    this.#stoodMs += ms;
    this.#standsFromMs = undefined;
    return ms;
  }

  /** How long it has stood, until now where it still does. */
  stoodMs(nowMs: number): number {
    return this.#stoodMs + this.#standsForMs(nowMs);
  }

  #standsForMs(nowMs: number): number {
    return this.#standsFromMs === undefined ? 0 : Math.max(0, nowMs - this.#standsFromMs);
  }

  /** The split of a run that has taken `totalMs` so far. */
  split(totalMs: number, nowMs: number): TimeSplit {
    const { moveMs, settleMs, readMs, writeMs, loopMs } = this, waitMs = this.waitMs + this.#standsForMs(nowMs);
    const engineMs = Math.max(0, totalMs - moveMs - settleMs - readMs - writeMs - loopMs - waitMs);
    return { moveMs, settleMs, readMs, writeMs, loopMs, waitMs, engineMs, totalMs };
  }
}

/** One line that says where the time went and how it compared with the estimate. */
export function timeLine(points: number, split: TimeSplit, estimateMs: number | undefined): string {
  const { totalMs } = split;
  const share = (name: string, ms: number, always = true) => {
    const percent = totalMs > 0 ? 100 * ms / totalMs : 0;
    return always || percent >= 0.5
      ? [`${name} ${percent < 10 && percent >= 0.05 ? percent.toFixed(1) : Math.round(percent)} %`]
      : [];
  };
  const shares = [
    share("move", split.moveMs),
    share("settle", split.settleMs),
    share("read", split.readMs),
    share("write", split.writeMs),
    share("engine", split.engineMs),
    share("loop", split.loopMs, false),
    share("waiting", split.waitMs, false),
  ].flat();
  const expected = estimateMs === undefined ? "" : ` (estimated ${duration(estimateMs)})`;
  return `${points.toLocaleString("en")} points in ${duration(totalMs)}${expected}: ${shares.join(", ")}`;
}
