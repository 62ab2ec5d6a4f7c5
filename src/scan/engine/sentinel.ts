import type { Evaluation } from "../../adapt/expression/compiled.ts";
import { isTrue } from "../../adapt/expression/elementwise.ts";
import { messageOf, RunAborted, SondeError } from "../../core/errors.ts";
import type { Setpoint, Setpoints } from "../../core/point.ts";
import type { HoldElse, HoldRule } from "../../core/rules.ts";
import type { LogEntry } from "../../core/sink.ts";
import { duration } from "../duration.ts";
import type { Watched, WatchPlan } from "../watch_plan.ts";
import { Aside } from "./aside.ts";
import type { DeviceTurns } from "./device_turns.ts";
import { type Look, Lookout, TRIES } from "./lookout.ts";
import type { Mover } from "./mover.ts";
import { type Acquired, Reader } from "./reader.ts";
import { TimeCounter } from "./time_split.ts";
import { Waits } from "./waits.ts";

/** What was waited for did not come in time, and somebody shall look: the run is paused, and tries again when it goes on. */
export class WaitedTooLong extends SondeError {
  override name = "WaitedTooLong";
}

/** What a sentinel works with. */
export interface SentinelMeans {
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

/** A condition of `hold` while the run goes on. */
class Hold {
  readonly evaluation: Evaluation<number>;
  /** Since when it does not hold, and the run has not gone on. */
  fromMs: number | undefined;
  /** Since when it holds again. */
  goodMs: number | undefined;
  /** Since when the run has waited for it. */
  waitingMs: number | undefined;
  /** Whether a look has failed, and it is not yet known what to make of that. */
  unknown = false;
  /** Whether it took too long, and the run has gone on without it. */
  ignored = false;

  constructor(readonly rule: HoldRule, readonly when: Watched) {
    this.evaluation = when.compiled.start();
  }

  /** Whether the run may go on, as far as this is concerned. */
  clear(nowMs: number): boolean {
    if (this.ignored) return true;
    if (this.unknown) return false;
    return this.fromMs === undefined || this.goodMs !== undefined && nowMs - this.goodMs >= (this.rule.forMs ?? 0);
  }
}

/**
 * Watches what a run declares: suspends it while a condition does not hold, waits until axes have settled, and ends it when
 * a condition says so. It looks on a clock of its own, also while axes move, detectors are read, and people are asked.
 */
export class Sentinel {
  /** Why the run is suspended, for whoever looks at it; undefined while it goes on. */
  holding: string | undefined;
  /** What is waited for after a move; undefined where nothing is. */
  settling: string | undefined;
  /** Counts looks at which a condition did not hold, so that a reading can be told that overlaps one. */
  disturbances = 0;
  /** Set when a condition has ended the run. */
  over: RunAborted | undefined;
  /** Waited so far, since somebody has set it to 0. */
  waitedMs = 0;
  readonly #lookout: Lookout;
  readonly #holds: readonly Hold[];
  readonly #aborts: readonly { readonly when: Watched; readonly evaluation: Evaluation<number> }[];
  readonly #always: readonly string[];
  /** Axes that have moved and have not settled yet. */
  readonly #unsettled = new Set<string>();
  /** Where axes were sent last, of those that are waited for. */
  readonly #sent = new Map<string, Setpoint>();
  readonly #aside: Aside;
  /** Looks go on when the scan is paused. */
  readonly #own: Waits;
  readonly #logs = new Set<Promise<void>>();
  #ended = false;

  /** Looks at nothing yet. */
  constructor(readonly means: SentinelMeans) {
    const { plan, mover, waits, turns, readTimeoutMs } = means;
    this.#own = new Waits(waits.clock);
    const reader = new Reader(mover.rig, plan.channels, 0, this.#own, new TimeCounter(), readTimeoutMs, turns);
    this.#lookout = new Lookout({
      plan,
      reader,
      axisOf: (name) => mover.axis(name),
      heldBack: (device) => means.frames.has(device) && means.inBody(),
      onLook: (look) => this.#judge(look),
      onTrouble: (source, reason) => this.#report(source, reason),
    });
    this.#holds = plan.holds.map(({ rule, when }) => new Hold(rule, when));
    this.#aborts = plan.aborts.map((when) => ({ when, evaluation: when.compiled.start() }));
    this.#always = [...new Set([...plan.holds.map(({ when }) => when), ...plan.aborts].flatMap((one) => one.sources))];
    this.#aside = new Aside(mover, waits, (setpoint) => this.#sending(setpoint));
  }

  get #nowMs(): number {
    return this.means.waits.clock.nowMs();
  }

  /** Whether the run may wait for what it watches. */
  get mayWait(): boolean {
    return this.#holds.length > 0 || this.means.plan.settles.size > 0;
  }

  /** The detectors that must be ready. */
  get devices(): readonly string[] {
    return [...new Set(this.means.plan.channels.map(({ device }) => device))];
  }

  /** Looks for the first time, before anything moves, and from now on. */
  async begin(): Promise<void> {
    const looking = this.#lookout.freshen(this.#always, this.#nowMs);
    if (looking) await this.means.waits.wait(looking, Infinity);
    this.#watch().catch((thrown) => {
      if (!this.#ended) this.means.abort(`what is watched could not be looked at: ${messageOf(thrown)}`);
    });
    if (this.over) throw this.over;
  }

  async #watch(): Promise<void> {
    const { watchMs } = this.means.plan, always = this.#always;
    while (!this.#ended && always.length) {
      await this.#own.sleep(Math.max(1, this.#lookout.dueMs(always, watchMs) - this.#nowMs));
      // Timers may be a fraction of a millisecond early against sums of times.
      this.#lookout.start(this.#lookout.stale(always, this.#nowMs - watchMs + 1));
    }
  }

  /** Before axes are sent off, so that the looks know it. */
  moving(setpoint: Setpoints): void {
    this.#aside.busy = true;
    this.#sending(setpoint);
  }

  #sending(setpoint: Setpoints): void {
    const { plan, mover } = this.means;
    for (const name in setpoint) {
      this.#lookout.ask(name, setpoint[name]);
      if (!plan.settles.has(name)) continue;
      if (this.#sent.get(name) !== setpoint[name] || mover.axis(name).setpoint !== setpoint[name]) {
        this.#unsettled.add(name);
      }
      this.#sent.set(name, setpoint[name]);
    }
  }

  /** The axes have arrived, or will not: then whoever has broken it off sees to what becomes of them. */
  arrived(there: boolean): void {
    this.#aside.busy = false;
    if (there) this.#setAside();
  }

  /** Axes were stopped on their way: where they are sent again, they have to settle again. */
  stopped(): void {
    this.#sent.clear();
    this.#aside.broken();
  }

  /** Whether the run must not go on as it is. */
  get held(): boolean {
    if (this.#ended || !this.#holds.length) return false;
    return this.#holds.some((hold) => !hold.ignored && (hold.unknown || hold.fromMs !== undefined));
  }

  /**
   * Lets through whoever wants to read: at once (then undefined) when all looks are fresh and all conditions hold, else when
   * they do.
   *
   * @throws WaitedTooLong where a hold took longer than it may, and a person shall look
   */
  clear(): Promise<void> | undefined {
    if (!this.#holds.length) return undefined;
    if (!this.held && !this.#staleSince(this.#nowMs - this.means.plan.watchMs)) return undefined;
    return this.#clear();
  }

  #staleSince(sinceMs: number): Promise<void> | undefined {
    return this.#lookout.freshen(this.#holdSources, sinceMs);
  }

  get #holdSources(): readonly string[] {
    return this.#holds.flatMap(({ when }) => when.sources);
  }

  async #clear(): Promise<void> {
    const { waits, times, plan: { watchMs } } = this.means, fromMs = this.#nowMs;
    const movedMs = times.moveMs + times.settleMs;
    let waited = false;
    try {
      for (;;) {
        const looking = this.#staleSince(this.#nowMs - watchMs);
        if (looking) await waits.wait(looking, Infinity);
        if (this.over) throw this.over;
        const nowMs = this.#nowMs, closed = this.#holds.filter((hold) => !hold.clear(nowMs));
        if (!closed.length) {
          await this.#aside.done();
          if (!this.#aside.isAside) break;
          await this.#aside.back();
          continue;
        }
        waited = true;
        this.holding = this.#why(closed[0]);
        this.#setAside();
        await this.#aside.done();
        await this.#waitFor(closed);
      }
      this.#goOn();
    } finally {
      this.holding = undefined;
      for (const hold of this.#holds) hold.waitingMs = undefined;
      if (waited) {
        const ms = this.#nowMs - fromMs;
        this.waitedMs += ms;
        times.waitMs += Math.max(0, ms - (times.moveMs + times.settleMs - movedMs));
      }
    }
  }

  /** Waits for the next look, or for the end of somebody's patience. */
  async #waitFor(closed: readonly Hold[]): Promise<void> {
    const { waits, plan: { watchMs } } = this.means, nowMs = this.#nowMs;
    let leastMs = watchMs;
    for (const hold of closed) {
      const { timeoutMs = Infinity, forMs = 0, unless } = hold.rule;
      hold.waitingMs ??= nowMs;
      const leftMs = hold.waitingMs + timeoutMs - nowMs;
      if (leftMs <= 0) {
        this.#giveUp(hold.rule.else, `${this.#why(hold)}, for ${duration(nowMs - hold.waitingMs)}`, { unless });
        hold.ignored = true;
      }
      leastMs = Math.min(leastMs, Math.max(0, leftMs));
      if (hold.goodMs !== undefined) leastMs = Math.min(leastMs, Math.max(0, hold.goodMs + forMs - nowMs));
    }
    if (closed.some((hold) => !hold.clear(nowMs))) await waits.sleep(leastMs);
  }

  /** Does what is declared for what takes too long; returns for `continue`. */
  #giveUp(how: HoldElse = "pause", text: string, data: Readonly<Record<string, unknown>>): void {
    if (how === "pause") throw new WaitedTooLong(text);
    if (how === "abort") {
      this.#end(text);
      throw this.over;
    }
    this.#log("warning", `goes on all the same: ${text}`, { ...data, else: how });
  }

  /** All conditions hold, or are ignored. */
  #goOn(): void {
    const nowMs = this.#nowMs;
    for (const hold of this.#holds) {
      if (hold.fromMs === undefined || hold.ignored) continue;
      const heldMs = nowMs - hold.fromMs, { unless } = hold.rule;
      hold.fromMs = hold.goodMs = undefined;
      this.#log("transition", `goes on after ${duration(heldMs)}: ${unless} holds`, { unless, heldMs });
    }
  }

  /**
   * Whether a reading is good: no condition failed meanwhile, nor at the look right after it. What was read is a look too.
   *
   * @param before the number of disturbances when it began
   */
  undisturbed(acquired: Acquired, pass: string, before: number): boolean | Promise<boolean> {
    this.#lookout.point(acquired, pass);
    if (!this.#holds.length) return true;
    const looking = this.#lookout.freshen(this.#sourcesBeside(acquired), this.#nowMs);
    if (looking || this.#doubtful) return this.#look(looking, before);
    return this.disturbances === before;
  }

  /** Whether a look has failed, and the next ones have to tell. */
  get #doubtful(): boolean {
    return this.#holds.some((hold) => hold.unknown && !hold.ignored);
  }

  /** Of the signals that holds need, those that the point did not have. */
  #sourcesBeside({ reading, readback }: Acquired): string[] {
    return this.#holdSources.filter((name) => !(name in reading) && !(name in readback));
  }

  async #look(looking: Promise<void> | undefined, before: number): Promise<boolean> {
    const { waits, plan: { watchMs } } = this.means;
    if (looking) await waits.wait(looking, Infinity);
    while (this.#doubtful && this.disturbances === before) {
      await waits.sleep(watchMs);
      const again = this.#staleSince(this.#nowMs);
      if (again) await waits.wait(again, Infinity);
    }
    return this.disturbances === before;
  }

  /**
   * Waits until the axes that have moved have settled; undefined where there are none that must.
   *
   * @throws WaitedTooLong where that took longer than it may, and a person shall look
   */
  settle(): Promise<void> | undefined {
    return this.#unsettled.size ? this.#settle() : undefined;
  }

  async #settle(): Promise<void> {
    const { waits, times, plan: { settles, watchMs } } = this.means, fromMs = this.#nowMs;
    // What was steady before the move says nothing of what it has led to.
    const open = [...this.#unsettled].map((axis) => {
      const { rule, when } = settles.get(axis)!;
      return { axis, rule, when, evaluation: when.compiled.start() };
    });
    try {
      for (;;) {
        const nowMs = this.#nowMs, leftMs: number[] = [watchMs];
        const looking = this.#lookout.freshen(open.flatMap(({ when }) => when.sources), nowMs);
        if (looking) await waits.wait(looking, Infinity);
        if (this.over) throw this.over;
        for (const { axis, rule, when, evaluation } of open) {
          if (!this.#unsettled.has(axis)) continue;
          this.settling = `${axis} settles: ${rule.until} (${this.#numbers(when)})`;
          const failures = this.#lookout.failures(when.sources);
          if (!failures || failures >= TRIES) evaluation.add(this.#lookout.lookup);
          if (!failures && isTrue(evaluation.value())) this.#unsettled.delete(axis);
          else {
            const patienceMs = (rule.timeoutMs ?? Infinity) - (this.#nowMs - fromMs);
            if (patienceMs <= 0) this.#unsettledTooLong(axis, rule.else, rule.until, when, this.#nowMs - fromMs);
            leftMs.push(Math.max(0, patienceMs));
          }
        }
        if (!open.some(({ axis }) => this.#unsettled.has(axis))) return;
        await waits.sleep(Math.min(...leftMs));
      }
    } finally {
      this.settling = undefined;
      times.settleMs += this.#nowMs - fromMs;
      this.waitedMs += this.#nowMs - fromMs;
    }
  }

  #unsettledTooLong(axis: string, how: HoldElse | undefined, until: string, when: Watched, ms: number): void {
    const text = `${axis} has not settled within ${duration(ms)}: ${until} (${this.#numbers(when)})`;
    this.#giveUp(how, text, { axis, until });
    this.#unsettled.delete(axis);
  }

  /** Stops looking. */
  quit(): void {
    this.#ended = true;
    this.#own.breakOff(new SondeError("the run has ended"));
  }

  /** Leaves axes that a hold has set aside where they are: that is safe. Those that were stopped on their way are sent again. */
  async end(): Promise<void> {
    this.quit();
    await Promise.allSettled([...this.#logs]);
    await this.#aside.idle();
    this.#setAside();
    await this.#aside.done();
  }

  /** After each look: what does it say? */
  #judge({ ms, sources }: Look): void {
    if (this.#ended || this.over) return;
    for (const { when, evaluation } of this.#aborts) {
      if (!when.sources.some((name) => sources.has(name))) continue;
      const failures = this.#lookout.failures(when.sources);
      if (failures && failures < TRIES) continue;
      evaluation.add(this.#lookout.lookup);
      if (failures) return this.#end(`${when.text} cannot be told: ${this.#lookout.trouble(when.sources)}`);
      if (isTrue(evaluation.value())) return this.#end(`${when.text} (${this.#numbers(when)})`);
    }
    for (const hold of this.#holds) if (hold.when.sources.some((name) => sources.has(name))) this.#judgeHold(hold, ms);
  }

  #judgeHold(hold: Hold, ms: number): void {
    const failures = this.#lookout.failures(hold.when.sources);
    hold.unknown = failures > 0 && failures < TRIES;
    if (hold.unknown) return;
    hold.evaluation.add(this.#lookout.lookup);
    if (!failures && isTrue(hold.evaluation.value())) {
      if (hold.ignored) {
        hold.ignored = false;
        hold.fromMs = undefined;
        this.#log("transition", `${hold.rule.unless} holds again`, { unless: hold.rule.unless });
      } else if (hold.fromMs !== undefined) hold.goodMs ??= ms;
      return;
    }
    hold.goodMs = undefined;
    if (hold.ignored) return;
    this.disturbances++;
    if (hold.fromMs !== undefined) return;
    hold.fromMs = ms;
    const { unless } = hold.rule, { signals } = hold.when.compiled;
    const data = { unless, signals: Object.fromEntries(signals.map((name) => [name, this.#numberOf(name)])) };
    this.#log("transition", `held: ${this.#why(hold)}`, data);
    this.#setAside();
  }

  #why(hold: Hold): string {
    const { unless } = hold.rule;
    if (hold.goodMs !== undefined) return `${unless} has not held for ${duration(hold.rule.forMs ?? 0)} yet`;
    return `${unless} does not hold (${this.#numbers(hold.when)})`;
  }

  /** What the signals of a condition were at the latest look. */
  #numbers({ compiled, sources }: Watched): string {
    const trouble = this.#lookout.trouble(sources);
    if (trouble) return trouble;
    const { rig: { channels, axes } } = this.means.mover;
    return compiled.signals.map((name) => {
      const unit = (channels.get(name) ?? axes.get(name.replace(/_setpoint$/, "")))?.unit;
      return `${name} ${this.#numberOf(name)}${unit && unit !== "1" ? ` ${unit}` : ""}`;
    }).join(", ");
  }

  #numberOf(name: string): number | string {
    const reading = this.#lookout.lookup(name);
    return typeof reading === "number" ? Number(reading.toPrecision(6)) : "a frame";
  }

  /** Sends axes where the holds in force want them, as soon as nothing is under way. */
  #setAside(): void {
    const wanted = this.#holds.filter((hold) => hold.fromMs !== undefined && !hold.ignored && hold.rule.set);
    if (wanted.length) this.#aside.go(Object.assign({}, ...wanted.map(({ rule }) => rule.set)));
  }

  #end(reason: string): void {
    this.over = new RunAborted(reason);
    this.means.abort(reason);
  }

  #report(source: string, reason: string | undefined): void {
    if (reason === undefined) this.#log("transition", `${source}: can be looked at again`, { name: source });
    else this.#log("warning", `${source}: a look failed: ${reason}`, { name: source });
  }

  /** Logs without waiting for it: whoever looks must not wait for a slow sink. */
  #log(kind: LogEntry["kind"], text: string, data: Readonly<Record<string, unknown>>): void {
    const logging = this.means.log(kind, text, data).catch(() => {}).finally(() => this.#logs.delete(logging));
    this.#logs.add(logging);
  }
}
