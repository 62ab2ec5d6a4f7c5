import type { Evaluation } from "../../adapt/expression/compiled.ts";
import type { HoldRule } from "../../core/rules.ts";
import type { Watched } from "../watch_plan.ts";

/** A condition of `hold` while the run goes on. */
export class HeldCondition {
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
