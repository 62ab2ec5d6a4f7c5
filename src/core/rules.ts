/** What becomes of a run whose hold lasts too long. */
export type HoldElse = "pause" | "abort" | "continue";

/** A condition that suspends a run as long as it does not hold: beam lost, pressure too high. */
export interface HoldRule {
  /** The run goes on only while this holds: an expression over detectors and axes, as in `"ring_current > 50"`. */
  readonly unless: string;
  /** It must hold for so long before the run goes on; 0 when left out. */
  readonly forMs?: number;
  /** Where axes are set while the run is suspended, put back before it goes on: `{ shutter: "closed" }`. */
  readonly set?: Readonly<Record<string, number | string>>;
  /** No longer than this; for ever when left out. */
  readonly timeoutMs?: number;
  /** What happens then; `pause` when left out. */
  readonly else?: HoldElse;
}

/** What is waited for after an axis has moved: the thing itself, not a time. */
export interface SettleRule {
  /** The run goes on when this holds, as in `"stable(temperature, 0.05, 60000)"`. */
  readonly until: string;
  /** No longer than this; for ever when left out. */
  readonly timeoutMs?: number;
  /** What happens then; `pause` when left out. */
  readonly else?: HoldElse;
}

/** What a run watches beside its points. */
export interface RunRules {
  /** Conditions that suspend the run, watched during moves and readings too; `hold({ … })` makes them. */
  readonly hold?: HoldRule | readonly HoldRule[];
  /** By axis: what is waited for after each move of it; an expression, or one with a time limit. */
  readonly settle?: Readonly<Record<string, string | SettleRule>>;
  /** Conditions that end the run at once, as in `"interlock == 0"`. */
  readonly abort?: readonly string[];
  /** Places where axes must never be, as in `"objective < 0.2 and abs(x) > 3"`: part of the limits. */
  readonly forbid?: readonly string[];
  /** How often signals are looked at while nothing else reads them; 1000 ms when left out. */
  readonly watchMs?: number;
}

/** How a signal is recorded beside the scan. */
export interface MonitorOptions {
  /** On a clock of its own; left out, as often as it is looked at, when it has changed. */
  readonly everyMs?: number;
}

/** What is recorded beside the points of a run, in the same store. */
export interface StreamOptions {
  /** Whether every axis and every number of the rig is recorded at the start and at the end, in the group `baseline`. */
  readonly baseline?: boolean;
  /** Detectors, axes and derived signals that are recorded on their own clocks, by name, in the groups `monitor_<name>`. */
  readonly monitor?: Readonly<Record<string, MonitorOptions>>;
}

/** Where axes are left at the end of a run. */
export type AtEnd = "stay" | "return";
