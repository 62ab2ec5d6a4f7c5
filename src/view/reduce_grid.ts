import { drawable } from "./scale.ts";

/** A grid with fewer cells, each the mean of `factorX` × `factorY` old ones. */
export interface ReducedGrid {
  readonly readings: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly factorX: number;
  readonly factorY: number;
}

/** The longest side of a grid that is drawn cell by cell; a larger one is reduced to it. */
export const LONGEST_SIDE = 600;

/**
 * Reduces a row-major grid by whole factors, so that no side is longer than `longest`. Each new cell is the mean of the
 * finite readings in it, NaN when there are none; the last column and row may stand for fewer old ones.
 *
 * @throws {RangeError} when `readings` does not hold `width` × `height` numbers
 */
export function reduceGrid(
  readings: ArrayLike<number>,
  width: number,
  height: number,
  longest: number = LONGEST_SIDE,
): ReducedGrid {
  if (readings.length !== width * height) {
    throw new RangeError(`a grid of ${width} × ${height} needs ${width * height} readings, got ${readings.length}`);
  }
  const factorX = reduction(width, longest), factorY = reduction(height, longest);
  const newWidth = Math.ceil(width / factorX), newHeight = Math.ceil(height / factorY);
  const sums = new Float64Array(newWidth * newHeight), counts = new Uint32Array(newWidth * newHeight);
  for (let row = 0; row < height; row++) {
    const target = Math.floor(row / factorY) * newWidth;
    for (let column = 0, cell = target, left = factorX; column < width; column++) {
      const reading = readings[row * width + column];
      if (drawable(reading)) {
        sums[cell] += reading;
        counts[cell]++;
      }
      if (--left === 0) [cell, left] = [cell + 1, factorX];
    }
  }
  const means = sums.map((sum, cell) => counts[cell] ? sum / counts[cell] : NaN);
  return { readings: means, width: newWidth, height: newHeight, factorX, factorY };
}

/** By which whole factor a side is reduced. */
export function reduction(side: number, longest: number = LONGEST_SIDE): number {
  return Math.max(1, Math.ceil(side / longest));
}

/** What a reduced picture says of itself, empty when nothing was reduced. */
export function reductionNote({ factorX, factorY }: Pick<ReducedGrid, "factorX" | "factorY">): string {
  return factorX * factorY > 1 ? `each pixel is the mean of ${factorX} × ${factorY}` : "";
}
