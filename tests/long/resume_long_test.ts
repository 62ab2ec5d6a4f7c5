import { type PlanName, PLANS } from "../resume_plans.ts";
import { killAndResume } from "../resume_support.ts";

/** A hundred kills in all, over every kind of scan. */
const KINDS = Object.keys(PLANS) as PlanName[];
const ROUNDS = 6, KILLS = 3;

for (let round = 0; round < ROUNDS; round++) {
  for (const kind of KINDS) {
    Deno.test(`a scan (${kind}) that is killed up to ${KILLS} times and resumed holds the same (round ${round})`, () =>
      killAndResume(kind, KILLS, 100 + round));
  }
}
