import type { Readings, Setpoints } from "../../core/point.ts";
import type { Rig } from "../../core/rig.ts";
import { type Examined, limitsOf } from "../../scan/examine.ts";
import { laidReach } from "../../scan/laid_reach.ts";
import { planPath } from "../../scan/plan_path.ts";
import { rehearse, simulatedResponse } from "../../scan/rehearse.ts";
import type { PlanTrack, TrackAxis } from "../../view/figures/plan_figure.ts";

/** Points of a plan that are looked at for its picture: about a second's work, and adaptive nodes think at each. */
const MOST_POINTS = 50_000, MOST_ADAPTIVE = 5000;
/** Of the simulated sample: one seed, so that the same plan has the same picture. */
const SEED = 1;

/**
 * Where a plan goes: tried without a rig, every move at once and every reading that of a simulated sample.
 *
 * @param examined what is known of the plan; where it cannot be laid out there is no track
 * @param rig has the units and limits of its axes; none of them is moved
 */
export function planTrack(examined: Examined, rig: Rig): PlanTrack | undefined {
  const { tree, laid, known, adaptive } = examined;
  if (!tree || !laid || !known) return undefined;
  const visited: { setpoint: Setpoints; pass: string }[] = [];
  const spans = new Map(
    laidReach(laid.root, {}).filter(({ least, most }) => Number.isFinite(least) && Number.isFinite(most))
      .map(({ column, least, most }) => [column.axis, [least, most] as const]),
  );
  const answer = simulatedResponse(spans, [...known.signals.keys()], SEED);
  const respond = (setpoint: Setpoints, pass: string): Readings => {
    visited.push({ setpoint, pass });
    return adaptive ? answer(setpoint, pass) : {};
  };
  const path = planPath(tree, SEED, { limits: limitsOf(rig), read: known.read, signals: known.signals });
  const times = { moveMs: () => 0, readMs: () => 0 }, most = adaptive ? MOST_ADAPTIVE : MOST_POINTS;
  const { ended } = rehearse(path, { respond, times, most });
  const named = new Set(visited.flatMap(({ setpoint }) => Object.keys(setpoint)));
  const names = [...new Set([...acrossFirst(examined).filter((name) => named.has(name)), ...named])];
  return {
    axes: names.map((name) =>
      trackAxis(name, visited.map(({ setpoint }) => setpoint[name]), rig.axes.get(name)?.unit ?? "")
    ),
    passes: visited.map(({ pass }) => pass),
    ...!ended && { total: examined.points },
    rehearsed: adaptive,
  };
}

/** Axes slowest first; of those that move together the first one last, because it is drawn across. */
function acrossFirst({ layout }: Examined): string[] {
  const dimensions = (layout?.groups ?? []).flatMap((group) => group.dimensions);
  return dimensions.flatMap(({ coordinates }) => coordinates.map(({ name }) => name).reverse());
}

function trackAxis(name: string, setpoints: readonly (number | string | undefined)[], unit: string): TrackAxis {
  const labels = [...new Set(setpoints.filter((at) => typeof at === "string"))];
  if (!labels.length) return { name, unit, setpoints: Float64Array.from(setpoints, (at) => Number(at ?? NaN)) };
  const places = new Map(labels.map((label, i) => [label, i]));
  return { name, labels, setpoints: Float64Array.from(setpoints, (at) => places.get(String(at)) ?? NaN) };
}
