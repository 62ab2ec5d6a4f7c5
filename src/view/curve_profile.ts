import type { Stroke } from "./decimate.ts";
import type { Box } from "./place_labels.ts";

/**
 * Where curves run, column by column: says of a rectangle whether a curve passes through it.
 *
 * @param strokes places on the page, from `decimate`
 * @param width of the plot, in the same unit; one column to a unit
 */
export function curveProfile(strokes: readonly Stroke[], width: number): (box: Box) => boolean {
  const columns = Math.ceil(width) + 1;
  const top = new Float64Array(columns).fill(Infinity), bottom = new Float64Array(columns).fill(-Infinity);
  const add = (column: number, y: number) => {
    if (column < 0 || column >= columns) return;
    top[column] = Math.min(top[column], y);
    bottom[column] = Math.max(bottom[column], y);
  };
  for (const { x, y } of strokes) {
    for (let i = 0; i < x.length; i++) {
      add(Math.floor(x[i]), y[i]);
      if (i === 0 || x[i] === x[i - 1]) continue;
      const [a, b] = x[i - 1] < x[i] ? [i - 1, i] : [i, i - 1], slope = (y[b] - y[a]) / (x[b] - x[a]);
      const last = Math.min(columns - 1, Math.floor(x[b]));
      for (let column = Math.max(0, Math.ceil(x[a])); column <= last; column++) {
        add(column, y[a] + slope * (column - x[a]));
      }
    }
  }
  return (box) => {
    const last = Math.min(columns - 1, Math.ceil(box.x + box.width));
    for (let column = Math.max(0, Math.floor(box.x)); column <= last; column++) {
      if (top[column] < box.y + box.height && bottom[column] > box.y) return true;
    }
    return false;
  };
}
