import { killAndResume } from "./resume_support.ts";

const KILLS = [["snake", 3], ["own", 2], ["shuffle", 1], ["mask", 1], ["relative", 1], ["passes", 1], [
  "large",
  1,
]] as const;

for (const [kind, kills] of KILLS) {
  Deno.test(`a scan (${kind}) that is killed ${kills} times and resumed holds what one holds that was left alone`, () =>
    killAndResume(kind, kills, 1));
}
