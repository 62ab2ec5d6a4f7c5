import type { LimitsOf } from "../adapt/stage.ts";
import type { Located, MeasureRequest, MoveRequest, RecallRequest, Reply, Request } from "../core/path.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";

/** What is added to nominal setpoints, by axis. */
export type Offsets = Readonly<Record<string, number>>;

/** An offset as it can be applied there: the axis stays within its limits. */
function applied(at: number, offset: number, [least, most]: readonly [number, number]): number {
  const to = at + offset;
  if (to >= least && to <= most) return offset;
  const bound = to < least ? least : most, nearer = bound - at, inwards = to < least ? 1 : -1;
  // The difference of two numbers is rounded: added again it may lie beyond the bound by the last digit.
  const beyond = inwards * (bound - (at + nearer)) > 0;
  return beyond ? nearer + inwards * Number.EPSILON * Math.max(Math.abs(bound), Math.abs(at)) : nearer;
}

/** The offsets of those axes that a request names with numbers, in addition to those that it has. */
function offsetsAt(
  { setpoint, offset }: Pick<MeasureRequest, "setpoint" | "offset">,
  offsets: Offsets,
  limits: LimitsOf,
) {
  const all: Record<string, number> = { ...offset };
  let any = offset !== undefined;
  for (const axis in offsets) {
    const at = setpoint[axis], sum = (offset?.[axis] ?? 0) + offsets[axis];
    if (typeof at !== "number" || sum === 0 && !offset) continue;
    all[axis] = applied(at, sum, limits(axis));
    any = true;
  }
  return any ? all : undefined;
}

/** The numbers that a point carries of the offsets: those that were applied where it names the axis. */
function given({ give }: MeasureRequest, offsets: Offsets, at: Offsets | undefined): Readonly<Record<string, number>> {
  const all: Record<string, number> = { ...give };
  for (const axis in offsets) {
    const name = `${axis}_offset`;
    all[name] = at?.[axis] ?? (give?.[name] ?? 0) + offsets[axis];
  }
  return all;
}

/** Setpoints with offsets added, or taken off when `sign` is −1; labels stay. */
function plus(setpoint: Setpoints, offsets: Offsets, sign: 1 | -1, limits?: LimitsOf): Setpoints {
  const places: Record<string, Setpoint> = { ...setpoint };
  for (const axis in offsets) {
    const at = places[axis], offset = sign * offsets[axis];
    if (typeof at === "number" && offset !== 0) {
      places[axis] = at + (limits ? applied(at, offset, limits(axis)) : offset);
    }
  }
  return places;
}

/** A request in nominal setpoints as one that goes where they are meant. */
export function shiftedRequest(request: Request, offsets: Offsets, limits: LimitsOf): Request {
  switch (request.kind) {
    case "measure": {
      if (request.skip || !Object.keys(offsets).length) return request;
      const offset = offsetsAt(request, offsets, limits);
      const give = given(request, offsets, offset);
      return offset ? { ...request, offset, give } : { ...request, give };
    }
    case "recall": {
      const offset = offsetsAt(request, offsets, limits);
      return offset ? { ...request, offset } satisfies RecallRequest : request;
    }
    case "move":
      return { ...request, setpoint: plus(request.setpoint, offsets, 1, limits) } satisfies MoveRequest;
    default:
      return request;
  }
}

/** A reply to such a request, in nominal setpoints again: points have kept them, places have not. */
export function nominalReply(request: Request, reply: Reply, offsets: Offsets): Reply {
  if (request.kind !== "move" || !reply) return reply;
  const { setpoint, readback } = reply as Located;
  return { setpoint: plus(setpoint, offsets, -1), readback: plus(readback, offsets, -1) };
}
