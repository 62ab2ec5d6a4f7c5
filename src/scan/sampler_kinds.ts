import { alignKind } from "../adapt/align.ts";
import { climbKind } from "../adapt/climb.ts";
import { focusKind } from "../adapt/focus.ts";
import { learnKind } from "../adapt/learn/learn.ts";
import { trackKind } from "../adapt/track.ts";
import { zoomKind } from "../adapt/zoom.ts";
import type { AdaptiveKind } from "../adapt/stage.ts";
import type { SamplerPlan } from "./tree.ts";

const KINDS: { readonly [K in SamplerPlan["kind"]]: AdaptiveKind<Extract<SamplerPlan, { kind: K }>> } = {
  zoom: zoomKind,
  align: alignKind,
  track: trackKind,
  focus: focusKind,
  learn: learnKind,
  climb: climbKind,
};

/** What a node of a kind can do. */
export function samplerKind(kind: SamplerPlan["kind"]): AdaptiveKind<SamplerPlan> {
  return KINDS[kind] as AdaptiveKind<SamplerPlan>;
}
