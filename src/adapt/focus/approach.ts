import type { MoveRequest } from "../../core/path.ts";

/**
 * Goes to setpoints of one axis from below, so that the play of its screw is always on the same side: before a setpoint
 * that lies below the last one, and before the first, whose last one is not known, the axis goes `backlash` lower. It counts the
 * setpoints itself, so every one of them has to be told.
 */
export class Approach {
  #last = Infinity;

  /**
   * It has not been anywhere yet.
   *
   * @param axis that moves
   * @param backlash how much lower, in its unit; 0: never
   * @param floor the lowest that it may go
   */
  constructor(readonly axis: string, readonly backlash: number, readonly floor: number) {}

  /** What comes before a setpoint: one move, or nothing. */
  *before(setpoint: number): Generator<MoveRequest, void> {
    const from = Math.max(this.floor, setpoint - this.backlash);
    if (setpoint < this.#last && from < setpoint) yield { kind: "move", setpoint: { [this.axis]: from } };
    this.#last = setpoint;
  }

  /** Goes there, from below. */
  *to(setpoint: number): Generator<MoveRequest, void> {
    yield* this.before(setpoint);
    yield { kind: "move", setpoint: { [this.axis]: setpoint } };
  }
}
