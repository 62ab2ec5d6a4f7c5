import type { SafeAction } from "./device.ts";

/** A device, and what makes it safe when this process is no more. */
export interface KeptSafe {
  /** Its name in the rig, for messages. */
  readonly device: string;
  /** In order; none for a device that is safe by itself. */
  readonly actions: readonly SafeAction[];
}

const kept = new Set<readonly KeptSafe[]>();
const listeners = new Set<(all: readonly KeptSafe[]) => void>();

function tell(): void {
  const all = [...kept].flat();
  for (const listener of listeners) listener(all);
}

/**
 * Notes what has to be done to a rig's devices if this process ends before they are closed. Nothing is done about it but
 * to tell those who listen.
 *
 * @returns disposing of it says that the devices are closed
 *
 * @example
 * ```ts
 * import { keepSafe, onKeptSafe } from "./keep_safe.ts";
 * const told: number[] = [];
 * using _ = onKeptSafe((all) => told.push(all.length));
 * const stop = { kind: "send", host: "stage.lab", port: 5000, text: "STOP\n" } as const;
 * keepSafe([{ device: "x", actions: [stop] }])[Symbol.dispose]();
 * console.assert(told.join() === "0,1,0");
 * ```
 */
export function keepSafe(devices: readonly KeptSafe[]): Disposable {
  const own = devices.filter(({ actions }) => actions.length);
  if (!own.length) return { [Symbol.dispose]() {} };
  kept.add(own);
  tell();
  return {
    [Symbol.dispose]() {
      if (kept.delete(own)) tell();
    },
  };
}

/**
 * Tells at once, and whenever that changes, what has to be done if this process ends.
 *
 * @returns disposing of it ends the telling
 */
export function onKeptSafe(listener: (all: readonly KeptSafe[]) => void): Disposable {
  listeners.add(listener);
  listener([...kept].flat());
  return {
    [Symbol.dispose]() {
      listeners.delete(listener);
    },
  };
}
