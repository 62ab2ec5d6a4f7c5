import { colourRange } from "./colour_range.ts";
import type { HeatmapPanel, ImagePanel, PanelAxis } from "./figure_data.ts";
import { type Grid, toGrid } from "./grid.ts";
import { reduction, reductionNote } from "./reduce_grid.ts";
import { drawable, properDomain } from "./scale.ts";

/** A heat map or a frame, made ready for drawing: the same in every front. */
export interface PixelData {
  readonly grid: Grid;
  readonly x: PanelAxis;
  readonly y: PanelAxis;
  /** Where the axes end: at the edges of the outermost cells, unless the panel says otherwise. */
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Whether y grows downward, as in a frame. */
  readonly down: boolean;
  /** Height over width where the drawing is true to scale: frames, and axes of one unit. Undefined elsewhere. */
  readonly aspect: number | undefined;
  /** The readings at the ends of the palette. */
  readonly colours: readonly [number, number];
  /** What the panel says below itself: its own note, and how its pixels were reduced. */
  readonly note: string;
}

/** Makes a heat map or frame ready for drawing; undefined when there is nothing to draw. */
export function pixelData(panel: HeatmapPanel | ImagePanel): PixelData | undefined {
  const image = panel.kind === "image", grid = image ? imageGrid(panel) : toGrid(panel);
  const colours = colourRange(grid.readings, panel.range ?? (image ? "robust" : "full"));
  if (!colours) return undefined;
  const { x, y } = panel as { x: PanelAxis; y: PanelAxis };
  const xDomain = domainOf(x, grid.x.edges), yDomain = domainOf(y, grid.y.edges);
  return {
    grid,
    x,
    y,
    aspect: aspectOf(x, y, xDomain, yDomain),
    xDomain,
    yDomain,
    down: image,
    colours,
    note: [panel.note, grid.x.uniform && grid.y.uniform && reductionOf(grid)].filter(Boolean).join("; "),
  };
}

function reductionOf({ x, y }: Grid): string {
  return reductionNote({ factorX: reduction(x.centres.length), factorY: reduction(y.centres.length) });
}

function domainOf({ range, scale }: PanelAxis, edges: readonly number[]): [number, number] {
  return properDomain(range ?? [edges[0], edges[edges.length - 1]], scale === "log");
}

/** True to scale only where neither side becomes less than a quarter of the other, or the picture would be a thread. */
function aspectOf(x: PanelAxis, y: PanelAxis, xDomain: readonly [number, number], yDomain: readonly [number, number]) {
  const linear = [x, y].every((axis) => axis.scale !== "log" && !axis.labels),
    aspect = length(yDomain) / length(xDomain);
  return linear && x.unit && x.unit === y.unit && aspect > 0.25 && aspect < 4 ? aspect : undefined;
}

function length([low, high]: readonly [number, number]): number {
  return Math.abs(high - low);
}

function imageGrid({ width, height, readings }: ImagePanel): Grid {
  // A loop, because Float64Array.from goes through an iterator and takes ten times as long on a large frame.
  const clean = new Float64Array(readings.length);
  for (let i = 0; i < clean.length; i++) clean[i] = drawable(readings[i]) ? readings[i] : NaN;
  return {
    x: pixelEdges(width),
    y: pixelEdges(height),
    readings: clean,
  };
}

/** Pixel k reaches from k − 0.5 to k + 0.5, so that its number stands at its middle. */
function pixelEdges(length: number) {
  const centres = Array.from({ length }, (_, k) => k), edges = Array.from({ length: length + 1 }, (_, k) => k - 0.5);
  return { centres, edges, uniform: true };
}
