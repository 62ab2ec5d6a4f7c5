/** A grid with fewer cells. */
export interface ShrunkGrid {
  /** Row-major; NaN where nothing finite was looked at. */
  readonly readings: Float64Array;
  /** Cells in a row; the last one may stand for fewer old ones. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * A row-major grid by whole factors: each new cell is the mean of the finite ones among those that it stands for. Of many,
 * evenly spaced ones are looked at, so that the time for a picture does not grow with the camera.
 *
 * @param factors old cells for one new, along a row and from row to row
 * @param looks how many old cells are looked at for a new one along either side; all when left out
 *
 * @example
 * ```ts
 * import { shrinkGrid } from "./shrink_grid.ts";
 * const { readings, width, height } = shrinkGrid([1, 3, 5, 7, NaN, 9], 3, 2, [2, 2]);
 * console.assert(readings.join() === "3.6666666666666665,7" && width === 2 && height === 1);
 * ```
 */
export function shrinkGrid(
  readings: ArrayLike<number | bigint>,
  width: number,
  height: number,
  [factorX, factorY]: readonly [number, number],
  looks = Infinity,
): ShrunkGrid {
  const columns = Math.ceil(width / factorX), rows = Math.ceil(height / factorY);
  const strideX = Math.max(1, Math.floor(factorX / looks)), strideY = Math.max(1, Math.floor(factorY / looks));
  const means = new Float64Array(columns * rows);
  for (let row = 0, cell = 0; row < rows; row++) {
    const lastRow = Math.min(height, (row + 1) * factorY);
    for (let column = 0; column < columns; column++, cell++) {
      const lastColumn = Math.min(width, (column + 1) * factorX);
      let sum = 0, count = 0;
      for (let j = row * factorY; j < lastRow; j += strideY) {
        for (let i = column * factorX; i < lastColumn; i += strideX) {
          const reading = Number(readings[j * width + i]);
          if (!Number.isFinite(reading)) continue;
          sum += reading;
          count++;
        }
      }
      means[cell] = count ? sum / count : NaN;
    }
  }
  return { readings: means, width: columns, height: rows };
}
