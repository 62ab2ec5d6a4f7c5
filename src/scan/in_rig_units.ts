import type { Ellipse, Mask, Plan, Region } from "../core/plan.ts";
import type { RigAxis } from "../core/rig.ts";
import { type Conversion, conversion } from "../core/unit.ts";

type Axes = ReadonlyMap<string, Pick<RigAxis, "unit">>;
type Fields = Readonly<Record<string, unknown>>;
/** How the numbers of axes have been converted, by name. */
type Done = Map<string, Conversion>;

/** Nodes that move one axis, and which of their numbers are setpoints, and which are steps. */
const LINES: Readonly<Record<string, { readonly setpoints: readonly string[]; readonly steps: readonly string[] }>> = {
  linspace: { setpoints: ["start", "stop"], steps: ["backlash"] },
  logspace: { setpoints: ["start", "stop"], steps: ["backlash"] },
  step: { setpoints: ["start", "stop"], steps: ["step", "backlash"] },
  list: { setpoints: ["setpoints"], steps: ["backlash"] },
};

/** Lengths along the line of a node that looks, and of what stands under `peaks`. */
const LENGTHS = ["travel", "backlash"], PEAK_LENGTHS = ["distance", "width", "wlen"];

/**
 * The plan with all numbers in the units of the rig: where a node names another unit, its setpoints, and the regions and
 * lengths that go with them, are converted. Of offsets only the size of the unit counts. What cannot be converted is left as
 * it is, and `axisIssues` says so. It is pure, and gives the plan itself where there is nothing to do.
 *
 * @example
 * ```ts
 * import { linspace } from "sonde";
 * import { inRigUnits } from "./in_rig_units.ts";
 * const plan = inRigUnits(linspace("x", -500, 500, 11, { unit: "um" }), new Map([["x", { unit: "mm" }]]));
 * console.assert(JSON.stringify(plan) === JSON.stringify(linspace("x", -0.5, 0.5, 11, { unit: "mm" })));
 * ```
 */
export function inRigUnits(plan: Plan, axes: Axes): Plan {
  return walked(plan, axes, false, new Map()) as Plan;
}

function isFields(node: unknown): node is Fields {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}

/** Any part of a plan: only nodes are looked at, and their kinds say what their numbers are. */
function walked(node: unknown, axes: Axes, relative: boolean, done: Done): unknown {
  if (Array.isArray(node)) {
    if (!node.some((part) => typeof part === "object")) return node;
    return replaced(node, node.map((part) => walked(part, axes, relative, done)));
  }
  if (!isFields(node)) return node;
  const { kind } = node;
  if (typeof kind === "string" && Object.hasOwn(LINES, kind)) return line(node, kind, axes, relative, done);
  if (kind === "spiral") return spiral(node, axes, relative, done);
  const own: Done = new Map(), inner = relative || kind === "relative";
  const entries = Object.entries(node);
  const made = entries.map(([key, part]) => [key, walked(part, axes, inner, own)] as const);
  for (const [axis, how] of own) done.set(axis, how);
  const changed = made.some(([, part], k) => part !== entries[k][1]);
  if (!changed) return node;
  const whole = Object.fromEntries(made);
  return kind === "mask" ? masked(whole as unknown as Mask, own, inner) : lengths(whole, own);
}

function replaced(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((part, k) => part === before[k]) ? before : after;
}

/** Numbers, and those in arrays; labels and what is no number stay. */
function mapped(numbers: unknown, how: (x: number) => number): unknown {
  if (Array.isArray(numbers)) return numbers.map((one) => mapped(one, how));
  return typeof numbers === "number" ? how(numbers) : numbers;
}

function line(node: Fields, kind: string, axes: Axes, relative: boolean, done: Done): unknown {
  const { axis, unit } = node, to = typeof axis === "string" ? axes.get(axis)?.unit : undefined;
  if (typeof unit !== "string" || to === undefined || unit === to) return node;
  const how = conversion(unit, to);
  // Equal ratios are none when they count from another zero.
  if (!how || kind === "logspace" && !how.sameZero) return node;
  const made: Record<string, unknown> = { ...node, unit: to }, { setpoints, steps } = LINES[kind];
  for (const key of setpoints) made[key] = mapped(node[key], relative ? how.scale : how.convert);
  for (const key of steps) if (key in node) made[key] = mapped(node[key], how.scale);
  done.set(axis as string, how);
  return made;
}

/** Each of the two numbers in the unit of its own axis: then the node has no unit that would be that of both. */
function spiral(node: Fields, axes: Axes, relative: boolean, done: Done): unknown {
  const { unit, center, radius, ...rest } = node, names = Array.isArray(node.axes) ? node.axes as unknown[] : [];
  if (typeof unit !== "string" || names.length !== 2 || !Array.isArray(center)) return node;
  const units = names.map((name) => axes.get(String(name))?.unit);
  if (units.includes(undefined) || units.every((to) => to === unit)) return node;
  const how = units.map((to) => conversion(unit, to!));
  if (!how[0] || !how[1]) return node;
  const [a, b] = how as [Conversion, Conversion], radii = Array.isArray(radius) ? radius : [radius, radius];
  names.forEach((name, k) => done.set(String(name), how[k]!));
  return {
    ...rest,
    center: [a, b].map((of, k) => mapped(center[k], relative ? of.scale : of.convert)),
    radius: [a, b].map((of, k) => mapped(radii[k], of.scale)),
  };
}

/** Lengths of nodes that look are along their one line. */
function lengths(node: Fields, done: Done): unknown {
  const [how] = done.values(), { peaks, kind } = node;
  if (!how || !["zoom", "track", "focus"].includes(String(kind))) return node;
  const scaled = (fields: Fields, keys: readonly string[]) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, part]) => [key, keys.includes(key) ? mapped(part, how.scale) : part]),
    );
  return { ...scaled(node, LENGTHS), ...isFields(peaks) ? { peaks: scaled(peaks, PEAK_LENGTHS) } : {} };
}

const SAME: Conversion = { convert: (x) => x, scale: (x) => x, sameZero: true };

/** A region keeps its points: it is drawn in the units of the lines that it is laid over. */
function masked(mask: Mask, done: Done, relative: boolean): Mask {
  const { region } = mask;
  if (!isFields(region) || !Array.isArray(region.axes)) return mask;
  const [a, b] = region.axes.map((axis) => done.get(axis) ?? SAME);
  if (a === SAME && b === SAME) return mask;
  const place = ([x, y]: readonly [number, number]): [number, number] =>
    relative ? [a.scale(x), b.scale(y)] : [a.convert(x), b.convert(y)];
  return { ...mask, region: inUnits(region, place, a, b) };
}

function inUnits(
  region: Region,
  place: (at: readonly [number, number]) => [number, number],
  a: Conversion,
  b: Conversion,
): Region {
  if (region.kind === "polygon") return { ...region, vertices: region.vertices.map(place) };
  const { center, radii, angle = 0 } = region;
  return { ...region, center: place(center), ...stretched(radii, angle, a.scale(1), b.scale(1)) };
}

/** An ellipse stretched along the two axes is an ellipse: of (M Mᵀ), with M the stretched half-axes, the eigenvectors. */
function stretched([p, q]: readonly [number, number], angle: number, byA: number, byB: number): Partial<Ellipse> {
  if (angle === 0 || byA === byB) return { radii: [p * byA, angle === 0 ? q * byB : q * byA] };
  const turn = angle * Math.PI / 180, c = Math.cos(turn), s = Math.sin(turn);
  const m = [[byA * c * p, -byA * s * q], [byB * s * p, byB * c * q]];
  const xx = m[0][0] ** 2 + m[0][1] ** 2, yy = m[1][0] ** 2 + m[1][1] ** 2, xy = m[0][0] * m[1][0] + m[0][1] * m[1][1];
  const mean = (xx + yy) / 2, spread = Math.hypot((xx - yy) / 2, xy);
  return {
    radii: [Math.sqrt(mean + spread), Math.sqrt(Math.max(mean - spread, Number.MIN_VALUE))],
    angle: Math.atan2(2 * xy, xx - yy) / 2 * 180 / Math.PI,
  };
}
