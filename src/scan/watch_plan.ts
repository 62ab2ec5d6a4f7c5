import { derive, type Derived } from "../adapt/derive.ts";
import { type DerivedPlan, planDerived } from "../adapt/derive/plan_derived.ts";
import { compileNumber } from "../adapt/expression/compile_expression.ts";
import type { Compiled } from "../adapt/expression/compiled.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import { type Expression, expressionParts } from "../adapt/expression/expression.ts";
import { parseExpression } from "../adapt/expression/parse_expression.ts";
import { lookEnvironment } from "../adapt/expression/stable.ts";
import { InputError, type Issue, messageOf, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { HoldRule, RunRules, SettleRule } from "../core/rules.ts";
import { inputIssues } from "../core/input_issues.ts";
import { readList } from "./read_list.ts";
import { holdSchema, settleSchema } from "./rules_schema.ts";
import { passesAsked, type SignalOptions } from "./run_signals.ts";
import { WAITED_CHANNEL, waitedChannels } from "./waited_channel.ts";

/** How often signals are looked at, unless somebody says. */
const WATCH_MS = 1000;
/** What ends the name of the setpoint that an axis was given last. */
const SETPOINT = "_setpoint";

/** A condition that is ready to be looked at. */
export interface Watched {
  /** As it was written. */
  readonly text: string;
  /** Over the signals, of which each look is a point. */
  readonly compiled: Compiled<number>;
  /** The channels that it needs, those behind derived signals too, and the axes whose readbacks it needs. */
  readonly sources: readonly string[];
}

/** What a run watches, ready to be looked at. */
export interface WatchPlan {
  /** What is wrong with it; where there is an error, nothing of it may be used. */
  readonly issues: readonly Issue[];
  /** In the order given. */
  readonly holds: readonly { readonly rule: HoldRule; readonly when: Watched }[];
  /** By axis. */
  readonly settles: ReadonlyMap<string, { readonly rule: SettleRule; readonly when: Watched }>;
  /** In the order given. */
  readonly aborts: readonly Watched[];
  /** What looks read, as far as a condition needs it. */
  readonly channels: readonly RigChannel[];
  /** The axes whose readbacks they ask for. */
  readonly axes: readonly string[];
  /** The derived signals that conditions look at. */
  readonly derived?: DerivedPlan;
  /** How often. */
  readonly watchMs: number;
}

/** Makes ready what a run shall watch, and says all that is wrong with it; undefined where it watches nothing. */
export function planWatch(options: RunRules & SignalOptions, rig: Rig): WatchPlan | undefined {
  const { hold, settle, abort } = options;
  return hold ?? settle ?? abort ? new WatchPlanner(options, rig).plan() : undefined;
}

/** Finds signals and compiles conditions. */
class WatchPlanner {
  readonly issues: Issue[] = [];
  readonly #signals: ReadonlyMap<string, SignalType>;
  readonly #derived: Derived;
  /** The derived signals that conditions look at, and those behind them. */
  readonly #derivedUsed = new Set<string>();
  readonly #read: readonly RigChannel[];
  readonly #watched: Watched[] = [];

  constructor(readonly options: RunRules & SignalOptions, readonly rig: Rig) {
    this.#derived = options.derive ?? derive({});
    this.#read = readList(rig, options.read ?? []).channels;
    const { channels } = this.#derivedPlan(this.#derived);
    this.#signals = new Map<string, SignalType>([...axisSignals(rig), ...rig.channels, ...channels]);
  }

  plan(): WatchPlan {
    const { watchMs = WATCH_MS } = this.options;
    const holds = this.#holds(), settles = this.#settles(), aborts = this.#aborts();
    if (!(watchMs > 0 && watchMs < Infinity)) this.#error("watchMs", `expected a number above 0, received ${watchMs}`);
    if (waitedChannels(this.options).length) this.#refuseWaited();
    const sources = new Set(this.#watched.flatMap((one) => one.sources)), used = this.#derivedUsed;
    const signals = Object.fromEntries(Object.entries(this.#derived.signals).filter(([name]) => used.has(name)));
    return {
      issues: this.issues,
      holds,
      settles,
      aborts,
      channels: [...this.rig.channels.values()].filter(({ name }) => sources.has(name)),
      axes: [...this.rig.axes.keys()].filter((name) => sources.has(name) && !this.rig.channels.has(name)),
      ...used.size && { derived: this.#derivedPlan(derive(signals)) },
      watchMs,
    };
  }

  #derivedPlan(derived: Derived): DerivedPlan {
    return planDerived(derived, new Map(this.#read.map((channel) => [channel.name, channel])), {
      passes: passesAsked(derived),
    });
  }

  #error(path: string, message: string, received?: unknown, allowed?: string): void {
    this.issues.push({ path, message, received, allowed, severity: "error" });
  }

  /** The condition, or undefined with an issue. */
  #compile(text: string, path: string): Watched | undefined {
    try {
      const compiled = compileNumber(text, lookEnvironment(this.#signals), path);
      const watched = { text, compiled, sources: [...new Set(compiled.signals.flatMap((one) => this.#sources(one)))] };
      this.#watched.push(watched);
      return watched;
    } catch (thrown) {
      if (thrown instanceof InputError) this.issues.push(...thrown.issues);
      else this.#error(path, messageOf(thrown), text);
      return undefined;
    }
  }

  /** What must be read to know a signal. */
  #sources(name: string): readonly string[] {
    if (this.rig.channels.has(name)) return [name];
    if (!Object.hasOwn(this.#derived.signals, name)) {
      // Where an axis stands tells what it was asked before it was asked anything, and when to look at the condition.
      return [name.endsWith(SETPOINT) && !this.rig.axes.has(name) ? name.slice(0, -SETPOINT.length) : name];
    }
    if (this.#derivedUsed.has(name)) return [];
    this.#derivedUsed.add(name);
    const spec = this.#derived.signals[name], all = Object.keys(this.#derived.signals);
    // A function may look at any signal of the point.
    const uses = "expression" in spec
      ? namesIn(parseExpression(spec.expression))
      : [...all, ...this.#read.map((one) => one.name)];
    return uses.filter((one) => one !== name).flatMap((one) => this.#sources(one));
  }

  #holds(): WatchPlan["holds"] {
    const { hold = [] } = this.options, rules = [hold].flat(), listed = Array.isArray(hold);
    return rules.flatMap((rule, k) => {
      const path = listed ? `hold[${k}]` : "hold", form = holdSchema.safeParse(rule);
      if (!form.success) {
        this.issues.push(...inputIssues(form.error, rule, path, () => Object.keys(holdSchema.shape)));
        return [];
      }
      for (const [axis, to] of Object.entries(rule.set ?? {})) this.#checkSetpoint(axis, to, `${path}.set.${axis}`);
      const when = this.#compile(rule.unless, `${path}.unless`);
      return when ? [{ rule, when }] : [];
    });
  }

  #checkSetpoint(name: string, to: number | string, path: string): void {
    const axis = this.rig.axes.get(name);
    if (!axis) {
      const message = `the rig has no axis ${show(name)}; ${didYouMean(name, this.rig.axes.keys())}`;
      return this.#error(path, message, name, [...this.rig.axes.keys()].join(", "));
    }
    try {
      axis.check(to);
    } catch (thrown) {
      this.#error(path, messageOf(thrown), to);
    }
  }

  #settles(): WatchPlan["settles"] {
    const settles = new Map<string, { readonly rule: SettleRule; readonly when: Watched }>();
    for (const [axis, given] of Object.entries(this.options.settle ?? {})) {
      const path = `settle.${axis}`, form = settleSchema.safeParse(given);
      if (!this.rig.axes.has(axis)) {
        const message = `the rig has no axis ${show(axis)}; ${didYouMean(axis, this.rig.axes.keys())}`;
        this.#error(path, message, axis, [...this.rig.axes.keys()].join(", "));
      }
      if (!form.success) {
        this.issues.push(...inputIssues(form.error, given, path, () => ["until", "timeoutMs", "else"]));
        continue;
      }
      const rule = typeof given === "string" ? { until: given } : given;
      const when = this.#compile(rule.until, typeof given === "string" ? path : `${path}.until`);
      if (when) settles.set(axis, { rule, when });
    }
    return settles;
  }

  #aborts(): Watched[] {
    const { abort = [] } = this.options;
    if (!Array.isArray(abort)) {
      this.#error("abort", `expected a list of conditions, received ${show(abort)}`, abort);
      return [];
    }
    return abort.flatMap((text: string, k) => this.#compile(text, `abort[${k}]`) ?? []);
  }

  #refuseWaited(): void {
    const taken = [...this.rig.channels.keys(), ...this.rig.axes.keys(), ...Object.keys(this.#derived.signals)];
    if (!taken.includes(WAITED_CHANNEL.name)) return;
    const message =
      `"${WAITED_CHANNEL.name}" is what runs that hold or settle store of their own: call the signal or the axis otherwise`;
    this.#error(WAITED_CHANNEL.name, message, WAITED_CHANNEL.name);
  }
}

/** Readbacks by the names of the axes, and what they were asked last. */
function axisSignals({ axes }: Rig): [string, SignalType][] {
  const types = [...axes.values()].map(({ name, unit, labels }): [string, SignalType] => [name, { unit, labels }]);
  return [...types, ...types.map(([name, type]): [string, SignalType] => [name + SETPOINT, type])];
}

function namesIn(node: Expression): string[] {
  return node.kind === "name" ? [node.name] : expressionParts(node).flatMap(namesIn);
}
