import { isTrue } from "../../adapt/expression/elementwise.ts";
import type { Evaluation } from "../../adapt/expression/compiled.ts";
import type { Setpoints } from "../../core/point.ts";
import type { SettleRule } from "../../core/rules.ts";
import { duration } from "../duration.ts";
import type { Watched } from "../watch_plan.ts";
import { TRIES } from "./lookout.ts";
import type { WatchDesk } from "./watch_desk.ts";

/** An axis that settles. */
interface Settling {
  readonly axis: string;
  readonly rule: SettleRule;
  readonly when: Watched;
  readonly evaluation: Evaluation<number>;
}

/** Waits for what the axes that have moved shall come to. */
export class Settler {
  /** What is waited for now; undefined where nothing is. */
  settling: string | undefined;
  /** Axes that have moved and have not settled yet: also when a pause has broken off the waiting. */
  readonly #unsettled = new Set<string>();
  /** Where axes were sent last. */
  readonly #sent = new Map<string, string>();

  /** Waits for nothing yet. */
  constructor(readonly desk: WatchDesk) {}

  /** Before axes are sent off: those that really move have to settle, those too that a derived axis takes with it. */
  sending(setpoint: Setpoints): void {
    const { plan: { settles }, mover } = this.desk.means;
    if (!settles.size) return;
    const all = mover.withMoved(setpoint);
    for (const name in all) {
      if (!settles.has(name)) continue;
      const own = name in setpoint, to = JSON.stringify(own ? setpoint[name] : setpoint);
      if (this.#sent.get(name) !== to || own && mover.axis(name).setpoint !== setpoint[name]) this.#unsettled.add(name);
      this.#sent.set(name, to);
    }
  }

  /** Axes were stopped on their way: wherever they are sent, they have to settle. */
  stopped(): void {
    this.#sent.clear();
  }

  /** Waits until the axes that have moved have settled; undefined where there are none that must. */
  settle(): Promise<void> | undefined {
    return this.#unsettled.size ? this.#settle() : undefined;
  }

  async #settle(): Promise<void> {
    const { desk, desk: { means: { waits, times, plan } } } = this, fromMs = desk.nowMs;
    // What was steady before the move says nothing of what it has led to.
    const all = [...this.#unsettled].map((axis): Settling => {
      const { rule, when } = plan.settles.get(axis)!;
      return { axis, rule, when, evaluation: when.compiled.start() };
    });
    const sources = all.flatMap(({ when }) => when.sources);
    try {
      for (;;) {
        const looking = desk.lookout.freshen(sources, desk.nowMs);
        if (looking) await waits.wait(looking, Infinity);
        if (desk.over) throw desk.over;
        const open = all.filter(({ axis }) => this.#unsettled.has(axis));
        const patienceMs = open.map((one) => this.#look(one, desk.nowMs - fromMs));
        if (!this.#unsettled.size) return;
        await waits.sleep(Math.min(plan.watchMs, ...patienceMs));
      }
    } finally {
      this.settling = undefined;
      times.settleMs += desk.nowMs - fromMs;
      desk.waitedMs += desk.nowMs - fromMs;
    }
  }

  /** Whether it has settled, which is then noted; gives how long it may still take. */
  #look({ axis, rule, when, evaluation }: Settling, sinceMs: number): number {
    const { desk } = this, { lookout } = desk, failures = lookout.failures(when.sources);
    const { until, timeoutMs = Infinity } = rule;
    this.settling = `${axis} settles: ${until} (${desk.numbers(when)})`;
    // One look that fails says nothing.
    if (!failures || failures >= TRIES) evaluation.add(lookout.lookup);
    if (!failures && isTrue(evaluation.value())) {
      this.#unsettled.delete(axis);
      return Infinity;
    }
    if (sinceMs < timeoutMs) return timeoutMs - sinceMs;
    const text = `${axis} has not settled within ${duration(sinceMs)}: ${until} (${desk.numbers(when)})`;
    desk.giveUp(rule.else, text, { axis, until });
    this.#unsettled.delete(axis);
    return Infinity;
  }
}
