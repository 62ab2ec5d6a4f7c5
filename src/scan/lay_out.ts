import type { AdaptiveShape, LimitsOf, Site, SummaryField } from "../adapt/stage.ts";
import type { Fold, When } from "../core/adaptive_plan.ts";
import type { Setpoints } from "../core/point.ts";
import type { Around as AroundPlan, Interlude, OwnAction, SetAction, TakeAction } from "../core/around_plan.ts";
import type { Plan } from "../core/plan.ts";
import { actionsOf, type ActionTree, type AroundTree } from "./around_tree.ts";
import { foldGives, type Given } from "./fold_gives.ts";
import type { PlaceGuard } from "./place_guard.ts";
import { linesOf } from "./sampler_lines.ts";
import { samplerKind } from "./sampler_kinds.ts";
import { cross, type Dimension, type Space } from "./space.ts";
import type { FoldTree, Sampler, Tree } from "./tree.ts";

/** A named series of points, and where they are stored. */
export interface Pass {
  readonly name: string;
  /** Its grid, the loops around it first; undefined where the number of points depends on the data. */
  readonly space: Space | undefined;
  /** The loops around a pass without a grid. */
  readonly around: Space;
  /** All axes that its points name, as far as the plan says. */
  readonly axes: readonly string[];
  /** What is read at its points; what the run reads when undefined. */
  readonly read: readonly string[] | undefined;
  /** The numbers that its points carry. */
  readonly gives: readonly Given[];
  /** Whether its points are stored. */
  readonly keep: boolean;
  /** It stands at every point of the outermost loops, and so in the root. */
  readonly root: boolean;
  /** Readings taken in between, in a group of their own that grows. */
  readonly taken?: boolean;
}

/** A sampler with its passes. */
export interface LaidSampler {
  readonly kind: "sampler";
  readonly sampler: Sampler;
  readonly site: Site;
  readonly shape: AdaptiveShape;
  /** By the numbers of the shape. */
  readonly passes: readonly Pass[];
  /** What is done at each of its points; they are measured when undefined. */
  readonly inner: LaidFold | undefined;
}

/** A fold with the pass of its points; none where it stands inside a sampler, whose points they are. */
export interface LaidFold {
  readonly kind: "fold";
  readonly plan: Omit<Fold, "plan">;
  readonly path: string;
  readonly pass: Pass | undefined;
  readonly inner: Laid;
  /** What the plan inside finds. */
  readonly finds: readonly SummaryField[];
  readonly gives: readonly Given[];
}

/** A trigger's point, and what is done when it fires. */
export interface LaidWhen {
  readonly kind: "when";
  readonly plan: When;
  readonly path: string;
  readonly pass: Pass;
  /** The axis of the innermost loop around it, along which slopes are taken. */
  readonly along: string | undefined;
  /** The axes of the loops around that one, each of whose steps begins a new line. */
  readonly outer: readonly string[];
  readonly inner: Laid;
}

/** Readings of a pass of their own. */
export interface LaidTake {
  readonly kind: "take";
  readonly action: TakeAction;
  readonly path: string;
  readonly pass: Pass;
}

/** A plan that is carried out as an action. */
export interface LaidPlanAction {
  readonly kind: "plan";
  readonly plan: Plan;
  readonly path: string;
  readonly laid: Laid;
}

/** What is done around points, with the passes of what it measures. */
export type LaidAction =
  | { readonly kind: "set"; readonly action: SetAction; readonly path: string }
  | LaidTake
  | LaidPlanAction
  | { readonly kind: "own"; readonly make: OwnAction; readonly path: string; readonly pass: Pass };

/** What is done between points, and when. */
export interface LaidInterlude {
  readonly interlude: Interlude;
  readonly path: string;
  readonly actions: readonly LaidAction[];
}

/** A plan with what is done around it. */
export interface LaidAround {
  readonly kind: "around";
  readonly plan: AroundPlan;
  readonly path: string;
  readonly inner: Laid;
  readonly first: readonly LaidAction[];
  readonly every: readonly LaidInterlude[];
  readonly last: readonly LaidAction[];
  /** The axes that follow what the actions find. */
  readonly corrects: readonly string[];
  /** How far offsets may go. */
  readonly limits: LimitsOf;
  /** Where they must not lead. */
  readonly guard: PlaceGuard | undefined;
}

/** A tree whose passes are numbered and have their places in the store. */
export type Laid =
  | { readonly kind: "space"; readonly space: Space; readonly pass: Pass }
  | { readonly kind: "sequence"; readonly parts: readonly Laid[] }
  | { readonly kind: "nest"; readonly outer: Space; readonly inner: Laid }
  | LaidSampler
  | LaidFold
  | LaidWhen
  | LaidAround;

/** What laying out a tree depends on beside the tree. */
export interface LayOutOptions {
  /** −∞ … ∞ for every axis when left out. */
  readonly limits?: LimitsOf;
  /** Where axes must never be; anywhere they may when left out. */
  readonly guard?: PlaceGuard;
  /** Where relative axes stand. */
  readonly origin?: Setpoints;
  /** What is read at points that do not say, where that is less than all. */
  readonly read?: readonly string[];
}

/** A laid-out tree, and its passes in the order of their numbers. */
export interface LaidOut {
  readonly root: Laid;
  readonly passes: readonly Pass[];
}

const NO_LOOPS: Space = { dimensions: [], shuffles: [], masks: [] };
const ANYWHERE: LimitsOf = () => [-Infinity, Infinity];

/** What a node knows of the loops around it. */
interface Around {
  readonly outer: Space;
  /** The points depend on what was measured: they have no grid. */
  readonly dynamic: boolean;
  readonly keep: boolean;
  /** It stands at every point of the outermost loops. */
  readonly top: boolean;
  /** The offsets that points carry whose setpoints are corrected. */
  readonly offsets: readonly Given[];
}

class LayOut {
  readonly passes: Pass[] = [];
  readonly #limits: LimitsOf;
  readonly #guard: PlaceGuard | undefined;
  readonly #origin: Setpoints;
  readonly #read: readonly string[] | undefined;
  #numbered = 0;
  #folds = 0;

  constructor({ limits = ANYWHERE, guard, origin = {}, read }: LayOutOptions) {
    this.#guard = guard;
    this.#read = read;
    this.#limits = limits;
    this.#origin = origin;
  }

  lay(tree: Tree, around: Around): Laid {
    switch (tree.kind) {
      case "space":
        return { kind: "space", space: tree.space, pass: this.#numberedPass(around, tree.space, { root: around.top }) };
      case "sequence":
        return { kind: "sequence", parts: tree.trees.map((inner) => this.lay(inner, { ...around, top: false })) };
      case "nest":
        return { kind: "nest", outer: tree.outer, inner: this.lay(tree.inner, within(around, tree.outer)) };
      case "sampler":
        return this.#sampler(tree.sampler, undefined, around);
      case "over":
        return this.#sampler(tree.sampler, tree.inner, around);
      case "when":
        return this.#when(tree, around);
      case "fold":
        return this.#fold(tree, around);
      case "around":
        return this.#around(tree, around);
    }
  }

  #pass(name: string, around: Around, own: Space | undefined, more: Partial<Pass> = {}): Pass {
    const { outer, dynamic, keep } = around;
    const space = own && !dynamic ? cross(outer, own) : undefined;
    const spaces = own ? [outer, own] : [outer];
    const axes = [...spaces.flatMap(axesOf), ...more.axes ?? []];
    const pass = { name, space, around: outer, read: this.#read, keep, root: false, ...more };
    const gives = [...more.gives ?? [], ...around.offsets];
    this.passes.push({ ...pass, gives, axes: [...new Set(axes)] });
    return this.passes[this.passes.length - 1];
  }

  #numberedPass(around: Around, own: Space | undefined, more?: Partial<Pass>): Pass {
    return this.#pass(`pass_${this.#numbered++}`, around, own, more);
  }

  #sampler(sampler: Sampler, folded: FoldTree | undefined, around: Around): LaidSampler {
    const { plan, space } = sampler, kind = samplerKind(plan.kind);
    const site: Site = { lines: linesOf(space, this.#origin), limits: this.#limits };
    const shape = kind.shape(plan, site), first = this.#numbered;
    this.#numbered += shape.passes.length;
    // What stands inside comes after, but says what the points carry.
    const inner = folded && this.#fold(folded, { ...around, dynamic: true, top: false }, true);
    const holds = inner ? { read: readOf(inner), gives: inner.gives } : {};
    const passes = shape.passes.map((one, k) => {
      const name = `pass_${first + k}`, extra = inner ? foldAxes(inner.plan) : [];
      if (one.kind === "plan") return this.#pass(name, around, space ?? NO_LOOPS, { ...holds, axes: extra });
      const own = one.kind === "window" ? window(one.name ?? "k", one.num, sampler.path) : undefined;
      return this.#pass(name, around, own, { ...holds, axes: [...one.axes, ...extra] });
    });
    return { kind: "sampler", sampler, site, shape, passes, inner };
  }

  #when(tree: Extract<Tree, { kind: "when" }>, around: Around): LaidWhen {
    const { plan, path, inner } = tree, { outer, top } = around;
    const pass = this.#numberedPass(around, NO_LOOPS, { root: top });
    const along = outer.dimensions.at(-1)?.columns[0]?.axis;
    const loops = axesOf({ ...outer, dimensions: outer.dimensions.slice(0, -1) });
    const laid = this.lay(inner, { ...around, dynamic: true, top: false });
    return { kind: "when", plan, path, pass, along, outer: loops, inner: laid };
  }

  /** @param alone whether its points are those of the sampler around it */
  #fold({ plan, path, inner, implicit }: FoldTree, around: Around, alone = false): LaidFold {
    const keep = around.keep && plan.keep !== false;
    const number = alone ? 0 : this.#folds++, at = this.passes.length;
    const laid = this.lay(inner, { ...around, keep, top: false });
    const core = laidCore(laid),
      finds = core.kind === "sampler" ? core.shape.summary : [],
      gives = foldGives(plan, laid, implicit);
    const fold: LaidFold = { kind: "fold", plan, path, pass: undefined, inner: laid, finds, gives };
    if (alone) return fold;
    const pass = this.#pass(number ? `fold_${number}` : "fold", around, NO_LOOPS, {
      read: readOf(fold),
      gives,
      axes: foldAxes(plan),
      root: around.top,
    });
    // Its points come first in the store, as the loops around do.
    this.passes.splice(at, 0, this.passes.pop()!);
    return { ...fold, pass };
  }

  /** What is done around a plan has its passes after those of the plan, which are numbered as they are without it. */
  #around({ plan, path, inner, first, every, last }: AroundTree, around: Around): LaidAround {
    const { correct = [] } = plan, corrects = Array.isArray(correct) ? correct : Object.keys(correct);
    const offsets = corrects.filter((axis) => !around.offsets.some((given) => given.axis === axis)).map(offsetOf);
    const inside = { ...around, offsets: [...around.offsets, ...offsets] }, laid = this.lay(inner, inside);
    const actions = (all: readonly ActionTree[]) => all.map((one) => this.#action(one, inside));
    return {
      kind: "around",
      plan,
      path,
      inner: laid,
      first: actions(first),
      every: every.map((one) => ({ ...one, actions: actions(one.actions) })),
      last: actions(last),
      corrects,
      limits: this.#limits,
      guard: this.#guard,
    };
  }

  #action(tree: ActionTree, around: Around): LaidAction {
    if (tree.kind === "set") return tree;
    const inside = { ...around, dynamic: true, top: false };
    if (tree.kind === "plan") return { ...tree, laid: this.lay(tree.tree, inside) };
    if (tree.kind === "own") return { ...tree, pass: this.#numberedPass(inside, NO_LOOPS) };
    return { ...tree, pass: this.#take(tree.action, inside) };
  }

  /** However many actions take a pass, it is one. */
  #take({ pass: name, read, at = {} }: TakeAction, around: Around): Pass {
    const before = this.passes.findIndex((pass) => pass.taken && pass.name === name), axes = Object.keys(at);
    const pass = this.#pass(name, around, undefined, { read, axes, taken: true });
    if (before < 0) return pass;
    this.passes.pop();
    return this.passes[before] = { ...pass, axes: [...new Set([...this.passes[before].axes, ...pass.axes])] };
  }
}

/** The number that a point carries whose axis follows what was found. */
function offsetOf(axis: string): Given {
  const name = `${axis}_offset`;
  return { name, from: { field: name }, axis, longName: `correction of ${axis}` };
}

/** The plan itself, whatever is done around it. */
export function laidCore(laid: Laid): Exclude<Laid, LaidAround> {
  return laid.kind === "around" ? laidCore(laid.inner) : laid;
}

/** The laid-out plans inside of one, but not those of what is done around it. */
export function innerLaid(laid: Laid): readonly Laid[] {
  if (laid.kind === "sequence") return laid.parts;
  return "inner" in laid && laid.inner ? [laid.inner] : [];
}

/** The laid-out plans that one is made of: those of its actions come last. */
export function laidIn(laid: Laid): readonly Laid[] {
  const inner = innerLaid(laid);
  if (laid.kind !== "around") return inner;
  return [...inner, ...actionsOf(laid).flatMap((action) => action.kind === "plan" ? [action.laid] : [])];
}

/** The passes that a node has by itself. */
export function ownPasses(laid: Laid): readonly Pass[] {
  if (laid.kind === "sampler") return laid.passes;
  if (laid.kind === "around") return actionsOf(laid).flatMap((action) => "pass" in action ? [action.pass] : []);
  return "pass" in laid && laid.pass ? [laid.pass] : [];
}

function within(around: Around, outer: Space): Around {
  return { ...around, outer: around.dynamic ? around.outer : cross(around.outer, outer) };
}

function axesOf(space: Space): string[] {
  return space.dimensions.flatMap(({ columns }) => columns.map(({ axis }) => axis));
}

function window(name: string, size: number, path: string): Space {
  const dimension: Dimension = { name, size, columns: [], snake: false, path };
  return { dimensions: [dimension], shuffles: [], masks: [] };
}

/** The axes that a fold moves for its own point. */
function foldAxes({ go = [], at = {} }: Omit<Fold, "plan">): string[] {
  return [...Array.isArray(go) ? go : Object.keys(go), ...Object.keys(at)];
}

function readOf({ plan }: Pick<LaidFold, "plan">): readonly string[] {
  return plan.read ?? [];
}

/**
 * Numbers the passes of a tree and says where their points are stored. It is pure, and the same for the same tree, so
 * that a run, its check and its replay agree.
 */
export function layOut(tree: Tree, options: LayOutOptions = {}): LaidOut {
  const laying = new LayOut(options);
  const root = laying.lay(tree, { outer: NO_LOOPS, dynamic: false, keep: true, top: true, offsets: [] });
  return { root, passes: laying.passes };
}
