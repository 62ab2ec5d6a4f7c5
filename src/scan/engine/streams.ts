import type { Job } from "./job.ts";
import type { Performer } from "./performer.ts";
import type { Waits } from "./waits.ts";

/** Records what is beside the points of a run: the whole rig at start and end, and signals on clocks of their own. */
export class Streams {
  /** Nothing is read yet. */
  constructor(readonly job: Job, readonly performer: Performer, readonly waits: Waits) {}

  /** Once the sinks are open and the detectors ready, before anything moves. */
  async begin(): Promise<void> {}

  /** When the path has ended, whatever happened, while sinks and detectors are still there. Never throws. */
  async end(): Promise<void> {}
}
