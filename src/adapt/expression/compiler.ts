import { didYouMean } from "../../core/nearest.ts";
import { broadcast } from "./broadcast.ts";
import type { Remembered } from "./compiled.ts";
import { ARITHMETIC, COMPARE, CONSTANTS, ELEMENTWISE, isTrue } from "./elementwise.ts";
import type { Environment, Lookup } from "./environment.ts";
import type { Expression } from "./expression.ts";
import { ExpressionFault } from "./expression_issue.ts";
import { type Gatherer, GATHERERS, type Gathering } from "./gatherers.ts";
import { amongLabels, faultsAmong, labelledAmong } from "./among_labels.ts";
import { reduce, REDUCTIONS } from "./reductions.ts";
import { componentOf, indexView, type View, viewOf } from "./view.ts";

/** Gives a number at one point. */
export type Scalar = (lookup: Lookup, gathered: readonly Gathering[]) => number;

/** A part of an expression, compiled: one number, or an array. */
export type Part = Scalar | View;

/** A gatherer with its arguments. Those of its arguments stand before it in the list. */
interface Gather {
  start(): Gathering;
  add(to: Gathering, lookup: Lookup, gathered: readonly Gathering[]): void;
}

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;
type Numbers = (...numbers: number[]) => number;

/** Functions of complex numbers, by what they make of the real and the imaginary part. */
const OF_COMPLEX: Readonly<Record<string, Numbers | 0 | 1>> = {
  real: 0,
  imag: 1,
  abs: Math.hypot,
  angle: (real, imaginary) => Math.atan2(imaginary, real),
};

const COMPLEX = "these are complex numbers: say abs(…), angle(…), real(…) or imag(…) of them";

/** Makes closures of the tree of one expression. */
export class Compiler {
  /** The signals looked at. */
  readonly signals: string[] = [];
  /** What `last(pass.signal)` is asked of. */
  readonly remembers: Remembered[] = [];
  /** By number. */
  readonly gatherings: Gather[] = [];
  /** Unknown names and functions. */
  readonly faults: ExpressionFault[] = [];
  /** How many gatherers stand around. */
  #inside = 0;

  /** For one environment. */
  constructor(readonly environment: Environment) {}

  /** The whole expression. @throws ExpressionFault */
  whole(node: Expression): Part {
    const part = this.compile(node);
    if (typeof part === "function" || !part.complex) return part;
    throw new ExpressionFault(node.from, COMPLEX);
  }

  /** A part of it. @throws ExpressionFault */
  compile(node: Expression): Part {
    switch (node.kind) {
      case "number":
        return () => node.value;
      case "name":
        return this.#name(node);
      case "unary":
        return this.#unary(node);
      case "binary":
        return this.#apply(ARITHMETIC[node.operator], [node.left, node.right]);
      case "compare":
        return this.#compare(node);
      case "among":
        return this.#among(node);
      case "logic":
        return this.#logic(node);
      case "choice":
        return this.#choice(node);
      case "call":
        return this.#call(node);
      case "index":
        return this.#index(node);
    }
  }

  /** One number; arrays are refused. */
  #scalar(node: Expression, advice: string): Scalar {
    const part = this.compile(node);
    if (typeof part === "function") return part;
    throw new ExpressionFault(node.from, `one number is wanted, not the shape ${part.shape.join(" × ")}: ${advice}`);
  }

  #name(node: Of<"name">): Part {
    const { name } = node, { signals } = this.environment, type = signals.get(name);
    if (!type) {
      if (Object.hasOwn(CONSTANTS, name)) return () => CONSTANTS[name];
      const hyphened = [...signals.keys()].find((one) => one.startsWith(`${name}-`));
      const hint = hyphened ? `"${hyphened}" cannot stand here, where - is minus` : didYouMean(name, signals.keys());
      return this.#unknown(node.from, `there is no signal "${name}"; ${hint}`);
    }
    if (type.labels) {
      const example = `${name} == "${type.labels[0] ?? ""}"`;
      throw new ExpressionFault(node.from, `${name} has labels: compare it with one in quotes, as in ${example}`);
    }
    this.#uses(node);
    return this.#reading(name, type);
  }

  /** A signal is looked at. @throws ExpressionFault where that takes a function */
  #uses({ name, from }: Of<"name">): void {
    if (this.environment.thisPoint === false && !this.#inside) {
      const message = `"${name}" is a series of points here: say what of it, as in mean(${name}) or last(${name})`;
      throw new ExpressionFault(from, message);
    }
    if (!this.signals.includes(name)) this.signals.push(name);
  }

  #among(node: Of<"among">): Part {
    const labelled = labelledAmong(node, this.environment.signals), { name, type } = labelled;
    if (!type) return this.#name(name);
    this.faults.push(...faultsAmong(node, labelled));
    this.#uses(name);
    return amongLabels(node, name.name);
  }

  #reading(name: string, type: Parameters<typeof viewOf>[1]): Part {
    if (type.shape?.length || type.dtype?.startsWith("complex")) return viewOf(name, type);
    return (lookup) => {
      const reading = lookup(name);
      return typeof reading === "number" ? reading : NaN;
    };
  }

  #unknown(from: number, message: string): Scalar {
    this.faults.push(new ExpressionFault(from, message));
    return () => NaN;
  }

  #unary(node: Of<"unary">): Part {
    if (node.operator === "-") return this.#apply((x) => -x, [node.operand]);
    if (node.operator === "+") return this.#apply((x) => x, [node.operand]);
    const operand = this.#scalar(node.operand, "reduce it first, as in not max(…) > 3");
    return (lookup, gathered) => isTrue(operand(lookup, gathered)) ? 0 : 1;
  }

  #compare(node: Of<"compare">): Part {
    const { operators, operands } = node;
    if (operators.length === 1) return this.#apply(COMPARE[operators[0]], operands);
    const parts = operands.map((operand) => this.#scalar(operand, "a chain of comparisons takes numbers"));
    const compares = operators.map((operator) => COMPARE[operator]);
    return (lookup, gathered) => {
      let left = parts[0](lookup, gathered);
      for (let k = 0; k < compares.length; k++) {
        const right = parts[k + 1](lookup, gathered);
        if (!compares[k](left, right)) return 0;
        left = right;
      }
      return 1;
    };
  }

  #logic(node: Of<"logic">): Scalar {
    const parts = node.operands.map((operand) => this.#scalar(operand, "reduce it first, as in max(…) > 3"));
    const decides = node.operator === "or";
    return (lookup, gathered) => {
      for (let k = 0; k < parts.length; k++) {
        if (isTrue(parts[k](lookup, gathered)) === decides) return decides ? 1 : 0;
      }
      return decides ? 0 : 1;
    };
  }

  #choice(node: Of<"choice">): Part {
    const condition = this.#scalar(node.condition, "where(condition, then, otherwise) chooses element by element");
    const then = this.compile(node.then), otherwise = this.compile(node.otherwise);
    if (typeof then !== "function" || typeof otherwise !== "function") {
      const places = [node.condition.from, node.then.from, node.otherwise.from];
      return this.#combine(ELEMENTWISE.where.of, [condition, then, otherwise], places);
    }
    return (lookup, gathered) =>
      isTrue(condition(lookup, gathered)) ? then(lookup, gathered) : otherwise(lookup, gathered);
  }

  #index(node: Of<"index">): Part {
    const part = this.compile(node.of);
    if (typeof part === "function") throw new ExpressionFault(node.from, "one number has no parts to select");
    const view = indexView(part, node.items);
    return this.#settled(view);
  }

  /** A view of no dimensions as a number. */
  #settled(view: View): Part {
    if (view.shape.length || view.complex) return view;
    return (lookup, gathered) => view.load(lookup, gathered)[view.offset];
  }

  #apply(of: Numbers, args: readonly Expression[]): Part {
    return this.#combine(of, args.map((arg) => this.compile(arg)), args.map((arg) => arg.from));
  }

  /** Numbers with numbers make a number; with arrays, arrays. */
  #combine(of: Numbers, parts: readonly Part[], places: readonly number[]): Part {
    if (parts.every((part) => typeof part === "function")) return scalarOf(of, parts);
    const views = parts.map((part, k) => {
      if (typeof part === "function") return spread(part);
      if (!part.complex) return part;
      throw new ExpressionFault(places[k], COMPLEX);
    });
    if (views.length <= 3) return broadcast(of, views, places);
    // only min and max take as many, and those can be taken two at a time
    return views.slice(1).reduce((all, view, k) => broadcast(of, [all, view], [places[0], places[k + 1]]), views[0]);
  }

  #call(node: Of<"call">): Part {
    const { name, args } = node, { gatherers = {}, passes } = this.environment;
    if (name === "last" && passes) return this.#last(node, passes);
    const elementwise = Object.hasOwn(ELEMENTWISE, name) ? ELEMENTWISE[name] : undefined;
    const gatherer = Object.hasOwn(gatherers, name) ? gatherers[name] : undefined;
    const reduces = REDUCTIONS.includes(name);
    if (elementwise && (!(reduces || gatherer) || args.length > 1)) return this.#elementwise(node);
    if (Object.hasOwn(OF_COMPLEX, name)) return this.#complex(node, OF_COMPLEX[name]);
    if (gatherer) return this.#gather(node, gatherer, reduces);
    if (reduces) return this.#reduction(node);
    return this.#unknownFunction(node);
  }

  #unknownFunction(node: Of<"call">): Scalar {
    const { gatherers = {}, passes } = this.environment;
    const message = Object.hasOwn(GATHERERS, node.name) || node.name === "slope" || node.name === "previous"
      ? `${node.name} looks at several points: it can stand in a trigger or a fold, not here`
      : node.name === "stable"
      ? "stable looks at a signal for some time: it can stand in hold, settle and abort, not here"
      : `there is no function "${node.name}"; ${
        didYouMean(node.name, [
          ...new Set([
            ...Object.keys(ELEMENTWISE),
            ...REDUCTIONS,
            ...Object.keys(OF_COMPLEX),
            ...Object.keys(gatherers),
          ]),
          ...passes ? ["last"] : [],
        ])
      }`;
    this.#unknown(node.from, message);
    this.#inside++; // for the unknown names among its arguments
    node.args.forEach((arg) => this.compile(arg));
    this.#inside--;
    return () => NaN;
  }

  #elementwise(node: Of<"call">): Part {
    const { arity: [least, most], of } = ELEMENTWISE[node.name];
    this.#count(node, least, most);
    const parts = node.args.map((arg) => this.compile(arg)), [first] = parts;
    if (node.name === "abs" && typeof first !== "function" && first.complex) {
      return this.#ofComplex(first, Math.hypot, node.from);
    }
    return this.#combine(of, parts, node.args.map((arg) => arg.from));
  }

  /** @throws ExpressionFault for too few or too many arguments */
  #count(node: Of<"call">, least: number, most: number, usage?: string): void {
    const count = node.args.length;
    if (count >= least && count <= most) return;
    const wanted = usage ?? `${least === most ? least : `${least} to ${most}`} argument${most === 1 ? "" : "s"}`;
    throw new ExpressionFault(node.from, `${node.name} takes ${wanted}; ${count} ${count === 1 ? "is" : "are"} given`);
  }

  #complex(node: Of<"call">, of: Numbers | 0 | 1): Part {
    this.#count(node, 1, 1);
    const part = this.compile(node.args[0]);
    if (typeof part !== "function" && part.complex) return this.#ofComplex(part, of, node.from);
    throw new ExpressionFault(node.args[0].from, `${node.name} takes complex numbers`);
  }

  #ofComplex(view: View, of: Numbers | 0 | 1, from: number): Part {
    if (of === 0 || of === 1) return this.#settled(componentOf(view, of));
    return this.#combine(of, [this.#settled(componentOf(view, 0)), this.#settled(componentOf(view, 1))], [from, from]);
  }

  #reduction(node: Of<"call">): Scalar {
    this.#count(node, 1, 1);
    const part = this.compile(node.args[0]);
    if (typeof part !== "function") return this.#reduced(node, part);
    if (this.faults.length) return part;
    throw new ExpressionFault(node.args[0].from, `${node.name} takes an array, not one number`);
  }

  #reduced(node: Of<"call">, view: View): Scalar {
    if (view.complex) {
      throw new ExpressionFault(node.args[0].from, COMPLEX);
    }
    const of = reduce(node.name, view, node.from);
    return (lookup, gathered) => of(view.load(lookup, gathered));
  }

  #gather(node: Of<"call">, gatherer: Gatherer, reduces: boolean): Scalar {
    const [least, most] = gatherer.constants ?? [0, 0], { signals } = gatherer, { name, args, from } = node;
    this.#count(node, signals + least, signals + most, gatherer.usage);
    this.#inside++;
    const parts = args.slice(0, signals).map((arg) => this.compile(arg));
    this.#inside--;
    const [first] = parts;
    if (reduces && args.length === 1 && typeof first !== "function") return this.#reducedInside(node, first);
    if (this.#inside && this.environment.thisPoint === false) {
      throw new ExpressionFault(from, `${name} stands inside another function of the whole series`);
    }
    const scalars = parts.map((part, k): Scalar => {
      if (typeof part === "function") return part;
      throw new ExpressionFault(args[k].from, `${name} takes numbers, not the shape ${part.shape.join(" × ")}`);
    });
    const constants = args.slice(signals).map((arg) => this.#constant(arg));
    const refused = gatherer.refuses?.(constants);
    if (refused) throw new ExpressionFault(args[signals].from, refused);
    const place = this.gatherings.length;
    const along = gatherer.alongAxis === undefined ? [] : [this.#reading(gatherer.alongAxis, {}) as Scalar];
    const all = [...scalars, ...along];
    this.gatherings.push({
      start: () => gatherer.start(constants),
      add: (to, lookup, gathered) => to.add(all.map((scalar) => scalar(lookup, gathered))),
    });
    return (_, gathered) => gathered[place].value();
  }

  /** An array is reduced at each point; outside a gatherer only this point's can be meant. */
  #reducedInside(node: Of<"call">, view: View): Scalar {
    if (this.#inside || this.environment.thisPoint !== false) return this.#reduced(node, view);
    throw new ExpressionFault(node.from, `this is a number at each point: say what of it, as in mean(${node.name}(…))`);
  }

  #constant(node: Expression): number {
    if (node.kind === "number") return node.value;
    if (node.kind === "unary" && node.operator === "-") return -this.#constant(node.operand);
    throw new ExpressionFault(node.from, "a number known before the run is wanted here");
  }

  /** `last(pass.signal)` or `last(pass.signal, otherwise)`. */
  #last(node: Of<"call">, passes: readonly string[]): Part {
    const usage = "a signal of a pass, as in last(dark.spectrum), and what stands for it before there is one";
    this.#count(node, 1, 2, usage);
    const [what, otherwise] = node.args, dot = what.kind === "name" ? what.name.indexOf(".") : -1;
    if (what.kind !== "name" || dot < 0) throw new ExpressionFault(what.from, `last takes ${usage}`);
    const pass = what.name.slice(0, dot), signal = what.name.slice(dot + 1), { signals, elsewhere } = this.environment;
    if (!passes.includes(pass)) {
      return this.#unknown(what.from, `there is no pass "${pass}"; ${didYouMean(pass, passes)}`);
    }
    const type = signals.get(signal) ?? elsewhere?.get(signal);
    if (!type) {
      return this.#unknown(
        what.from + dot + 1,
        `there is no signal "${signal}"; ${didYouMean(signal, signals.keys())}`,
      );
    }
    if (!this.remembers.some((one) => one.pass === pass && one.signal === signal)) {
      this.remembers.push({ pass, signal });
    }
    const key = `last(${what.name})`, part = this.#reading(key, type);
    if (!otherwise) return part;
    const instead = this.compile(otherwise), isThere: Scalar = (lookup) => lookup(key) === undefined ? 0 : 1;
    if (typeof part !== "function" && part.complex) {
      throw new ExpressionFault(otherwise.from, "nothing can stand for complex numbers");
    }
    return this.#combine(ELEMENTWISE.where.of, [isThere, part, instead], [node.from, what.from, otherwise.from]);
  }
}

/** A function of numbers that are there, without making lists of them for few. */
function scalarOf(of: Numbers, parts: readonly Scalar[]): Scalar {
  const [a, b, c] = parts;
  if (parts.length === 1) return (lookup, gathered) => of(a(lookup, gathered));
  if (parts.length === 2) return (lookup, gathered) => of(a(lookup, gathered), b(lookup, gathered));
  if (parts.length === 3) {
    return (lookup, gathered) => of(a(lookup, gathered), b(lookup, gathered), c(lookup, gathered));
  }
  return (lookup, gathered) => of(...parts.map((part) => part(lookup, gathered)));
}

/** One number as an array that goes with any. */
function spread(scalar: Scalar): View {
  const one = new Float64Array(1);
  return {
    shape: [],
    strides: [],
    offset: 0,
    complex: false,
    directions: [],
    load: (lookup, gathered) => {
      one[0] = scalar(lookup, gathered);
      return one;
    },
  };
}
