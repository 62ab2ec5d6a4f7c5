import type { Rig } from "./rig.ts";

const open: WeakRef<object>[] = [];

/** Keeps in mind that a rig is connected, as long as somebody holds it. */
export function rememberRig(rig: object): void {
  open.push(new WeakRef(rig));
}

/** The rig has been closed. */
export function forgetRig(rig: object): void {
  const at = open.findIndex((one) => one.deref() === rig);
  if (at >= 0) open.splice(at, 1);
}

/**
 * The rigs that are connected now, the last one first: a plan that shows itself is compared with the one it is meant for.
 *
 * @example
 * ```ts
 * import { openRigs } from "./open_rigs.ts";
 * console.assert(openRigs().length === 0);
 * ```
 */
export function openRigs(): Rig[] {
  return open.flatMap((one) => (one.deref() as Rig | undefined) ?? []).reverse();
}
