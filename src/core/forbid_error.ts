import { LimitError } from "./errors.ts";
import type { Setpoints } from "./point.ts";

/** A move through, or to, a place where axes must never be; raised before anything moves. */
export class ForbidError extends LimitError {
  /** `ForbidError`, for logs and for `switch`. */
  override name = "ForbidError";

  /**
   * Names the condition, and the way that was asked for.
   *
   * @param axis one that would move, or that stands there
   * @param received where it would go
   * @param condition what must never hold
   * @param from where the axes stand that the condition names
   * @param to where they would go
   */
  constructor(
    axis: string,
    received: unknown,
    readonly condition: string,
    readonly from: Setpoints,
    readonly to: Setpoints,
  ) {
    super(axis, received, `where ${condition} never holds`);
    const text = (places: Setpoints) => Object.entries(places).map(([name, at]) => `${name} ${at}`).join(", ");
    this.message = `${condition} is forbidden, and may hold on every way from ${text(from)} to ${text(to)}`;
  }
}
