import { type PlanName, PLANS } from "../resume_plans.ts";
import { killAndResume } from "../resume_support.ts";

/** Every kind of scan, some rounds of each; a scan may come to its end before it is killed as often as it might be. */
const KINDS = Object.keys(PLANS) as PlanName[];
const ROUNDS = 6, KILLS = 3, HUNDRED = 100;

let survived = 0;

for (let round = 0; round < ROUNDS; round++) {
  for (const kind of KINDS) {
    Deno.test(`a scan (${kind}) that is killed up to ${KILLS} times and resumed holds the same (round ${round})`, async () => {
      survived += await killAndResume(kind, KILLS, 100 + round);
    });
  }
}

Deno.test("a hundred kills in all are survived, with as many more rounds as it takes", async () => {
  for (let more = 0; survived < HUNDRED; more++) {
    survived += await killAndResume(KINDS[more % KINDS.length], KILLS, 1000 + more);
  }
  console.log(`${survived} kills survived`);
});
