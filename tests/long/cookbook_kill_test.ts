import { survivesKill } from "../cookbook_kill_support.ts";
import { RECIPES } from "../cookbook_recipes.ts";

for (const recipe of RECIPES) {
  Deno.test(`${recipe.name} that was killed in the middle is readable, and goes on with sonde resume`, () =>
    survivesKill(recipe));
}
