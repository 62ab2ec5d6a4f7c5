import { messageOf } from "./errors.ts";

/** One thing in several kinds, by media type: every notebook shows the best that it can. */
export type DisplayBundle = Readonly<Record<string, unknown>>;

/** What can show itself as the last value of a cell. */
export type DisplayKind = "plan" | "rig" | "report" | "run" | "data" | "peaks" | "runs";

/** Makes the bundle of a thing; `beside` is what the thing was made of, where it does not say so itself. */
export type Displayer<T, B = undefined> = (shown: T, beside: B) => DisplayBundle | Promise<DisplayBundle>;

/** The method that Jupyter's Deno kernel calls on the last value of a cell. */
const DISPLAY = Symbol.for("Jupyter.display");

const displayers = new Map<DisplayKind, Displayer<unknown, unknown>>();

/**
 * Says how things of a kind show themselves. Plans and rigs are made in layers that know nothing of figures, so whoever
 * wires the layers together says it; the last one counts.
 *
 * @example
 * ```ts
 * import { displayOf, setDisplayer } from "./display.ts";
 * setDisplayer<{ kind: string }>("plan", ({ kind }) => ({ "text/plain": `a ${kind}` }));
 * console.assert((await displayOf("plan", { kind: "linspace" }))["text/plain"] === "a linspace");
 * ```
 */
export function setDisplayer<T, B = undefined>(kind: DisplayKind, displayer: Displayer<T, B>): void {
  displayers.set(kind, displayer as Displayer<unknown, unknown>);
}

/**
 * The bundle of a thing. It never fails, because a cell whose work is done must not seem to have failed for want of a
 * picture: where nobody has said how, or the picture cannot be made, it is text.
 */
export async function displayOf(kind: DisplayKind, shown: unknown, beside?: unknown): Promise<DisplayBundle> {
  const text = () => Deno.inspect(shown, { depth: 6 });
  const displayer = displayers.get(kind);
  if (!displayer) return { "text/plain": text() };
  try {
    return await displayer(shown, beside);
  } catch (thrown) {
    return { "text/plain": `${text()}\n(it could not be drawn: ${messageOf(thrown)})` };
  }
}

/**
 * Makes plain data show itself as the last value of a cell. It stays plain data: the method is not enumerable, so JSON,
 * copies, keys and equality are as before.
 *
 * @param beside what the data were made of, for the picture
 * @returns `shown` itself; what is frozen stays as it is
 *
 * @example
 * ```ts
 * import { displayable } from "./display.ts";
 * const plan = displayable("plan", { kind: "linspace" });
 * console.assert(JSON.stringify(plan) === '{"kind":"linspace"}' && Symbol.for("Jupyter.display") in plan);
 * ```
 */
export function displayable<T extends object>(kind: DisplayKind, shown: T, beside?: unknown): T {
  if (!Object.isExtensible(shown)) return shown;
  return Object.defineProperty(shown, DISPLAY, {
    value: () => displayOf(kind, shown, beside),
    enumerable: false,
    configurable: true,
    writable: true,
  });
}
