import type { Approve } from "../core/adaptive_plan.ts";
import type { Answer, AskRequest, Reply } from "../core/path.ts";

/** What is asked: all of an `AskRequest` that the node itself knows. */
export type Question = Pick<AskRequest, "found" | "next" | "action" | "data">;

/**
 * Asks whether an action may be carried out, where the node says that somebody is to be asked; call it with `yield*`.
 *
 * @returns `continue` at once for `auto`; after `cancel` the action is left out. `abort` ends the run in the engine.
 *
 * @example
 * ```ts
 * import { approved } from "./approved.ts";
 * const asking = approved("ask", { found: "a peak at 640.2 nm", next: "measure 21 points around it" });
 * const asked = asking.next();
 * console.assert(!asked.done && asked.value.kind === "ask" && asking.next("cancel").value === "cancel");
 * console.assert(approved("auto", { found: "", next: "" }).next().done);
 * ```
 */
export function* approved(
  approve: Approve | undefined,
  question: Question,
): Generator<AskRequest, Answer, Reply> {
  if (approve === undefined || approve === "auto") return "continue";
  const how = approve === "ask" ? {} : approve;
  return (yield { kind: "ask", ...question, ...how }) as Answer;
}
