import type { Align, Climb, Focus, Learn, Track, When, Zoom } from "../../core/adaptive_plan.ts";

/** A node that chooses its own points. */
export type SamplerNode = Zoom | Align | Track | Focus | Learn | Climb;

/** What of a plan decides how its run is drawn. */
export interface FoundNode<P extends SamplerNode | When = SamplerNode | When> {
  /** The first node that chooses its own points, or the first trigger. */
  readonly node: P;
  /** Of a node that chooses its points: its own axes, slowest first; none for a trigger. */
  readonly axes: readonly string[];
  /** The signal that it watches; empty for a trigger. */
  readonly signal: string;
}

/** A node of a plan as JSON. */
type PlainNode = { readonly kind?: unknown; readonly plan?: unknown; readonly plans?: unknown };

const SAMPLERS: readonly string[] = ["zoom", "align", "track", "focus", "learn", "climb"];

/**
 * The node of a stored plan that decides how the run is drawn: the first one that looks at what was measured. Its passes
 * are the first ones of the run (`pass_0` and so on), unless a part of a `concat` comes before it; then there is none.
 *
 * @param plan as it stands in the attributes of a run
 */
export function samplerOf(plan: unknown): FoundNode | undefined {
  const { kind, plan: inner, plans } = (plan ?? {}) as PlainNode;
  if (SAMPLERS.includes(String(kind))) return found(plan as SamplerNode);
  if (kind === "when") return { node: plan as When, axes: [], signal: "" };
  if (kind === "fold" || kind === "around") return samplerOf(inner);
  if (kind === "concat") return samplerOf((plans as readonly unknown[])[0]);
  if (kind !== "nest") return undefined;
  for (const one of plans as readonly unknown[]) {
    const node = samplerOf(one);
    if (node) return node;
  }
  return undefined;
}

function found(node: SamplerNode): FoundNode<SamplerNode> {
  // A start is written as places are, x first.
  const axes = node.kind === "climb" ? Object.keys(node.from).reverse() : axesAlong(node.plan);
  const signal = node.kind === "focus" && node.by !== undefined ? `${node.on}_${node.by}` : node.on;
  return { node, axes, signal };
}

/** The axes of a line, or of a grid of lines. */
function axesAlong(plan: unknown): string[] {
  const { axis, plan: inner, plans } = plan as PlainNode & { readonly axis?: string };
  if (axis !== undefined) return [axis];
  return Array.isArray(plans) ? plans.flatMap(axesAlong) : inner ? axesAlong(inner) : [];
}

/** Whether a node that was found is one that chooses its own points. */
export function isSampler(found: FoundNode): found is FoundNode<SamplerNode> {
  return found.node.kind !== "when";
}
