import { deviation } from "./deviation.ts";
import { learnNode, learnOurs } from "./learn_ours.ts";
import { type LearnCase, learnPeer } from "./learn_peer.ts";
import { learnTable } from "./learn_table.ts";
import { learnTimes } from "./learn_times.ts";
import { LINES, lineTruths, type Truth } from "./truths.ts";

// Seeds that the weights of the curvature loss were not chosen with.
const SEEDS = [101, 102, 103, 104, 105, 106, 107, 108], NOISE = 0.05, COARSE = 41;

const titleOf = ({ name, parameters }: Truth) =>
  name === "gaussian" || name === "lorentzian" ? `${name}, width ${parameters[1]}` : name;

/** Both sides on all functions of all seeds; `ours` says how we learn. */
async function compare(
  title: string,
  points: number,
  peers: readonly string[],
  ours: (one: LearnCase) => ReturnType<typeof learnOurs>,
  noise = 0,
): Promise<string[]> {
  const cases = SEEDS.flatMap((seed) => lineTruths(seed).map((truth) => ({ ...truth, seed, points, noise })));
  const theirs = new Map<string, Awaited<ReturnType<typeof learnPeer>>["learnt"]>();
  for (const loss of peers) theirs.set(loss, (await learnPeer(cases.map((one) => ({ ...one, loss })))).learnt);
  const compared = cases.map((one, k) => {
    const curve = (x: number) => LINES[one.name](x, one.parameters);
    const judged = [...theirs].map(([loss, learnt]) => [loss, deviation(curve, learnt[k].measured)] as const);
    return {
      name: titleOf(one),
      ours: deviation(curve, ours({ ...one, loss: "curvature" }).measured),
      theirs: Object.fromEntries(judged),
    };
  });
  const { text, shortfalls } = learnTable(title, compared);
  console.log(`\n${text}`);
  return shortfalls;
}

/** Functions of one axis: how well they are known after as many points, with and without noise, and the time per point. */
export async function section(): Promise<string[]> {
  const shortfalls: string[] = [];
  for (const points of [50, 100, 300, 1000]) {
    shortfalls.push(...await compare(`${points} points`, points, ["distance", "curvature"], learnOurs));
  }
  const noisy = `1000 readings with noise of ${NOISE}, ${COARSE} of them in a coarse pass of ours`;
  const peers = ["distance", "curvature", "average"];
  shortfalls.push(...await compare(noisy, 1000, peers, (one) => learnNode(one, COARSE), NOISE));
  console.log();
  const [one] = lineTruths(1);
  for (const loss of ["distance", "curvature"]) {
    shortfalls.push(...await learnTimes(`1-D, ${loss}`, { ...one, loss, points: 0 }, COARSE));
  }
  return shortfalls;
}
