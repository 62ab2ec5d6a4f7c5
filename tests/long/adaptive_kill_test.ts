import { assert } from "@std/assert";
import { join } from "@std/path";
import { random } from "../../src/core/random.ts";
import { killAdaptive, KILLED, type KilledKind } from "../adaptive_kill_support.ts";
import { anyEnds, brokenOff, whole } from "../adaptive_resume_support.ts";
import { SCENARIOS } from "../adaptive_scenarios.ts";
import { withFolder } from "../zarr_fixture.ts";

const KINDS = Object.keys(KILLED) as KilledKind[], KILLS = 5, HUNDRED = 100;

Deno.test("a hundred kills of adaptive scans are survived", async () => {
  let survived = 0;
  for (let round = 0; survived < HUNDRED && round < HUNDRED; round++) {
    survived += await killAdaptive(KINDS[round % KINDS.length], KILLS, 1000 + round);
  }
  console.log(`${survived} kills survived`);
  assert(survived >= HUNDRED);
});

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`what is broken off and taken up forty times ends as if nothing had happened: ${name}`, () =>
    withFolder(async (folder) => {
      const alone = await whole(folder, scenario), chance = random(2, name);
      for (let k = 0; k < 40; k++) {
        await brokenOff(join(folder, `${k}.zarr`), scenario, alone, anyEnds(chance, alone, 1 + k % 5));
      }
    }));
}
