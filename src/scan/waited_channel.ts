import type { RigChannel } from "../core/rig.ts";
import type { RunRules } from "../core/rules.ts";

/** How long each point was waited for, as it is stored beside the readings. */
export const WAITED_CHANNEL: RigChannel = {
  name: "waited",
  device: "",
  channel: "",
  unit: "ms",
  longName: "waited for conditions",
};

/** The same for a run that may have to wait, nothing for others. */
export function waitedChannels({ hold, settle }: Pick<RunRules, "hold" | "settle">): readonly RigChannel[] {
  return [hold ?? []].flat().length || Object.keys(settle ?? {}).length ? [WAITED_CHANNEL] : [];
}
