import { actionsOf } from "./around_tree.ts";
import { innerLaid, type Laid, laidIn, ownPasses } from "./lay_out.ts";

/** The names of the passes that actions around a plan measure: no points of the plan itself. */
export function actionPasses(laid: Laid): string[] {
  const inner = innerLaid(laid).flatMap(actionPasses);
  if (laid.kind !== "around") return inner;
  const own = actionsOf(laid).flatMap((action) => {
    if (action.kind === "plan") return passNames(action.laid);
    return "pass" in action ? [action.pass.name] : [];
  });
  return [...new Set([...inner, ...own])];
}

function passNames(laid: Laid): string[] {
  return [...ownPasses(laid).map(({ name }) => name), ...laidIn(laid).flatMap(passNames)];
}
