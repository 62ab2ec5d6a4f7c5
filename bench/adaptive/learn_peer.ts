import { runPeer } from "../peer.ts";
import type { Deviation } from "./deviation.ts";
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

/** Points of a plane, to be compared with the truth. */
export interface JudgeCase extends Truth {
  readonly measured: Learnt["measured"];
}

interface Answer {
  readonly version: string;
  readonly learnt: Learnt[];
  readonly judged: Deviation[];
}

/** Arguments are short, so the request goes through a file. */
async function askPeer(learn: readonly LearnCase[], judge: readonly JudgeCase[]): Promise<Answer> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ learn, judge }));
    return await runPeer<Answer>("adaptive_learn.py", [file]);
  } finally {
    await Deno.remove(file);
  }
}

/** What python-adaptive makes of some cases, in one process of its own; its imports do not count. */
export async function learnPeer(cases: readonly LearnCase[]): Promise<{ version: string; learnt: Learnt[] }> {
  return await askPeer(cases, []);
}

/** How far linear interpolation between points of planes, of whichever side, is from the truth; by scipy. */
export async function judgePlanes(cases: readonly JudgeCase[]): Promise<Deviation[]> {
  return (await askPeer([], cases)).judged;
}
