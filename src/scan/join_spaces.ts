import type { Column, Dimension, Space } from "./space.ts";

/**
 * Grids that differ only in their first dimension, as one grid whose first dimension runs through all of theirs;
 * undefined when they cannot be joined. Masked and shuffled grids stay apart: what they say holds for each alone.
 */
export function joinSpaces(spaces: readonly Space[]): Space | undefined {
  const [first, ...others] = spaces;
  if (!first?.dimensions.length || spaces.some((s) => s.masks.length || s.shuffles.length)) return undefined;
  const fits = others.every((space) =>
    space.dimensions.length === first.dimensions.length &&
    sameAxes(space.dimensions[0], first.dimensions[0]) &&
    space.dimensions.slice(1).every((d, k) => sameDimension(d, first.dimensions[k + 1]))
  );
  if (!fits) return undefined;
  const head = joinDimensions(spaces.map((space) => space.dimensions[0]));
  return { ...first, dimensions: [head, ...first.dimensions.slice(1)] };
}

function joinDimensions(heads: readonly Dimension[]): Dimension {
  const size = heads.reduce((sum, d) => sum + d.size, 0);
  const columns = heads[0].columns.map(({ axis }) =>
    joinColumns(heads.map((d) => ({ column: columnOf(d, axis), size: d.size })))
  );
  return { ...heads[0], size, columns, snake: heads.every((d) => d.snake) };
}

function joinColumns(parts: NonNullable<Column["parts"]>): Column {
  const starts = parts.map((_, k) => parts.slice(0, k).reduce((sum, part) => sum + part.size, 0));
  const at = (i: number) => {
    let k = starts.length - 1;
    while (starts[k] > i) k--;
    return parts[k].column.at(i - starts[k]);
  };
  const settling = parts.flatMap(({ column }) => column.settleMs ?? []);
  return {
    ...parts[0].column,
    at,
    parts,
    monotone: false,
    unit: parts.find(({ column }) => column.unit !== undefined)?.column.unit,
    settleMs: settling.length ? Math.max(...settling) : undefined,
  };
}

function columnOf(dimension: Dimension, axis: string): Column {
  return dimension.columns.find((column) => column.axis === axis)!;
}

/** Whether two dimensions move the same axes in the same way; a unit that only one of them says is no difference. */
function sameAxes(a: Dimension, b: Dimension): boolean {
  if (!a.columns.length || a.columns.length !== b.columns.length || a.name !== b.name || a.paceMs !== b.paceMs) {
    return false;
  }
  return a.columns.every((column) => {
    const other = columnOf(b, column.axis);
    return other !== undefined && other.relative === column.relative && other.labels === column.labels &&
      (other.unit ?? column.unit) === (column.unit ?? other.unit);
  });
}

/** Longer inner dimensions are taken as different, so that comparing them costs nothing noticeable. */
const LONGEST_COMPARED = 1e6;

function sameDimension(a: Dimension, b: Dimension): boolean {
  if (a.name !== b.name || a.size !== b.size || a.snake !== b.snake || a.paceMs !== b.paceMs) return false;
  if (!a.columns.length && !b.columns.length) return true;
  if (!sameAxes(a, b) || a.size > LONGEST_COMPARED) return false;
  return a.columns.every((column) => {
    const other = columnOf(b, column.axis);
    for (let i = 0; i < a.size; i++) if (column.at(i) !== other.at(i)) return false;
    return true;
  });
}
