import type { Setpoint, Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";

/**
 * Where axes of a rig stand, as far as that is known without asking a device: the setpoints that they reached last, else where
 * the simulated ones of a twin stand.
 */
export function standingPlaces(rig: Rig): Record<string, Setpoint> {
  const places: Record<string, Setpoint> = {};
  const unknown: string[] = [];
  for (const [name, { setpoint }] of rig.axes) {
    if (setpoint !== undefined) places[name] = setpoint;
    else unknown.push(name);
  }
  if (!unknown.length || !rig.twin) return places;
  try {
    return { ...places, ...rig.twin().places(unknown) };
  } catch {
    // A device that cannot answer at once is not rehearsed either.
    return places;
  }
}

/** How long an axis may take to say where it stands, for an estimate only. */
const READBACK_MS = 2_000;

/** Where axes say that they stand; those that do not say it are left out. */
export async function readPlaces(rig: Rig, axes: Iterable<string>): Promise<Setpoints> {
  const controller = new AbortController(), { signal } = controller, late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.resolve(undefined);
    controller.abort();
  }, READBACK_MS);
  const read = async (name: string): Promise<[string, Setpoint | undefined]> => {
    try {
      return [name, await Promise.race([rig.axes.get(name)?.readback({ signal }), late.promise])];
    } catch {
      return [name, undefined];
    }
  };
  const places = await Promise.all([...axes].map(read)).finally(() => clearTimeout(timer));
  return Object.fromEntries(places.filter((place): place is [string, Setpoint] => place[1] !== undefined));
}
