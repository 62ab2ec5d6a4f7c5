import { encode } from "fast-png";
import { colourIndex, SEQUENTIAL } from "../palette.ts";
import { LONGEST_SIDE, reduceGrid } from "../reduce_grid.ts";
import type { Grid } from "../grid.ts";
import type { Scale } from "../scale.ts";
import { element, px } from "./element.ts";

/** Index 0 is transparent, for what was not measured; the palette follows, less one of its 256 colours. */
const PALETTE: number[][] = [
  [0, 0, 0, 0],
  ...Array.from({ length: 255 }, (_, k) => [...SEQUENTIAL[Math.round(k * 255 / 254)], 255]),
];

/** Readings as a PNG in a data URI, row by row from the top. What is not finite is transparent. */
export function pngDataUri(
  readings: ArrayLike<number>,
  width: number,
  height: number,
  range: readonly [number, number],
): string {
  const indices = Uint8Array.from(readings, (reading) => {
    const index = colourIndex(reading, range);
    return index < 0 ? 0 : 1 + Math.round(index * 254 / 255);
  });
  const png = encode(enlarge(indices, width, height), { zlib: { level: 9 } });
  return `data:image/png;base64,${png.toBase64()}`;
}

/** Repeats pixels until a picture is about as large as its plot: not every viewer honours `image-rendering: pixelated`. */
function enlarge(indices: Uint8Array, width: number, height: number) {
  const timesX = Math.max(1, Math.floor(LONGEST_SIDE / width)), timesY = Math.max(1, Math.floor(LONGEST_SIDE / height));
  const wide = width * timesX, data = new Uint8Array(wide * height * timesY);
  for (let row = 0; row < height; row++) {
    const first = row * timesY * wide;
    for (let column = 0; column < wide; column++) {
      data[first + column] = indices[row * width + Math.floor(column / timesX)];
    }
    for (let copy = 1; copy < timesY; copy++) data.copyWithin(first + copy * wide, first, first + wide);
  }
  return { width: wide, height: height * timesY, data, depth: 8 as const, channels: 1, palette: PALETTE };
}

/** Evenly spaced readings between two corners of the page, reduced where they are more than can be seen. */
export function drawPixels(
  readings: ArrayLike<number>,
  columns: number,
  rows: number,
  range: readonly [number, number],
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): string {
  const reduced = reduceGrid(readings, columns, rows);
  const { width, height, factorX, factorY } = reduced;
  return element("image", {
    class: "pixels",
    x: x0,
    y: y0,
    // The last pixel of a reduced picture may stand for fewer columns; the plot cuts it off.
    width: (x1 - x0) * (width * factorX) / columns,
    height: (y1 - y0) * (height * factorY) / rows,
    preserveAspectRatio: "none",
    href: pngDataUri(reduced.readings, width, height, range),
  });
}

/** Unevenly spaced readings as rectangles, gathered by colour. */
export function drawCells(grid: Grid, range: readonly [number, number], xScale: Scale, yScale: Scale): string {
  const xs = grid.x.edges.map(xScale), ys = grid.y.edges.map(yScale), columns = grid.x.centres.length;
  const paths = new Map<number, string[]>();
  grid.readings.forEach((reading, i) => {
    const colour = colourIndex(reading, range), column = i % columns, row = Math.floor(i / columns);
    if (colour < 0) return;
    const cell = `M${px(xs[column])} ${px(ys[row])}H${px(xs[column + 1])}V${px(ys[row + 1])}H${px(xs[column])}z`;
    const cells = paths.get(colour);
    if (cells) cells.push(cell);
    else paths.set(colour, [cell]);
  });
  return [...paths].sort(([a], [b]) => a - b).map(([colour, cells]) =>
    element("path", {
      fill: `rgb(${SEQUENTIAL[colour].join()})`,
      "shape-rendering": "crispEdges",
      d: cells.join(""),
    })
  ).join("");
}

/** The palette as a vertical strip, the largest reading on top. */
export function drawColourStrip(x: number, y: number, width: number, height: number): string {
  const ramp = Float64Array.from({ length: 256 }, (_, i) => 255 - i);
  return element("image", {
    x,
    y,
    width,
    height,
    preserveAspectRatio: "none",
    href: pngDataUri(ramp, 1, 256, [0, 255]),
  });
}
