import type { Setpoint } from "../../core/point.ts";
import {
  axisTitle,
  type CurvePanel,
  type FigureData,
  type Panel,
  type PanelAxis,
  type Peak,
  type Series,
} from "../figure_data.ts";
import { liveCloud } from "./live_cloud.ts";
import type { LiveFamily } from "./live_families.ts";
import { liveFrame } from "./live_frame.ts";
import type { LiveModel, LiveSeries } from "./live_model.ts";
import type { LiveCurve } from "./live_table.ts";

/** How a live figure is drawn. */
export interface LiveFigureOptions {
  /** The peaks of a curve, where the path itself has said nothing of any; none when left out. */
  readonly peaksOf?: (curve: LiveCurve) => readonly Peak[];
  /** Pixels along the longer side of a frame. */
  readonly longest?: number;
  /** Under the title. */
  readonly subtitle?: string;
}

/** More panels than this are too small to be read beside each other. */
const MOST_PANELS = 4;
/** Panels that frames may claim. */
const MOST_FRAMES = 2;
/** Numbers that are drawn of all that a loop keeps of an inner scan: the first ones say where and how much. */
const MOST_FOLDED = 2;

/**
 * The figure of a run as it stands: curves with their peaks and the windows looked at, maps that fill in, the last frame.
 */
export function liveFigure(model: LiveModel, { peaksOf, longest, subtitle }: LiveFigureOptions = {}): FigureData {
  const { header } = model;
  const scalars = [
    ...seriesPanels(model, peaksOf),
    ...model.grids.flatMap(({ family, grids }) =>
      (isFold(family) ? grids.slice(0, MOST_FOLDED) : grids).map((grid) => grid.panel())
    ),
  ];
  const frames = model.frames.flatMap((channel) => {
    const frame = model.frame(channel.name), panel = frame && liveFrame(channel, frame, longest);
    return panel ?? [];
  });
  const shown = frames.slice(0, scalars.length ? MOST_FRAMES : MOST_PANELS);
  const panels = [...scalars.slice(0, MOST_PANELS - shown.length), ...shown];
  const more = scalars.length + frames.length - panels.length;
  const late = model.first ? `from point ${model.first.toLocaleString("en")} on` : "";
  const said = [header.sample, late, aroundText(model), subtitle, more > 0 ? `${more} more not drawn` : ""];
  return {
    title: header.name,
    subtitle: said.filter(Boolean).join(" · "),
    panels,
    columns: panels.length > 1 ? 2 : 1,
  };
}

/** Curves of one unit over one axis share a panel, also those of named passes such as `dark`. */
function seriesPanels(model: LiveModel, peaksOf: LiveFigureOptions["peaksOf"]): Panel[] {
  const panels: Panel[] = [], byAxes = new Map<string, CurvePanel & { series: Series[] }>();
  // What is being measured first, then what was kept of it.
  const ordered = model.series.toSorted((a, b) => Number(isFold(a.family)) - Number(isFold(b.family)));
  for (const series of ordered) {
    const place = placesOf(series), { table, places, family } = series, fold = isFold(family);
    const end = fold ? Math.min(places + MOST_FOLDED, table.quantities.length) : table.quantities.length;
    for (let column = places; column < end; column++) {
      const { name, unit } = table.quantities[column];
      if (place.length === 2) {
        const [x, y] = place, z = { name, unit };
        const columns = { x: table.column(x), y: table.column(y), z: table.column(column) };
        panels.push(liveCloud(axisOf(series, x), axisOf(series, y), z, columns));
        continue;
      }
      const x = axisOf(series, place[0]), key = `${axisTitle(x)}|${fold ? name : unit ?? ""}`;
      let panel = byAxes.get(key);
      if (!panel) {
        panel = { kind: "curve", x, y: { name, unit }, series: [] };
        byAxes.set(key, panel);
        panels.push(panel);
      } else if (panel.y.name !== name) Object.assign(panel, { y: { name: "", unit } });
      addCurve(panel, series, place[0], column, model, peaksOf);
    }
  }
  return panels;
}

function addCurve(
  panel: CurvePanel & { series: Series[] },
  series: LiveSeries,
  place: number,
  column: number,
  model: LiveModel,
  peaksOf: LiveFigureOptions["peaksOf"],
): void {
  const { table, places, family } = series, { name } = table.quantities[column], curve = table.curve(place, column);
  const { peaks, windows } = model.findings, scanned = family.name === "" && place < places - 1 && !panel.x.labels;
  // What the path says is about the signal that it looks at, or the first one.
  const meant = scanned && name === (model.on ?? table.quantities[places].name);
  const found = meant && peaks ? peaks : scanned && !(peaks && model.on) ? peaksOf?.(curve) : undefined;
  panel.series.push({ name: isFold(family) ? name : `${name} ${family.name}`.trimEnd(), ...curve, peaks: found });
  if (!meant || !windows.length) return;
  const shades = windows.map(([from, to]) => ({ axis: "x" as const, from, to }));
  Object.assign(panel, { shades });
}

/** What a loop keeps of each inner scan. */
function isFold({ name }: LiveFamily): boolean {
  return name === "fold";
}

/** The columns that points are drawn over: one for a curve, two for a map; the order of measurement where nothing else fits. */
function placesOf({ table, places, along }: LiveSeries): number[] {
  if (along !== undefined) return [along];
  const moved = Array.from({ length: places - 1 }, (_, k) => k).filter((k) => table.varies(k));
  if (moved.length === 2) return [moved[1], moved[0]];
  if (moved.length === 1) return moved;
  return [places === 2 && table.rows < 2 ? 0 : places - 1];
}

function axisOf({ table }: LiveSeries, column: number): PanelAxis {
  const { name, unit, labels } = table.quantities[column];
  return { name, unit, labels };
}

/** Where the loops around what is drawn stand: `y = 2 mm`. */
function aroundText(model: LiveModel): string {
  const families = [...model.series, ...model.grids].map(({ family }) => family);
  const texts = families.flatMap((family) =>
    model.around(family).map(({ dimension: { name, coordinates }, index }) => {
      const own = coordinates.find((coordinate) => coordinate.name === name);
      const unit = own && own.unit && own.unit !== "1" ? ` ${own.unit}` : "";
      return `${name} = ${setpointText(own?.at(index) ?? index)}${unit}`;
    })
  );
  return [...new Set(texts)].join(", ");
}

function setpointText(at: Setpoint): string {
  return typeof at === "number" ? String(Number(at.toPrecision(6))) : at;
}
