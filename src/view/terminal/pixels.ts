import { axisTitle, type HeatmapPanel, type ImagePanel } from "../figure_data.ts";
import { colourIndex, SEQUENTIAL, type Theme } from "../palette.ts";
import { fromHex, type Rgb } from "../palette.ts";
import { type PixelData, pixelData } from "../pixel_data.ts";
import { rasterGrid } from "../raster_grid.ts";
import { linearTicks } from "../ticks.ts";
import { Canvas, cellWidth, type Colour } from "./canvas.ts";
import { BELOW, cellOf, drawFrame, type Plot, plotScales } from "./frame.ts";

/** From the smallest reading to the largest; a blank was not measured. */
const RAMP = ".:-=+*#%@";

/** A heat map or a frame as a canvas; undefined when there is nothing to draw. */
export function pixelCanvas(
  panel: HeatmapPanel | ImagePanel,
  width: number,
  height: number,
  colour: Colour,
  theme: Theme,
): Canvas | undefined {
  const data = pixelData(panel);
  if (!data) return undefined;
  const [low, high] = data.colours,
    ticks = linearTicks(high > low ? [low, high] : [low - 1, high + 1], Math.max(2, height / 4));
  const barRoom = 4 + Math.max(1, ...ticks.labels.map(cellWidth)), withBar = barRoom * 3 < width;
  const canvas = new Canvas(trueWidth(data, width, height, withBar ? barRoom : 0), height);
  const x = { axis: data.x, domain: data.xDomain }, y = { axis: data.y, domain: data.yDomain };
  const plot = drawFrame(canvas, x, y, 1, withBar ? barRoom : 1, data.down);
  // Half cells, unless a character has to stand for a reading.
  const rows = colour === "none" ? plot.height : plot.height * 2,
    scales = plotScales(x, y, plot.width, rows, data.down);
  const raster = rasterGrid(data.grid, scales.x, scales.y, plot.width, rows);
  if (colour === "none") paintCharacters(canvas, raster, plot, data.colours);
  else paintHalves(canvas, raster, plot, data.colours, fromHex(theme.empty));
  drawTrails(canvas, panel, plot, scales);
  for (const mark of panel.marks ?? []) {
    const column = scales.x(mark.x), row = scales.y(mark.y) * plot.height / rows;
    if (!(column >= 0 && column <= plot.width && row >= 0 && row <= plot.height)) continue;
    const left = plot.left + cellOf(column, plot.width);
    canvas.write(
      left,
      plot.top + cellOf(row, plot.height),
      `◎ ${mark.label ?? ""}`.trim(),
      undefined,
      plot.left + plot.width - left,
    );
  }
  if (withBar) drawBar(canvas, plot, data, ticks, colour);
  const title = axisTitle(panel.z) + (ticks.offset && ` ${ticks.offset}`), size = cellWidth(title);
  const free = canvas.width - cellWidth(axisTitle(data.y)) - 4;
  canvas.write(canvas.width - Math.min(size, Math.max(0, free)), 0, title, undefined, Math.max(0, free));
  return canvas;
}

/** The part of the cells that dots may take, so that the readings between them are still seen. */
const MOST_DOTTED = 0.25;

/** Places as dots; a line between them would hide what it crosses. */
function drawTrails(
  canvas: Canvas,
  { trails = [] }: HeatmapPanel | ImagePanel,
  plot: Plot,
  scales: ReturnType<typeof plotScales>,
): void {
  const rows = Math.abs(scales.y.range[1] - scales.y.range[0]), cells = new Set<number>();
  for (const { x, y } of trails) {
    for (let i = 0; i < x.length; i++) {
      const column = scales.x(x[i]), row = scales.y(y[i]) * plot.height / rows;
      if (!(column >= 0 && column <= plot.width && row >= 0 && row <= plot.height)) continue;
      cells.add(cellOf(row, plot.height) * plot.width + cellOf(column, plot.width));
    }
  }
  if (cells.size > MOST_DOTTED * plot.width * plot.height) return;
  for (const cell of cells) canvas.put(plot.left + cell % plot.width, plot.top + Math.floor(cell / plot.width), "•");
}

/** Cells are about twice as tall as wide, so that a picture true to scale has a width of its own. */
function trueWidth({ aspect }: PixelData, width: number, height: number, bar: number): number {
  if (!aspect) return width;
  return Math.max(Math.min(width, 30), Math.min(width, Math.round((height - 1 - BELOW) * 2 / aspect) + bar + 8));
}

function paintCharacters(canvas: Canvas, raster: Float64Array, plot: Plot, range: readonly [number, number]): void {
  raster.forEach((reading, i) => {
    const index = colourIndex(reading, range), row = Math.floor(i / plot.width);
    canvas.set(
      plot.left + i % plot.width,
      plot.top + row,
      index < 0 ? " " : RAMP[Math.floor(index / 256 * RAMP.length)],
    );
  });
}

/** Two readings a cell: the upper half block in the one's colour on a ground of the other's. */
function paintHalves(
  canvas: Canvas,
  raster: Float64Array,
  plot: Plot,
  range: readonly [number, number],
  empty: Rgb,
): void {
  const colourAt = (column: number, row: number) =>
    SEQUENTIAL[colourIndex(raster[row * plot.width + column], range)] ?? empty;
  for (let row = 0; row < plot.height; row++) {
    for (let column = 0; column < plot.width; column++) {
      const above = colourAt(column, 2 * row), below = colourAt(column, 2 * row + 1);
      canvas.set(plot.left + column, plot.top + row, "▀", above, below);
    }
  }
}

function drawBar(
  canvas: Canvas,
  plot: Plot,
  { colours: [low, high] }: PixelData,
  ticks: ReturnType<typeof linearTicks>,
  colour: Colour,
): void {
  const left = plot.left + plot.width + 1, last = Math.max(1, plot.height - 1);
  for (let row = 0; row < plot.height; row++) {
    const index = Math.round((1 - row / last) * 255);
    if (colour === "none") canvas.set(left, plot.top + row, RAMP[Math.floor(index / 256 * RAMP.length)]);
    else canvas.set(left, plot.top + row, "█", SEQUENTIAL[index]);
  }
  if (!(high > low)) {
    return canvas.write(
      left + 2,
      plot.top + Math.floor(last / 2),
      ticks.labels[Math.floor(ticks.labels.length / 2)] ?? "",
    );
  }
  ticks.at.forEach((at, i) => {
    const row = Math.round((1 - (at / 2 - low / 2) / (high / 2 - low / 2)) * last);
    canvas.write(left + 2, plot.top + row, ticks.labels[i]);
  });
}
