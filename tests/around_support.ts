import { linspace, nest, set, take } from "../mod.ts";
import type { OwnAction } from "../src/core/around_plan.ts";
import type { Path } from "../src/core/path.ts";
import type { PathTools } from "../src/scan/path_tools.ts";

export const grid = nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 4));
export const open = set({ shutter: "open" }), closed = set({ shutter: "closed" });
export const dark = take("dark", ["diode"], { shutter: "closed" });

/** What a generator of one's own may do. */
type Tools = PathTools<{ x: number }, { diode: number }>;

/** Places of x as they are found one after the other, and then the last one again and again. */
export function finder(...places: readonly number[]) {
  let k = 0;
  const action: OwnAction = function* found(_: Tools): Path {
    yield { kind: "note", text: "looked" };
    return { x: places[Math.min(k++, places.length - 1)] };
  };
  return {
    action,
    /** Forgets what was found when the plan was rehearsed. */
    begin: () => void (k = 0),
  };
}
