import type { AxisMap } from "../../core/device.ts";

/** A map that says in formulas where its axes stand: what is said of them can be said of those that they move. */
export interface ReadableMap extends AxisMap {
  /** For each axis of the map, in their order, a formula of the axes that it moves; empty where there is none. */
  readonly reads: readonly string[];
}
