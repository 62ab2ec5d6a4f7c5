import { InputError } from "../core/errors.ts";

/** Deeper input is refused before it is parsed; a real plan has at most ten loops and a few wrappers around each. */
export const DEEPEST = 64;

/** Input with more objects and lists is refused: no person writes it, and references can multiply without end. */
export const MOST_NODES = 100_000;

/**
 * Refuses input that is nested without end, refers to itself, or multiplies by shared references, before anything
 * recurses into it.
 *
 * @param root where the input stands; `""` for a whole file
 * @throws InputError
 */
export function refuseBottomless(input: unknown, root: string): void {
  const parents = new Map<object, string>();
  let nodes = 0;
  const visit = (node: object, path: string) => {
    if (parents.has(node)) throw selfReference([...parents], node, path);
    const top = root || "the scan";
    if (parents.size > DEEPEST) {
      throw InputError.at(root, `${top} is nested more than ${DEEPEST} deep; allowed: 10 loops inside one another`);
    }
    if (++nodes > MOST_NODES) {
      throw InputError.at(
        root,
        `${top} has more than ${MOST_NODES.toLocaleString("en")} nodes, shared ones counted anew`,
      );
    }
    parents.set(node, path);
    const inArray = Array.isArray(node);
    for (const [key, inner] of Object.entries(node)) {
      if (typeof inner !== "object" || inner === null) continue;
      visit(inner, inArray ? `${path}[${key}]` : path ? `${path}.${key}` : key);
    }
    parents.delete(node);
  };
  if (typeof input === "object" && input !== null) visit(input, root);
}

/** Names the plans on the way round. */
function selfReference(parents: readonly [object, string][], node: object, path: string): InputError {
  const from = parents.findIndex(([parent]) => parent === node);
  const round = parents.slice(from).filter(([parent]) => !Array.isArray(parent)).map(([, place]) => place);
  const loop = [...round, round[0] ?? parents[from][1]].join(" → ");
  return InputError.at(path, `Loop body cannot connect back to parent loop: ${loop}`);
}
