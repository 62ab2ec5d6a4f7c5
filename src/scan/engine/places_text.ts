import type { Setpoint, Setpoints } from "../../core/point.ts";

/** `x 3, shutter closed`; where it is said where axes are, without those that are there. */
export function placesText(setpoint: Setpoints, stands?: (axis: string) => Setpoint | undefined): string {
  const places = Object.entries(setpoint).filter(([axis, to]) => stands?.(axis) !== to);
  return places.map(([axis, at]) => `${axis} ${at}`).join(", ") || "nothing";
}
