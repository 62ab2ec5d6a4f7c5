import { learnOurs } from "./learn_ours.ts";
import { judgePlanes, learnPeer } from "./learn_peer.ts";
import { learnTable } from "./learn_table.ts";
import { learnTimes } from "./learn_times.ts";
import { planeTruths } from "./truths.ts";

const SEEDS = [1, 2, 3], COARSE = 9;

/** Functions of two axes: how well they are known after as many points, and the time per point. */
export async function section(): Promise<string[]> {
  const shortfalls: string[] = [];
  for (const points of [100, 300, 1000]) {
    const cases = SEEDS.flatMap((seed) => planeTruths(seed).map((truth) => ({ ...truth, points, loss: "distance" })));
    const { learnt } = await learnPeer(cases);
    const theirs = await judgePlanes(cases.map((one, k) => ({ ...one, measured: learnt[k].measured })));
    const ours = await judgePlanes(cases.map((one) => ({ ...one, measured: learnOurs(one).measured })));
    const compared = cases.map(({ name }, k) => ({ name, ours: ours[k], theirs: { default: theirs[k] } }));
    const { text, shortfalls: missed } = learnTable(`${points} points`, compared);
    console.log(`\n${text}`);
    shortfalls.push(...missed);
  }
  console.log();
  const [one] = planeTruths(1);
  shortfalls.push(...await learnTimes("2-D", { ...one, loss: "distance", points: 0 }, COARSE));
  return shortfalls;
}
