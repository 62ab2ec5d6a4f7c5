/** Keys of an `around` under which actions stand. */
const ACTION_KEYS = ["first", "do"];

/**
 * A plan, or what should be one, with every action that is a function replaced. What has none comes back as it is.
 *
 * @param change what stands for a function
 */
export function mapOwnActions(input: unknown, change: (make: () => unknown) => unknown): unknown {
  const act = (action: unknown) => typeof action === "function" ? change(action as () => unknown) : map(action);
  const map = (node: unknown): unknown => {
    if (Array.isArray(node)) return keepSame(node, node.map(map));
    if (typeof node !== "object" || node === null) return node;
    const entries = Object.entries(node).map(([key, inner]): [string, unknown] => {
      if (!ACTION_KEYS.includes(key)) return [key, map(inner)];
      return [key, Array.isArray(inner) ? keepSame(inner, inner.map(act)) : act(inner)];
    });
    return entries.every(([key, inner]) => inner === (node as Record<string, unknown>)[key])
      ? node
      : Object.fromEntries(entries);
  };
  return map(input);
}

function keepSame(before: readonly unknown[], after: unknown[]): unknown {
  return after.every((inner, k) => inner === before[k]) ? before : after;
}
