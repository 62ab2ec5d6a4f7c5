import type {
  Around,
  AroundActions,
  AxesOfActions,
  AxesOfInterludes,
  Interlude,
  SetAction,
  TakeAction,
} from "../core/around_plan.ts";
import { displayable } from "../core/display.ts";
import type { AxesOf, Plan } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";

/**
 * A plan, and what is done before it (`first`), in between (`every`), and after it whatever happens (`last`). `correct`
 * lets the axes follow what the actions find.
 *
 * @example
 * ```ts
 * import { align, around, linspace, nest, relative, set, take } from "sonde";
 * const map = nest(linspace("y", 0, 1, 11), linspace("x", 0, 1, 11));
 * const plan = around(map, {
 *   first: [take("dark", ["camera"], { shutter: "closed" }), set({ shutter: "open" })],
 *   every: [
 *     { line: "y", do: take("reference", ["diode"], { x: -2 }) },
 *     { ms: 3_600_000, do: align(relative(linspace("x", -0.1, 0.1, 21)), { on: "diode" }) },
 *   ],
 *   last: set({ shutter: "closed" }),
 *   correct: ["x"],
 * });
 * console.assert(plan.kind === "around");
 * ```
 */
export function around<
  const P extends Plan,
  const F extends AroundActions = readonly [],
  const E extends Interlude | readonly Interlude[] = readonly [],
  const L extends SetAction | readonly SetAction[] = readonly [],
  const G extends string = never,
>(
  plan: P,
  options: {
    /** Before the first point. Where it goes, axes stay. */
    readonly first?: F;
    /** Between points. What it moves is put back. */
    readonly every?: E;
    /** At the end, also when the loop is left, the run aborted or failed: each even if another fails. */
    readonly last?: L;
    /** Axes that follow what the actions find; with the places where that is expected, or from what was found first. */
    readonly correct?: readonly G[] | { readonly [K in G]?: number };
  },
): Around<AxesOf<P> | AxesOfActions<F> | AxesOfInterludes<E> | AxesOfActions<L> | NoInfer<G>> {
  return displayable("plan", { kind: "around", plan, ...options } as Around) as never;
}

/**
 * Axes that are set, all together, and stay there.
 *
 * @example
 * ```ts
 * import { set } from "sonde";
 * console.assert(set({ shutter: "open", "camera.exposure": 20 }).kind === "set");
 * ```
 */
export function set<const S extends Readonly<Record<string, Setpoint>>>(
  setpoint: S,
  options: {
    /** As the last thing of a plan: given up after so long; 60 000 ms when left out. */
    readonly deadlineMs?: number;
  } = {},
): SetAction<keyof S & string> {
  return { kind: "set", setpoint, ...options } as SetAction<keyof S & string>;
}

/**
 * Readings of a pass of their own, in a group of that name in the store: dark frames, a reference. Where they are taken
 * is put back afterwards.
 *
 * @example
 * ```ts
 * import { take } from "sonde";
 * const dark = take("dark", ["camera"], { shutter: "closed" }, { num: 10 });
 * const mark = take("mark", ["camera"], {}, { find: { x: "x + 0.002 * cx" } }); // cx: derived from the camera
 * console.assert(dark.num === 10 && mark.find !== undefined);
 * ```
 */
export function take<
  const S extends Readonly<Record<string, Setpoint>> = Record<never, never>,
  const F extends Readonly<Record<string, string>> = Record<never, never>,
>(
  pass: string,
  read: readonly string[],
  at?: S,
  options: {
    /** How many readings; 1 when left out. */
    readonly num?: number;
    /** The places of axes that are found from what is read, for `correct`. */
    readonly find?: F;
  } = {},
): TakeAction<(keyof S | keyof F) & string> {
  return { kind: "take", pass, read: [...read], ...at && { at }, ...options } as never;
}
