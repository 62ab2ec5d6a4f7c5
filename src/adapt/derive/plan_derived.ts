import type { ChannelInfo } from "../../core/device.ts";
import { InputError, type Issue } from "../../core/errors.ts";
import { Frame } from "../../core/point.ts";
import type { Derived, DerivedExpression, DerivedFunction } from "../derive.ts";
import { compileExpression } from "../expression/compile_expression.ts";
import type { Compiled, Remembered } from "../expression/compiled.ts";
import { pointEnvironment } from "../expression/environment.ts";
import { type Expression, expressionParts } from "../expression/expression.ts";
import { parseExpression } from "../expression/parse_expression.ts";
import { unitOf } from "../expression/unit_of.ts";
import { DerivedReader } from "./derived_reader.ts";
import { cycleAmong } from "./cycle_among.ts";

/** What surrounds derived signals, besides what is read. */
export interface DerivedSite {
  /** Names that are taken already: the axes. */
  readonly axes?: Iterable<string>;
  /** The passes that `last(pass.signal)` may name. */
  readonly passes?: readonly string[];
  /** What those passes may have, derived signals too, though it is not read here. */
  readonly elsewhere?: ReadonlyMap<string, ChannelInfo>;
  /** Told when a function throws, whose reading is then NaN; the error is thrown on when left out. */
  onFault?(signal: string, error: unknown): void;
}

/** Derived signals that stand on what is read. */
export interface DerivedPlan {
  /** All that is wrong. Where there is an error, there is no `reader`. */
  readonly issues: readonly Issue[];
  /** The names in an order in which each can be computed from those before it. */
  readonly order: readonly string[];
  /** What is known of each before the run, in the order given. */
  readonly channels: ReadonlyMap<string, ChannelInfo>;
  /** The signals that expressions look at, those of `last(…)` among them; a function may look at any. */
  readonly looksAt: ReadonlySet<string>;
  /** The readings that are kept from pass to pass. */
  readonly remembers: readonly Remembered[];
  /** Computes them. It has the memory of one run. @throws InputError when there are errors */
  reader(): DerivedReader;
}

/** A signal as it will be computed. */
export type Formula =
  | { readonly kind: "expression"; readonly compiled: Compiled }
  | { readonly kind: "function"; readonly compute: DerivedFunction["compute"]; readonly frame?: Frame };

/**
 * Puts derived signals onto what is read: finds the order, works out shapes and units, and says all that is wrong
 * (unknown signals with the column and the near match, cycles, names that are taken, shapes that do not go together).
 *
 * @param channels what is read, by full name
 * @example
 * ```ts
 * import { derive } from "../derive.ts";
 * import { planDerived } from "./plan_derived.ts";
 * const plan = planDerived(derive({ R: "hypot(X, Y)", dR: "R / last(dark.R, 1)" }), new Map([["X", { unit: "V" }], ["Y", { unit: "V" }]]), {
 *   passes: ["dark"],
 * });
 * const reader = plan.reader();
 * reader.readings({ X: 0, Y: 2 }, "dark");
 * const reading = reader.readings({ X: 3, Y: 4 }, "pass_0");
 * console.assert(reading.R === 5 && reading.dR === 2.5 && plan.channels.get("R")?.unit === "V");
 * ```
 */
export function planDerived(
  derived: Derived,
  channels: ReadonlyMap<string, ChannelInfo>,
  site: DerivedSite = {},
): DerivedPlan {
  const planner = new Planner(derived, channels, site);
  planner.plan();
  const { issues, order, known, looksAt, formulas, remembers } = planner;
  const names = Object.keys(derived.signals).filter((name) => known.has(name));
  return {
    issues,
    order,
    channels: new Map(names.map((name) => [name, known.get(name)!])),
    looksAt,
    remembers,
    reader() {
      if (issues.some((issue) => issue.severity === "error")) throw new InputError(issues);
      return new DerivedReader([...channels.keys()], formulas, remembers, site.onFault);
    },
  };
}

/**
 * The names in an expression.
 *
 * @param last whether also those of `last(pass.signal)`, without their pass
 */
function namesIn(node: Expression, last: boolean): string[] {
  if (node.kind === "name") return [node.name];
  if (node.kind === "call" && node.name === "last" && node.args[0]?.kind === "name") {
    const [{ name }, ...rest] = node.args;
    return [...last ? [name.slice(name.indexOf(".") + 1)] : [], ...rest.flatMap((arg) => namesIn(arg, last))];
  }
  return expressionParts(node).flatMap((part) => namesIn(part, last));
}

class Planner {
  readonly issues: Issue[] = [];
  readonly order: string[] = [];
  /** Derived signals that could be compiled. */
  readonly known = new Map<string, ChannelInfo>();
  readonly looksAt = new Set<string>();
  readonly formulas = new Map<string, Formula>();
  readonly remembers: Remembered[] = [];
  readonly #uses = new Map<string, readonly string[]>();
  readonly #done = new Set<string>();

  constructor(
    readonly derived: Derived,
    readonly channels: ReadonlyMap<string, ChannelInfo>,
    readonly site: DerivedSite,
  ) {}

  plan(): void {
    const { signals } = this.derived;
    for (const [name, spec] of Object.entries(signals)) {
      this.#refuseTaken(name);
      const used = "expression" in spec ? namesIn(parseExpression(spec.expression), true) : [];
      this.#uses.set(name, used.filter((one) => Object.hasOwn(signals, one)));
    }
    for (const cycle of cycleAmong(this.#uses)) {
      const message = `${cycle.join(" → ")}: a signal cannot be computed from itself`;
      this.issues.push({ path: `derive.${cycle[0]}`, message, severity: "error" });
      for (const name of cycle) this.#done.add(name);
    }
    for (const name of Object.keys(signals)) this.#visit(name);
  }

  #refuseTaken(name: string): void {
    const taken = [...this.channels.keys(), ...this.site.axes ?? []];
    const twin = taken.find((other) => other.toLowerCase() === name.toLowerCase());
    if (twin === undefined) return;
    const message = twin === name ? `there is a detector or an axis of this name` : `"${twin}" differs only by case`;
    this.issues.push({
      path: `derive.${name}`,
      message: `${message}; choose another`,
      received: name,
      severity: "error",
    });
  }

  /** What it is computed from first. */
  #visit(name: string): void {
    if (this.#done.has(name)) return;
    this.#done.add(name);
    const uses = this.#uses.get(name)!, spec = this.derived.signals[name];
    for (const used of uses) this.#visit(used);
    // what is amiss with those would only be said once more
    if (uses.some((used) => !this.known.has(used) && !this.#isElsewhere(used, spec))) return;
    if ("compute" in spec) this.#addFunction(name, spec);
    else this.#addExpression(name, spec);
  }

  /** Whether another pass may have it, and it is needed of no other. */
  #isElsewhere(used: string, spec: DerivedExpression | DerivedFunction): boolean {
    if (!this.site.elsewhere?.has(used) || !("expression" in spec)) return false;
    return !namesIn(parseExpression(spec.expression), false).includes(used);
  }

  #addFunction(name: string, spec: DerivedFunction): void {
    const { compute, unit = "", longName, shape = [], dimensions } = spec;
    const frame = shape.length
      ? new Frame(new Float64Array(shape.reduce((count, length) => count * length, 1)), shape)
      : undefined;
    this.order.push(name);
    this.formulas.set(name, { kind: "function", compute, frame });
    this.known.set(name, { unit, shape, dimensions, longName, expression: String(compute) });
  }

  #addExpression(name: string, spec: DerivedExpression): void {
    const { expression, longName } = spec, signals = new Map([...this.channels, ...this.#typesOfDerived()]);
    let compiled: Compiled;
    try {
      const { passes, elsewhere } = this.site;
      compiled = compileExpression(expression, pointEnvironment(signals, passes, elsewhere), `derive.${name}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.issues.push(...error.issues);
      return;
    }
    const { shape, dimensions, coordinates } = compiled, parsed = compiled.expression;
    const unit = spec.unit ?? unitOf(parsed, (used) => this.#unitOf(signals, used));
    for (const used of [...compiled.signals, ...compiled.remembers.map((one) => one.signal)]) this.looksAt.add(used);
    for (const one of compiled.remembers) {
      if (!this.remembers.some(({ pass, signal }) => pass === one.pass && signal === one.signal)) {
        this.remembers.push(one);
      }
    }
    this.order.push(name);
    this.formulas.set(name, { kind: "expression", compiled });
    this.known.set(name, { unit, shape, dimensions, coordinates, longName, expression });
  }

  /** Those not compiled yet stand among the names that may have been meant. */
  #typesOfDerived(): [string, ChannelInfo][] {
    const { elsewhere } = this.site, typeOf = (name: string) => this.known.get(name) ?? elsewhere?.get(name);
    return Object.keys(this.derived.signals).map((name) => [name, typeOf(name) ?? { unit: "" }]);
  }

  #unitOf(signals: ReadonlyMap<string, ChannelInfo>, name: string): string {
    const own = name.slice(name.indexOf(".") + 1);
    return (signals.get(name) ?? signals.get(own) ?? this.site.elsewhere?.get(own))?.unit ?? "";
  }
}
