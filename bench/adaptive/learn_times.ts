import { learnNode } from "./learn_ours.ts";
import { type LearnCase, learnPeer } from "./learn_peer.ts";

/** A tenth of python-adaptive's time per point, and no more than three times as much at 10⁴ points as at 10³. */
const PART = 0.1, GROWTH = 3, ROUNDS = 3, AGAIN = 5;

/**
 * Prints the time per point of both sides at 10³ and at 10⁴ points, in turn, the shortest of some rounds, because other
 * programs only make it longer; resolves with what was not reached.
 */
export async function learnTimes(title: string, one: LearnCase, coarse: number): Promise<string[]> {
  const figures: Record<string, number[]> = { ours3: [], ours4: [], theirs3: [], theirs4: [] };
  learnNode({ ...one, points: 10_000 }, coarse); // the first run is compiled while it runs
  for (let round = 0; round < ROUNDS; round++) {
    for (const power of [3, 4]) {
      const points = 10 ** power;
      for (let again = 0; again < AGAIN; again++) {
        figures[`ours${power}`].push(learnNode({ ...one, points }, coarse).usPerPoint);
      }
      // One round of python-adaptive's 10⁴ points takes as long as all the rest.
      if (power === 4 && round > 0) continue;
      const { learnt } = await learnPeer([{ ...one, points, keep: false }]);
      figures[`theirs${power}`].push(learnt[0].usPerPoint);
    }
  }
  const [ours3, ours4, theirs3, theirs4] = ["ours3", "ours4", "theirs3", "theirs4"].map((key) =>
    Math.min(...figures[key])
  );
  console.log(
    `${title}, µs a point at 10³ and 10⁴: Sonde ${ours3.toFixed(1)} and ${ours4.toFixed(1)} (${
      (ours4 / ours3).toFixed(2)
    } times), python-adaptive ${theirs3.toFixed(0)} and ${theirs4.toFixed(0)} (${
      (theirs4 / theirs3).toFixed(2)
    } times)`,
  );
  const shortfalls: string[] = [];
  for (const [points, part] of [["10³", ours3 / theirs3], ["10⁴", ours4 / theirs4]] as const) {
    if (part > PART) {
      shortfalls.push(`${title}: ${part.toFixed(3)} of python-adaptive's time at ${points} points, to reach ${PART}`);
    }
  }
  if (ours4 / ours3 > GROWTH) shortfalls.push(`${title}: time per point grows ${(ours4 / ours3).toFixed(1)} times`);
  return shortfalls;
}
