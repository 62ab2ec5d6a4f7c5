import { runPeer } from "../peer.ts";
import type { Truth } from "./truths.ts";

/** What is to be learnt, on either side. */
export interface LearnCase extends Truth {
  /** A loss of ours, or `average` for python-adaptive's `AverageLearner1D`. */
  readonly loss: string;
  readonly points: number;
  /** Standard deviation of a reading; 0 when left out. */
  readonly noise?: number;
  /** Decides the noise. */
  readonly seed?: number;
  /** Whether it is said where was measured; true when left out. */
  readonly keep?: boolean;
}

/** What was learnt. */
export interface Learnt {
  readonly usPerPoint: number;
  /** Coordinates and then the reading of each point, in ascending order for one axis. */
  readonly measured: readonly (readonly number[])[];
}

/** What python-adaptive makes of some cases, in one process of its own; its imports do not count. */
export async function learnPeer(cases: readonly LearnCase[]): Promise<{ version: string; learnt: Learnt[] }> {
  return await runPeer("adaptive_learn.py", [JSON.stringify(cases)]);
}
