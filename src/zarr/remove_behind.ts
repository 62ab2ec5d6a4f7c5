import type { GroupWriter } from "./group_writer.ts";
import type { Store } from "./stores/store.ts";

/** Removes what a run that was killed left behind the last point of groups that grow: no metadata tell of it. */
export async function removeBehind(store: Store, groups: readonly GroupWriter[]): Promise<void> {
  if (!groups.some((group) => group.grows) || !store.list) return;
  const keys = await Array.fromAsync(store.list());
  for (const key of keys) if (groups.some((group) => group.isBehind(key))) await store.remove(key);
}
