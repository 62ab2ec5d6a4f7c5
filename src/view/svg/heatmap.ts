import type { PixelPanel } from "../figure_data.ts";
import type { PixelData } from "../pixel_data.ts";
import { rasterGrid } from "../raster_grid.ts";
import { drawLines, drawRegionsAndMarks, drawShades, type Plane } from "./annotations.ts";
import { drawTrails } from "./draw_trails.ts";
import { element } from "./element.ts";
import { drawCells, drawPixels } from "./pixels.ts";

/** Uneven grids of more cells are drawn as pixels. */
const MOST_CELLS = 10_000;

/** Everything inside the plot of a heat map or a frame. */
export function drawHeatmap(panel: PixelPanel, data: PixelData, plane: Plane): string {
  const shades = drawShades(panel.shades ?? [], plane), lines = drawLines(panel.lines ?? [], plane);
  return [
    element("rect", { class: "empty", x: 0, y: 0, width: plane.width, height: plane.height }),
    drawReadings(data, plane),
    shades.markup,
    lines.markup,
    drawTrails(panel.trails ?? [], plane),
    drawRegionsAndMarks(panel.regions ?? [], panel.marks ?? [], plane),
  ].join("");
}

function drawReadings({ grid, colours, down }: PixelData, { xScale, yScale, width, height }: Plane): string {
  const columns = grid.x.centres.length, rows = grid.y.centres.length, { edges: xs } = grid.x, { edges: ys } = grid.y;
  if (grid.x.uniform && grid.y.uniform) {
    const topDown = down ? grid.readings : flip(grid.readings, columns, rows);
    const xEnds = [xScale(xs[0]), xScale(xs[columns])] as const, yEnds = [yScale(ys[0]), yScale(ys[rows])] as const;
    return drawPixels(topDown, columns, rows, colours, xEnds, down ? yEnds : [yEnds[1], yEnds[0]]);
  }
  if (columns * rows <= MOST_CELLS) return drawCells(grid, colours, xScale, yScale);
  const across = Math.ceil(width), tall = Math.ceil(height);
  const raster = rasterGrid(grid, xScale, yScale, across, tall);
  return drawPixels(raster, across, tall, colours, [0, across], [0, tall]);
}

/** Rows in reverse order: a heat map's first row is at the bottom, a picture's on top. */
function flip(readings: Float64Array, columns: number, rows: number): Float64Array {
  const flipped = new Float64Array(readings.length);
  for (let row = 0; row < rows; row++) {
    flipped.set(readings.subarray(row * columns, (row + 1) * columns), (rows - 1 - row) * columns);
  }
  return flipped;
}
