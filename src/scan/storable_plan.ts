import { mapOwnActions } from "./map_own_actions.ts";
import type { Plan } from "../core/plan.ts";

/** What a run keeps of a user's generator in the place of a plan or of an action. */
export function generatorRecord(make: { readonly name: string; toString(): string }): Record<string, string> {
  return { kind: "generator", name: make.name, source: make.toString() };
}

/** A plan as a store keeps it: of actions that are generators of the user's own, their text. */
export function storablePlan(plan: Plan): unknown {
  return mapOwnActions(plan, generatorRecord);
}

/** Whether a stored plan has actions that were generators: they must be given again. */
export function hasGenerators(stored: unknown): boolean {
  if (Array.isArray(stored)) return stored.some(hasGenerators);
  if (typeof stored !== "object" || stored === null) return false;
  return (stored as { kind?: unknown }).kind === "generator" || Object.values(stored).some(hasGenerators);
}
