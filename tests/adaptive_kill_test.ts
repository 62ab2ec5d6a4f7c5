import { assert } from "@std/assert";
import { killAdaptive, type KilledKind } from "./adaptive_kill_support.ts";

/** The other kinds, and a hundred kills, are in tests/long. */
const KILLS: readonly (readonly [KilledKind, number])[] = [["zoom", 3], ["folds", 3]];

let survived = 0;

for (const [kind, kills] of KILLS) {
  Deno.test(`an adaptive scan (${kind}) that is killed up to ${kills} times and resumed holds what one holds that was left alone`, async () => {
    survived += await killAdaptive(kind, kills, 1);
  });
}

Deno.test("five kills in all are survived, with as many more rounds as it takes", async () => {
  for (let more = 0; survived < 5 && more < 10; more++) survived += await killAdaptive("focus", 3, 100 + more);
  assert(survived >= 5, String(survived));
});
