import type { Fold } from "../core/adaptive_plan.ts";
import { type Laid, laidCore } from "./lay_out.ts";

/** A number that a point carries, beside what is read. */
export interface Given {
  /** As it is stored. */
  readonly name: string;
  /** How it is found: a field of what the plan inside has found, or an expression over its points. */
  readonly from: { readonly field: string } | { readonly expression: string };
  /** Whose unit it has; none for a bare number. */
  readonly axis?: string;
  /** Whose unit it has; none for a bare number. */
  readonly signal?: string;
  readonly longName?: string;
  readonly cellMethods?: string;
}

/** What the points of a fold carry, in the order in which it is stored. */
export function foldGives({ give }: Omit<Fold, "plan">, inner: Laid, implicit: boolean): Given[] {
  inner = laidCore(inner);
  if (give === undefined) return implicit || inner.kind === "sampler" ? found(inner) : [];
  if (!Array.isArray(give)) {
    const expressions = Object.entries(give as Readonly<Record<string, string>>);
    return expressions.map(([name, expression]) => ({ name, from: { expression } }));
  }
  const over = dimensionsOf(inner).join(" ") || "point";
  return (give as readonly string[]).flatMap((signal): Given[] => [
    { name: signal, from: { expression: `mean(${signal})` }, signal, cellMethods: `${over}: mean` },
    {
      name: `${signal}_sem`,
      from: { expression: `sem(${signal})` },
      signal,
      longName: `standard error of ${signal}`,
      cellMethods: `${over}: standard_error`,
    },
    { name: `${signal}_n`, from: { expression: `n(${signal})` }, longName: `points in ${signal}` },
  ]);
}

function found(inner: Laid): Given[] {
  if (inner.kind !== "sampler") return [];
  const { plan } = inner.sampler;
  return inner.shape.summary.map(({ name, axis, signal, longName }) => ({
    name: name === axis ? `${axis}_fold` : `${plan.kind}_${name}`,
    from: { field: name },
    axis,
    signal,
    longName: longName ?? (name === axis ? `${axis} found by ${plan.kind}` : `${name} found by ${plan.kind}`),
  }));
}

function dimensionsOf(inner: Laid): string[] {
  if (inner.kind === "space") return inner.space.dimensions.map(({ name }) => name);
  return inner.kind === "nest" ? [...inner.outer.dimensions.map(({ name }) => name), ...dimensionsOf(inner.inner)] : [];
}
