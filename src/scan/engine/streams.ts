import type { Point } from "../../core/point.ts";
import type { DeviceTurns } from "./device_turns.ts";
import type { Job } from "./job.ts";
import type { Performer } from "./performer.ts";

/** Records what is beside the points of a run: the whole rig at start and end, and signals on clocks of their own. */
export class Streams {
  /** Nothing is read yet. */
  constructor(readonly job: Job, readonly performer: Performer, readonly turns: DeviceTurns | undefined) {}

  /** Once the sinks are open and the detectors ready, before anything moves. */
  async begin(): Promise<void> {}

  /** Every point of the scan, as it was measured. */
  hear(_point: Point): void {}

  /** When the path has ended, whatever happened, while sinks and detectors are still there. Never throws. */
  async end(): Promise<void> {}
}
