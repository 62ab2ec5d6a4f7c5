import { type Issue, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel } from "../core/rig.ts";

/** What `read: [...]` comes to. */
export interface ReadList {
  /** In the rig's order, each once. */
  readonly channels: readonly RigChannel[];
  readonly issues: readonly Issue[];
}

/**
 * Channels by the names of a `read` list: a channel by its full name, or all of a device's by the device's name.
 *
 * @param more what else might have been meant
 */
export function readList(
  rig: Rig<never, never> | Rig,
  names: readonly string[],
  path = "read",
  more: readonly string[] = [],
): ReadList {
  const all = [...rig.channels.values()], wanted = new Set<string>(), issues: Issue[] = [];
  const known = new Set([...all.map((channel) => channel.name), ...all.map((channel) => channel.device)]);
  for (const [k, name] of names.entries()) {
    const matching = all.filter((channel) => channel.name === name || channel.device === name);
    for (const channel of matching) wanted.add(channel.name);
    if (matching.length) continue;
    const what = rig.axes.has(name) ? "is an axis, not a detector" : "is not a detector of the rig";
    const message = `${show(name)} ${what}; ${didYouMean(name, [...known, ...more])}`;
    issues.push({ path: `${path}[${k}]`, message, received: name, allowed: [...known].join(", "), severity: "error" });
  }
  return { channels: all.filter((channel) => wanted.has(channel.name)), issues };
}
