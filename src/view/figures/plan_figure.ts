import { Figure } from "../figure.ts";
import type { CurvePanel, Panel, PanelAxis, Series } from "../figure_data.ts";
import { formatNumber } from "../ticks.ts";
import { orderGrid } from "./order_grid.ts";

/** An axis that a plan moves, and where it is sent. */
export interface TrackAxis extends Pick<PanelAxis, "name" | "unit" | "labels"> {
  /** One entry for each point in the order of measurement: the setpoint, or its place in `labels`. */
  readonly setpoints: ArrayLike<number>;
}

/** Where a plan goes, point after point. */
export interface PlanTrack {
  /** Slowest first, as the plan names them. */
  readonly axes: readonly TrackAxis[];
  /** The pass of each point. */
  readonly passes: readonly string[];
  /** Points of the whole plan, where these are only the first ones. */
  readonly total?: number;
  /** Whether the plan decides by what it measures, so that this is only how it might go. */
  readonly rehearsed?: boolean;
}

/** So many passes get a colour of their own. */
const MOST_PASSES = 5;
/** Of more points, the way between them is not drawn; of still more, nor are the points. */
const MOST_LINKED = 400, MOST_DOTTED = 1500;

/**
 * The way that a plan takes: one axis as its setpoint over the order of points; two as their plane, coloured by the order,
 * with the way between the points where they are few; of more, the two fastest while the others stand still.
 *
 * @returns undefined when no axis is moved
 *
 * @example
 * ```ts
 * import { planFigure } from "./plan_figure.ts";
 * const x = { name: "x", unit: "mm", setpoints: [0, 1, 1, 0] }, y = { name: "y", unit: "mm", setpoints: [0, 0, 1, 1] };
 * const figure = planFigure({ axes: [y, x], passes: ["pass_0", "pass_0", "pass_0", "pass_0"] })!;
 * console.assert(figure.panels[0].kind === "heatmap");
 * ```
 */
export function planFigure(track: PlanTrack): Figure | undefined {
  const { axes, passes, total = passes.length, rehearsed } = track;
  if (!axes.length || !passes.length) return undefined;
  const [fast, second, ...slow] = bySpeed(axes);
  const shown = passes.length, whole = Math.max(total, shown);
  const note = [
    rehearsed && "rehearsed on a simulated sample; a real one may ask for other points",
    whole > shown && `the first ${count(shown)} of ${count(whole)} points`,
  ].filter(Boolean).join("; ");
  const names = axes.map(({ name }) => name).join(" × ");
  const title = `Path of ${names}`, all = { title, subtitle: `${count(whole)} points` };
  if (!second) return new Figure({ ...all, panels: [withNote(alongOrder(fast, passes), note)] });
  const stretch = stillStretch(slow, shown), part = `${count(stretch)} of ${count(whole)} points`;
  const rest = slow.length
    ? `${part}, ${stretch < shown ? "at the first" : "through all"} ${slow.map(rangeOf).join(", ")}`
    : "";
  return new Figure({
    ...all,
    ...rest && { subtitle: rest },
    panels: [withNote(inPlane(fast, second, stretch), note)],
  });
}

function count(points: number): string {
  return points.toLocaleString("en");
}

function withNote(panel: Panel, note: string): Panel {
  return note ? { ...panel, note } : panel;
}

/** An axis is faster than one that stands inside of it only where it moves so many times as often: shuffled ones are not. */
const CLEARLY = 1.5;

/** The fastest axis first: the one that is sent elsewhere most often. Of about equally fast ones the last counts as faster. */
function bySpeed(axes: readonly TrackAxis[]): TrackAxis[] {
  const changes = (axis: TrackAxis) => {
    let n = 0;
    for (let i = 1; i < axis.setpoints.length; i++) if (axis.setpoints[i] !== axis.setpoints[i - 1]) n++;
    return n;
  };
  const ranked = axes.map((axis, k) => ({ axis, k, n: changes(axis) }));
  ranked.sort((a, b) => b.n - a.n || b.k - a.k);
  const [first, second] = ranked;
  if (second && second.k > first.k && first.n < CLEARLY * second.n) ranked.splice(0, 2, second, first);
  return ranked.map(({ axis }) => axis);
}

/** Points from the first on while the slow axes stand still; all where that is hardly any. */
function stillStretch(slow: readonly TrackAxis[], points: number): number {
  let n = 1;
  while (n < points && slow.every(({ setpoints }) => setpoints[n] === setpoints[0])) n++;
  return n < 4 ? points : n;
}

/** `wavelength (600 … 700 nm, 21 setpoints)`. */
function rangeOf({ name, unit, labels, setpoints }: TrackAxis): string {
  const all = new Set(Array.from(setpoints)), tail = unit && unit !== "1" ? ` ${unit}` : "";
  if (labels) return `${name} (${[...all].map((at) => labels[at]).slice(0, 6).join(", ")}${all.size > 6 ? ", …" : ""})`;
  let least = Infinity, most = -Infinity;
  for (const at of all) {
    least = Math.min(least, at);
    most = Math.max(most, at);
  }
  const range = least === most ? formatNumber(least) : `${formatNumber(least)} … ${formatNumber(most)}`;
  return `${name} (${range}${tail}${all.size > 1 ? `, ${count(all.size)} setpoints` : ""})`;
}

/** Setpoints over the order, each pass in a colour of its own where there are few. */
function alongOrder(axis: TrackAxis, passes: readonly string[]): CurvePanel {
  const { setpoints, ...quantity } = axis, names = [...new Set(passes)];
  const places = passes.map((_, i) => i);
  const curve = (name: string, kept: readonly number[]): Series => {
    // Between two stretches of a pass the axis was busy with another one.
    const order = kept.flatMap((i, k) => k > 0 && kept[k - 1] !== i - 1 ? [NaN, i] : [i]);
    const y = order.map((i) => Number.isNaN(i) ? NaN : setpoints[i]);
    return { name, x: order, y, ...axis.labels && { draw: "points" as const } };
  };
  const series = names.length > 1 && names.length <= MOST_PASSES
    ? names.map((name) => curve(name, places.filter((i) => passes[i] === name)))
    : [curve(axis.name, places)];
  return { kind: "curve", x: { name: "order" }, y: quantity, series };
}

function inPlane(x: TrackAxis, y: TrackAxis, points: number): Panel {
  const xs = Float64Array.from({ length: points }, (_, i) => x.setpoints[i]);
  const ys = Float64Array.from({ length: points }, (_, i) => y.setpoints[i]);
  const grid = orderGrid(xs, ys), { setpoints: _x, ...xAxis } = x, { setpoints: _y, ...yAxis } = y;
  const draw = points <= MOST_LINKED && isOrderly(xs, ys) ? "both" as const : "points" as const;
  const dotted = points <= (grid.exact ? MOST_LINKED : MOST_DOTTED);
  return {
    kind: "heatmap",
    x: { ...xAxis, coordinates: grid.x },
    y: { ...yAxis, coordinates: grid.y },
    z: { name: "order" },
    readings: grid.order,
    ...dotted && { trails: [{ x: xs, y: ys, draw }] },
  };
}

/** Steps this many times as long as the distance to the nearest point make a tangle, not a way. */
const FAR = 4;

/** Whether the way from point to point can be followed by eye: most steps lead to a neighbour. */
function isOrderly(x: Float64Array, y: Float64Array): boolean {
  const spanX = spanOf(x) || 1, spanY = spanOf(y) || 1;
  const apart = (i: number, j: number) => Math.hypot((x[i] - x[j]) / spanX, (y[i] - y[j]) / spanY);
  let near = 0;
  for (let i = 1; i < x.length; i++) {
    const step = apart(i - 1, i);
    let least = Infinity;
    for (let j = 0; j < x.length; j++) {
      const distance = apart(i, j);
      if (distance > 0 && distance < least) least = distance;
    }
    if (step <= FAR * least) near++;
  }
  return near >= (x.length - 1) / 2;
}

function spanOf(along: Float64Array): number {
  return along.reduce((a, b) => Math.max(a, b)) - along.reduce((a, b) => Math.min(a, b));
}
