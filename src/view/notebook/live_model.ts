import type { LayoutDimension } from "../../core/layout.ts";
import { Frame, type Point, type Reading } from "../../core/point.ts";
import type { LogEntry, RunHeader } from "../../core/sink.ts";
import type { PanelAxis, Peak, Quantity } from "../figure_data.ts";
import { toCoordinates } from "../figures/to_coordinates.ts";
import { liveFamilies, type LiveFamily } from "./live_families.ts";
import type { LiveFrameChannel } from "./live_frame.ts";
import { LiveGrid, type LiveSide } from "./live_grid.ts";
import { type LiveQuantity, LiveTable, setpointNumber } from "./live_table.ts";

/** What a path has said of the line that it is on. */
export interface LiveFindings {
  /** The last ones; undefined when it has said nothing of peaks. */
  readonly peaks: readonly Peak[] | undefined;
  /** Where it looks more closely, from and to. */
  readonly windows: readonly (readonly [number, number])[];
}

/** A series of points that is drawn as curves, or over two axes. */
export interface LiveSeries {
  /** Which passes it holds. */
  readonly family: LiveFamily;
  /** Places, then readings. */
  readonly table: LiveTable;
  /** How many columns are places. */
  readonly places: number;
  /** The column that its points lie along, where the plan says so. */
  readonly along: number | undefined;
}

/** The readings of a family that is a grid, one for each detector. */
export interface LiveGrids {
  /** Which passes it holds. */
  readonly family: LiveFamily;
  /** In the order of the detectors. */
  readonly grids: readonly LiveGrid[];
}

/** Grids beyond these are not drawn, so they are not kept. */
const MOST_GRIDS = 4;
/** Windows beyond these have been looked at long ago. */
const MOST_WINDOWS = 24;

/**
 * What is known of a run while it goes on, as much as its figure needs: it is told of points and notes, and forgets an
 * inner line when the loop around it steps. Memory does not grow with the run beyond a bound, and frames are not copied.
 */
export class LiveModel {
  /** Counts what has changed the figure. */
  revision = 0;
  /** What is drawn point by point. */
  readonly series: readonly LiveSeries[];
  /** What is drawn as heat maps that fill in. */
  readonly grids: readonly LiveGrids[];
  /** The detectors whose readings have dimensions. */
  readonly frames: readonly LiveFrameChannel[];
  /** The detector that the path looks at; undefined where it looks at none. */
  readonly on: string | undefined;
  /** The number of the first point that it was told of; 0 unless somebody came late. */
  first: number | undefined;
  #last: Point | undefined;
  /** The last index of each family's loops. */
  readonly #steps = new Map<LiveFamily, string>();
  #peaks: readonly Peak[] | undefined;
  #windows: (readonly [number, number])[] = [];

  /** Nothing measured yet. */
  constructor(readonly header: RunHeader) {
    const families = liveFamilies(header);
    this.on = signalOf(header.plan);
    this.series = families.filter(({ grid }) => !grid).map((family) => seriesOf(family, header, this.on));
    this.grids = families.filter(({ grid }) => grid).map((family) => gridsOf(family, header, this.on));
    this.frames = header.channels.filter(({ shape }) => shape?.length).map(frameChannel);
  }

  /** The last point: its frames are valid until the next one comes. */
  get last(): Point | undefined {
    return this.#last;
  }

  /** The last frame of a detector, if the last point has one. */
  frame(detector: string): Frame | undefined {
    const reading: Reading | undefined = this.#last?.reading[detector];
    return reading instanceof Frame ? reading : undefined;
  }

  /** What the path has found on the line that it is on. */
  get findings(): LiveFindings {
    return { peaks: this.#peaks, windows: this.#windows };
  }

  /** Whether the points of a pass belong to a family: to the one that names it, or else to the one that takes any. */
  #holds(family: LiveFamily, pass: string): boolean {
    const groups = this.header.layout.groups.filter(({ stream }) => !stream);
    const group = groups.find((one) => one.pass === pass) ?? groups.find((one) => one.pass === undefined);
    return group !== undefined && family.groups.includes(group);
  }

  /** Takes what it needs of a point before it returns. */
  add(point: Point): void {
    if (point.quality === "skipped") return;
    this.revision++;
    this.first ??= point.seqNum;
    this.#last = point;
    for (const { family, table, places } of this.series) {
      if (!this.#holds(family, point.pass)) continue;
      if (this.#stepped(family, point)) {
        table.clear();
        // A fold stands outside the line that its findings belong to.
        if (family.name === "") [this.#peaks, this.#windows] = [undefined, []];
      }
      table.add(point, places);
    }
    for (const { family, grids } of this.grids) {
      if (!this.#holds(family, point.pass)) continue;
      const clear = this.#stepped(family, point);
      for (const grid of grids) {
        if (clear) grid.clear();
        grid.add(point);
      }
    }
  }

  /** Keeps what a note says of peaks and windows. */
  note({ kind, data }: Pick<LogEntry, "kind" | "data">): void {
    if (kind !== "note" || !data) return;
    const { peaks, windows } = data;
    if (Array.isArray(peaks)) this.#peaks = peaks.filter(isPeak);
    if (Array.isArray(windows)) this.#windows = [...this.#windows, ...windows.filter(isWindow)].slice(-MOST_WINDOWS);
    if (peaks || windows) this.revision++;
  }

  /** Where the loops around a family stand, in words: `y = 2 mm`. */
  around(family: LiveFamily): readonly { readonly dimension: LayoutDimension; readonly index: number }[] {
    const dimensions = this.header.layout.groups.flatMap((group) => group.dimensions);
    const names = [...family.around, ...(family.grid ?? []).slice(0, -2).map(({ name }) => name)];
    const steps = (this.#steps.get(family) ?? "").split(",");
    return names.flatMap((name, k) => {
      const dimension = dimensions.find((one) => one.name === name);
      return dimension && steps[k] ? [{ dimension, index: Number(steps[k]) }] : [];
    });
  }

  /** Whether a loop around a family has stepped with this point. */
  #stepped(family: LiveFamily, { index }: Point): boolean {
    const loops = family.around.length + Math.max(0, (family.grid?.length ?? 0) - 2);
    const step = index.slice(0, loops).join(), before = this.#steps.get(family);
    this.#steps.set(family, step);
    return before !== undefined && before !== step;
  }
}

/** The signal that a plan looks at: the first `on` of its nodes. */
function signalOf(plan: unknown): string | undefined {
  if (typeof plan !== "object" || plan === null) return undefined;
  const { on } = plan as { readonly on?: unknown };
  if (typeof on === "string") return on;
  for (const part of Object.values(plan)) {
    const found = signalOf(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The scalars that the points of a family hold, with the one that the path looks at first. */
function scalarsOf(family: LiveFamily, header: RunHeader, on: string | undefined): Quantity[] {
  const channels = family.groups.find((group) => group.channels)?.channels ?? header.channels;
  const scalars = channels.filter(({ shape }) => !shape?.length).map(({ name, unit }) => ({ name, unit }));
  return scalars.sort((a, b) => Number(b.name === on) - Number(a.name === on));
}

function readingOf(detector: Quantity): LiveQuantity {
  return {
    ...detector,
    of: ({ reading }) => {
      const number = reading[detector.name];
      return typeof number === "number" ? number : NaN;
    },
  };
}

function seriesOf(family: LiveFamily, header: RunHeader, on: string | undefined): LiveSeries {
  const { axes } = header, { along, around } = family;
  const growing = family.groups.some((group) => group.dimensions.some(({ size }) => size === undefined));
  // A generator may move any axis; then all of them are looked at.
  const named = [...new Set(family.groups.flatMap((group) => group.axes))];
  const moved = (named.length || !growing ? named : [...axes.keys()]).filter((axis) => !around.includes(axis));
  const places: LiveQuantity[] = moved.map((axis) => {
    const { unit, labels } = axes.get(axis) ?? { unit: "" };
    return { name: axis, unit, labels, of: ({ setpoint }) => setpointNumber(setpoint, axis, labels) };
  });
  if (along && !moved.includes(along.name)) places.push(coordinateOf(along, around.length));
  places.push({ name: "point", of: ({ seqNum }) => seqNum });
  const table = new LiveTable([...places, ...scalarsOf(family, header, on).map(readingOf)]);
  const column = along ? places.findIndex(({ name }) => name === along.name) : -1;
  return { family, table, places: places.length, along: column < 0 ? undefined : column };
}

/** A place along a dimension that is no axis: a time, or a count. */
function coordinateOf(dimension: LayoutDimension, k: number): LiveQuantity {
  const own = dimension.coordinates.find(({ name }) => name === dimension.name);
  const unit = own?.unit === "1" ? "" : own?.unit;
  const of = ({ index }: Point) => {
    const at = own?.at(index[k]) ?? index[k];
    return typeof at === "number" ? at : index[k];
  };
  return { name: dimension.name, unit, of };
}

function gridsOf(family: LiveFamily, header: RunHeader, on: string | undefined): LiveGrids {
  const dimensions = family.grid!, first = family.around.length, rank = dimensions.length;
  const side = (k: number): LiveSide => ({ ...gridAxis(dimensions[k]), dimension: first + k });
  const x = side(rank - 1), y = side(rank - 2);
  const grids = scalarsOf(family, header, on).slice(0, MOST_GRIDS).map((detector) => new LiveGrid(detector, x, y));
  return { family, grids };
}

function gridAxis(dimension: LayoutDimension): PanelAxis & { readonly coordinates: Float64Array } {
  const own = dimension.coordinates.find(({ name }) => name === dimension.name);
  const entries = Array.from({ length: dimension.size ?? 0 }, (_, i) => own?.at(i) ?? i);
  const { coordinates, labels } = toCoordinates(entries as number[] | string[]);
  return { name: dimension.name, unit: own?.unit === "1" ? "" : own?.unit, coordinates, labels };
}

function frameChannel(
  { name, unit, dimensions, coordinates, shape }: RunHeader["channels"][number],
): LiveFrameChannel {
  const [own] = shape?.length === 1 ? dimensions ?? [] : [], along = own === undefined ? undefined : coordinates?.[own];
  return {
    name,
    unit,
    ...(own !== undefined && { along: { name: own, unit: along?.unit, coordinates: along?.values } }),
  };
}

function isPeak(peak: unknown): peak is Peak {
  const { at, height } = (peak ?? {}) as Partial<Peak>;
  return Number.isFinite(at) && Number.isFinite(height);
}

function isWindow(window: unknown): window is readonly [number, number] {
  return Array.isArray(window) && window.length === 2 && window.every(Number.isFinite);
}
