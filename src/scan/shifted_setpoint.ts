import type { Setpoint, Setpoints } from "../core/point.ts";

/** Where the axes go for nominal setpoints; labels are not shifted. */
export function shiftedSetpoint(setpoint: Setpoints, offset: Readonly<Record<string, number>> | undefined): Setpoints {
  if (!offset) return setpoint;
  const places: Record<string, Setpoint> = { ...setpoint };
  for (const axis in offset) {
    const nominal = places[axis];
    if (typeof nominal === "number") places[axis] = nominal + offset[axis];
  }
  return places;
}
