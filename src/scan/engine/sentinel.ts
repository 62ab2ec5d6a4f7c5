import type { Evaluation } from "../../adapt/expression/compiled.ts";
import { isTrue } from "../../adapt/expression/elementwise.ts";
import { messageOf, type RunAborted, SondeError } from "../../core/errors.ts";
import type { Setpoints } from "../../core/point.ts";
import { duration } from "../duration.ts";
import type { Watched } from "../watch_plan.ts";
import { Aside } from "./aside.ts";
import { HeldCondition } from "./held_condition.ts";
import { type Look, TRIES } from "./lookout.ts";
import type { Acquired } from "./reader.ts";
import { Settler } from "./settler.ts";
import { WatchDesk, type WatchMeans } from "./watch_desk.ts";

/**
 * Watches what a run declares: suspends it while a condition does not hold, waits until axes have settled, and ends it when
 * a condition says so. It looks on a clock of its own, also while axes move, detectors are read, and people are asked.
 */
export class Sentinel {
  /** Why the run is suspended, for whoever looks at it; undefined while it goes on. */
  holding: string | undefined;
  /** Counts looks at which a condition did not hold, so that a reading can be told that overlaps one. */
  disturbances = 0;
  readonly #desk: WatchDesk;
  readonly #settler: Settler;
  readonly #holds: readonly HeldCondition[];
  readonly #aborts: readonly { readonly when: Watched; readonly evaluation: Evaluation<number> }[];
  /** What holds need, and what they and aborts need. */
  readonly #holdSources: readonly string[];
  readonly #always: readonly string[];
  readonly #aside: Aside;
  #ended = false;

  /** Looks at nothing yet. */
  constructor(readonly means: WatchMeans) {
    const { plan: { holds, aborts }, mover, waits } = means;
    this.#desk = new WatchDesk(means, (look) => this.#judge(look));
    this.#settler = new Settler(this.#desk);
    this.#holds = holds.map(({ rule, when }) => new HeldCondition(rule, when));
    this.#aborts = aborts.map((when) => ({ when, evaluation: when.compiled.start() }));
    this.#holdSources = [...new Set(holds.flatMap(({ when }) => when.sources))];
    this.#always = [...new Set([...this.#holdSources, ...aborts.flatMap(({ sources }) => sources)])];
    this.#aside = new Aside(mover, waits, (setpoint) => this.#sending(setpoint));
  }

  /** Set when a condition has ended the run. */
  get over(): RunAborted | undefined {
    return this.#desk.over;
  }

  /** What is waited for after a move; undefined where nothing is. */
  get settling(): string | undefined {
    return this.#settler.settling;
  }

  /** The detectors that must be ready. */
  get devices(): readonly string[] {
    return [...new Set(this.means.plan.channels.map(({ device }) => device))];
  }

  /** How long was waited since the last point that took note of it; undefined where nothing is ever waited for. */
  waitedMs(takeNote: boolean): number | undefined {
    if (!this.#holds.length && !this.means.plan.settles.size) return undefined;
    const ms = this.#desk.waitedMs;
    if (takeNote) this.#desk.waitedMs = 0;
    return ms;
  }

  /** Looks for the first time, before anything moves, and from now on. */
  async begin(): Promise<void> {
    const looking = this.#desk.lookout.freshen(this.#always, this.#desk.nowMs);
    if (looking) await this.means.waits.wait(looking, Infinity);
    if (this.over) throw this.over;
    this.#watch().catch((thrown) => {
      if (!this.#ended) this.means.abort(`what is watched could not be looked at: ${messageOf(thrown)}`);
    });
  }

  async #watch(): Promise<void> {
    const { plan: { watchMs } } = this.means, { own, lookout } = this.#desk, always = this.#always;
    while (!this.#ended && always.length) {
      await own.sleep(Math.max(1, lookout.dueMs(always, watchMs) - this.#desk.nowMs));
      // Times are sums of fractions: what is due within a millisecond is due.
      lookout.start(lookout.stale(always, this.#desk.nowMs - watchMs + 1));
    }
  }

  /** Before axes are sent off, so that the looks know it. */
  moving(setpoint: Setpoints): void {
    this.#aside.busy = true;
    this.#sending(setpoint);
  }

  #sending(setpoint: Setpoints): void {
    for (const name in setpoint) this.#desk.lookout.ask(name, setpoint[name]);
    this.#settler.sending(setpoint);
  }

  /** The axes have arrived, or will not: then whoever has broken it off sees to what becomes of them. */
  arrived(there: boolean): void {
    this.#aside.busy = false;
    if (there) this.#setAside();
  }

  /** Waits until axes that a hold has sent off are there. @throws what went wrong with them */
  async aside(): Promise<void> {
    await this.#aside.done();
  }

  /** Axes were stopped, wherever they are. */
  stopped(): void {
    this.#settler.stopped();
    this.#aside.broken();
  }

  /** Waits until axes that have moved have settled; undefined where none must. @throws WaitedTooLong, for a person to look */
  settle(): Promise<void> | undefined {
    return this.#settler.settle();
  }

  /** Whether a condition does not hold, or has not held since, so that the run must not go on as it is. */
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
    if (!this.held && !this.#looking(this.means.plan.watchMs)) return undefined;
    return this.#clear();
  }

  /** Looks again where looks of holds are older. */
  #looking(ms: number): Promise<void> | undefined {
    const looking = this.#desk.lookout.freshen(this.#holdSources, this.#desk.nowMs - ms);
    // Who only asks whether there is one does not wait for it, and does not hear that the run's end breaks it off.
    looking?.catch(() => {});
    return looking;
  }

  async #clear(): Promise<void> {
    const { waits, times, plan: { watchMs } } = this.means, desk = this.#desk, fromMs = desk.nowMs;
    const movedMs = times.moveMs + times.settleMs;
    let waited = false;
    try {
      for (;;) {
        const looking = this.#looking(watchMs);
        if (looking) await waits.wait(looking, Infinity);
        if (this.over) throw this.over;
        const nowMs = desk.nowMs, closed = this.#holds.filter((hold) => !hold.clear(nowMs));
        if (!closed.length) {
          await this.#aside.done();
          if (!this.#aside.isAside) break;
          await this.#aside.back();
          continue;
        }
        waited = true;
        times.stand(fromMs);
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
        const ms = desk.nowMs - fromMs;
        times.goOn(desk.nowMs);
        desk.waitedMs += ms;
        times.waitMs += Math.max(0, ms - (times.moveMs + times.settleMs - movedMs));
      }
    }
  }

  /** Waits for the next look, or for the end of somebody's patience. */
  async #waitFor(closed: readonly HeldCondition[]): Promise<void> {
    const { waits, plan: { watchMs } } = this.means, { nowMs } = this.#desk;
    let leastMs = watchMs;
    for (const hold of closed) {
      const { timeoutMs = Infinity, forMs = 0, unless } = hold.rule;
      hold.waitingMs ??= nowMs;
      const waitedMs = nowMs - hold.waitingMs;
      if (waitedMs >= timeoutMs) {
        this.#desk.giveUp(hold.rule.else, `${this.#why(hold)}, for ${duration(waitedMs)}`, { unless });
        hold.ignored = true;
        continue;
      }
      leastMs = Math.min(leastMs, timeoutMs - waitedMs);
      if (hold.goodMs !== undefined) leastMs = Math.min(leastMs, Math.max(0, hold.goodMs + forMs - nowMs));
    }
    if (closed.some((hold) => !hold.ignored)) await waits.sleep(leastMs);
  }

  /** All conditions hold, or are ignored. */
  #goOn(): void {
    const { nowMs } = this.#desk;
    for (const hold of this.#holds) {
      if (hold.fromMs === undefined || hold.ignored) continue;
      const heldMs = nowMs - hold.fromMs, { unless } = hold.rule;
      hold.fromMs = hold.goodMs = undefined;
      this.#desk.log("transition", `goes on after ${duration(heldMs)}: ${unless} holds`, { unless, heldMs });
    }
  }

  /**
   * Whether a reading is good: no condition failed meanwhile, nor at the look right after it. What was read is a look too,
   * unless it was there before the rest: what came after it would not be seen.
   *
   * @param before the number of disturbances when it began
   */
  undisturbed(acquired: Acquired, pass: string, before: number): boolean | Promise<boolean> {
    const { lookout, nowMs } = this.#desk, { reading, readback } = acquired;
    lookout.point(acquired, pass);
    if (!this.#holds.length || this.over) return true;
    const again = this.#holdSources.filter((name) => {
      return !(name in reading) && !(name in readback) || lookout.wasEarly(name, acquired, nowMs);
    });
    const looking = lookout.freshen(again, nowMs);
    return looking || this.#doubtful ? this.#lookAfter(looking, before) : this.disturbances === before;
  }

  /** Whether a look has failed, and the next ones have to tell. */
  get #doubtful(): boolean {
    return this.#holds.some((hold) => hold.unknown && !hold.ignored);
  }

  async #lookAfter(looking: Promise<void> | undefined, before: number): Promise<boolean> {
    const { waits, plan: { watchMs } } = this.means;
    if (looking) await waits.wait(looking, Infinity);
    while (this.#doubtful && this.disturbances === before) {
      await waits.sleep(watchMs);
      const again = this.#looking(0);
      if (again) await waits.wait(again, Infinity);
    }
    return this.disturbances === before;
  }

  /** Stops looking. */
  quit(): void {
    this.#ended = true;
    this.#desk.own.breakOff(new SondeError("the run has ended"));
  }

  /** Leaves axes that a hold has set aside where they are: that is safe. Those that were stopped on their way are sent again. */
  async end(): Promise<void> {
    this.quit();
    await this.#desk.logged();
    await this.#aside.idle();
    this.#setAside();
    await this.#aside.done();
  }

  /** After each look: what does it say? */
  #judge({ ms, sources }: Look): void {
    if (this.#ended || this.over) return;
    const { lookout } = this.#desk, shown = ({ sources: wanted }: Watched) => wanted.some((name) => sources.has(name));
    for (const hold of this.#holds) if (shown(hold.when)) this.#judgeHold(hold, ms);
    for (const { when, evaluation } of this.#aborts) {
      const failures = lookout.failures(when.sources);
      if (!shown(when) || !lookout.hasSeen(when.sources) || failures > 0 && failures < TRIES) continue;
      evaluation.add(lookout.lookup);
      if (failures) return this.#desk.end(`${when.text} cannot be told: ${lookout.trouble(when.sources)}`);
      if (isTrue(evaluation.value())) return this.#desk.end(`${when.text} (${this.#desk.numbers(when)})`);
    }
  }

  #judgeHold(hold: HeldCondition, ms: number): void {
    const { lookout } = this.#desk, failures = lookout.failures(hold.when.sources), { unless } = hold.rule;
    hold.unknown = !lookout.hasSeen(hold.when.sources) || failures > 0 && failures < TRIES;
    if (hold.unknown) return;
    hold.evaluation.add(lookout.lookup);
    if (!failures && isTrue(hold.evaluation.value())) {
      if (hold.ignored) {
        hold.ignored = false;
        hold.fromMs = undefined;
        this.#desk.log("transition", `${unless} holds again`, { unless });
      } else if (hold.fromMs !== undefined) hold.goodMs ??= ms;
      return;
    }
    hold.goodMs = undefined;
    if (hold.ignored) return;
    this.disturbances++;
    if (hold.fromMs !== undefined) return;
    hold.fromMs = ms;
    const signals = hold.when.compiled.signals.map((name) => [name, this.#desk.numberOf(name)]);
    this.#desk.log("transition", `held: ${this.#why(hold)}`, { unless, signals: Object.fromEntries(signals) });
    this.#setAside();
  }

  #why({ rule: { unless, forMs = 0 }, when, goodMs }: HeldCondition): string {
    if (goodMs !== undefined) return `${unless} has not held for ${duration(forMs)} yet (${this.#desk.numbers(when)})`;
    return `${unless} does not hold (${this.#desk.numbers(when)})`;
  }

  /** Sends axes where the holds in force want them, as soon as nothing is under way. */
  #setAside(): void {
    const wanted = this.#holds.filter((hold) => hold.fromMs !== undefined && !hold.ignored && hold.rule.set);
    if (wanted.length) this.#aside.go(Object.assign({}, ...wanted.map(({ rule }) => rule.set)));
  }
}
