import type { Site, Stage } from "../adapt/stage.ts";
import type { MeasureRequest, Path, Reply, Request } from "../core/path.ts";
import { hash32 } from "../core/random.ts";
import { endEarly, type FoldVisits } from "./fold_visits.ts";
import type { LaidSampler } from "./lay_out.ts";
import { samplerKind } from "./sampler_kinds.ts";
import { linesOf } from "./sampler_lines.ts";
import type { Around } from "./walk.ts";

/** One visit: the loops around are put into every request, and paced ones wait before the first. */
function stageOf({ passes }: LaidSampler, around: Around, seed: number): Stage {
  let { due } = around;
  return {
    seed,
    measure(setpoint, number, index = []): MeasureRequest {
      const { name, space, read, keep } = passes[number], first = due;
      due = undefined;
      return {
        kind: "measure",
        setpoint: { ...around.setpoint, ...setpoint },
        index: space ? [...around.index, ...index] : around.index,
        pass: name,
        skip: false,
        due: first,
        read,
        keep,
      };
    },
  };
}

/** What is remembered from visit to visit, and where the lines are: elsewhere at each visit inside a trigger's plan. */
function starter(laid: LaidSampler): (around: Around) => (stage: Stage) => Path {
  const { sampler, site } = laid, kind = samplerKind(sampler.plan.kind);
  const moves = sampler.space?.dimensions.some(({ columns }) => columns.some(({ relative }) => relative)) ?? false;
  const startAt = (place: Site) => kind.start(sampler.plan, place);
  let kept: ((stage: Stage) => Path) | undefined;
  return (around) => {
    if (moves && around.dynamic) return startAt({ ...site, lines: linesOf(sampler.space, around.origin) });
    return kept ??= startAt(site);
  };
}

/** The paths of a node that chooses its own points, one a visit. Where the loops around are masked it is left out. */
export function samplerVisits(laid: LaidSampler, seed: number): (around: Around) => Path {
  const start = starter(laid);
  let visits = 0;
  return function* (around) {
    if (around.skip) return {};
    return yield* start(around)(stageOf(laid, around, hash32(seed, `visit ${visits++}`)));
  };
}

/** The same where something is done at each of its points: it is sent what comes of that. */
export function overVisits(laid: LaidSampler, seed: number, inner: FoldVisits): (around: Around) => Path {
  const start = starter(laid);
  let visits = 0;
  return function* (around) {
    if (around.skip) return {};
    const path = start(around)(stageOf(laid, around, hash32(seed, `visit ${visits++}`)));
    let reply: Reply = undefined;
    try {
      while (!around.life.ended) {
        const next = path.next(reply);
        if (next.done) return next.value;
        const request: Request = next.value;
        if (!isMeasured(request)) reply = yield request;
        else {
          const { setpoint, index = [], pass = "", due } = request;
          const as = { pass, index }, inside = { ...around, dynamic: true, setpoint, due, as };
          reply = (yield* inner(inside)).point;
        }
      }
      return {};
    } finally {
      yield* endEarly(path);
    }
  };
}

function isMeasured(request: Request): request is MeasureRequest {
  return request.kind === "measure" && !request.skip;
}
