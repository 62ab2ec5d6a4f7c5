import type { Edges, Grid } from "./grid.ts";
import type { Scale } from "./scale.ts";

/**
 * An uneven grid as even pixels: each is the mean of the cells whose middle lies in it, or else the cell it lies in.
 * Rows come from the top of the page.
 *
 * @param xScale to pixels, 0 to `width`
 * @param yScale to pixels, `height` to 0
 */
export function rasterGrid(grid: Grid, xScale: Scale, yScale: Scale, width: number, height: number): Float64Array {
  const columns = cellsOfPixels(grid.x, xScale, width), rows = cellsOfPixels(grid.y, yScale, height);
  const readings = new Float64Array(width * height), stride = grid.x.centres.length;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0, count = 0;
      for (const r of rows[row]) {
        for (const c of columns[column]) {
          const reading = grid.readings[r * stride + c];
          if (!Number.isFinite(reading)) continue;
          sum += reading;
          count++;
        }
      }
      readings[row * width + column] = count ? sum / count : NaN;
    }
  }
  return readings;
}

/** For each pixel along an axis, the cells that it shows. */
function cellsOfPixels({ centres, edges }: Edges, scale: Scale, pixels: number): number[][] {
  const shown = Array.from({ length: pixels }, (): number[] => []);
  centres.forEach((centre, cell) => shown[Math.floor(scale(centre))]?.push(cell));
  for (let cell = 0; cell < centres.length; cell++) {
    const [from, to] = [scale(edges[cell]), scale(edges[cell + 1])].sort((a, b) => a - b);
    const last = Math.min(pixels - 1, Math.ceil(to - 0.5) - 1);
    for (let pixel = Math.max(0, Math.ceil(from - 0.5)); pixel <= last; pixel++) {
      if (!shown[pixel].length) shown[pixel].push(cell);
    }
  }
  return shown;
}
