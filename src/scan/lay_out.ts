import type { AdaptiveShape, LimitsOf, Site, SummaryField } from "../adapt/stage.ts";
import type { Fold, When } from "../core/adaptive_plan.ts";
import type { Setpoints } from "../core/point.ts";
import { foldGives, type Given } from "./fold_gives.ts";
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

/** A tree whose passes are numbered and have their places in the store. */
export type Laid =
  | { readonly kind: "space"; readonly space: Space; readonly pass: Pass }
  | { readonly kind: "sequence"; readonly parts: readonly Laid[] }
  | { readonly kind: "nest"; readonly outer: Space; readonly inner: Laid }
  | LaidSampler
  | LaidFold
  | LaidWhen;

/** What laying out a tree depends on beside the tree. */
export interface LayOutOptions {
  /** −∞ … ∞ for every axis when left out. */
  readonly limits?: LimitsOf;
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
}

class LayOut {
  readonly passes: Pass[] = [];
  readonly #limits: LimitsOf;
  readonly #origin: Setpoints;
  readonly #read: readonly string[] | undefined;
  #numbered = 0;
  #folds = 0;

  constructor({ limits = ANYWHERE, origin = {}, read }: LayOutOptions) {
    this.#read = read;
    this.#limits = limits;
    this.#origin = origin;
  }

  lay(tree: Tree, around: Around): Laid {
    switch (tree.kind) {
      case "space":
        return { kind: "space", space: tree.space, pass: this.#numberedPass(around, tree.space) };
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
    }
  }

  #pass(name: string, around: Around, own: Space | undefined, more: Partial<Pass> = {}): Pass {
    const { outer, dynamic, keep } = around;
    const space = own && !dynamic ? cross(outer, own) : undefined;
    const spaces = own ? [outer, own] : [outer];
    const axes = [...spaces.flatMap(axesOf), ...more.axes ?? []];
    const pass = { name, space, around: outer, read: this.#read, gives: [], keep, root: false, ...more };
    this.passes.push({ ...pass, axes: [...new Set(axes)] });
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
    const finds = laid.kind === "sampler" ? laid.shape.summary : [], gives = foldGives(plan, laid, implicit);
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
  const root = laying.lay(tree, { outer: NO_LOOPS, dynamic: false, keep: true, top: true });
  return { root, passes: laying.passes };
}
