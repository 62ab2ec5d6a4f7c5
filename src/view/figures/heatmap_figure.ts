import { Figure } from "../figure.ts";
import type { ColourRange, Mark, PanelAxis, PanelBase, Quantity, Region } from "../figure_data.ts";
import { toCoordinates } from "./to_coordinates.ts";

/** An axis of a grid with its coordinates or labels. */
export interface GridQuantity extends Quantity, Pick<PanelAxis, "scale" | "range"> {
  /** One entry for each index. */
  readonly values: ArrayLike<number> | readonly string[];
}

/** What becomes a heat map. */
export interface HeatmapFigureOptions extends PanelBase {
  /** What stands below the title. */
  readonly subtitle?: string;
  /** Along a row: numbers in any order and at any distance, or labels. */
  readonly x: GridQuantity;
  /** One for each row. */
  readonly y: GridQuantity;
  /** Row-major, `y` rows of `x` columns; NaN was not measured. */
  readonly z: Quantity & { readonly values: ArrayLike<number>; readonly range?: ColourRange };
  /** Places worth pointing at. */
  readonly marks?: readonly Mark[];
  /** Rectangles worth pointing at. */
  readonly regions?: readonly Region[];
}

/**
 * A figure of readings over two axes.
 *
 * @throws {InputError} when z does not hold a reading for each x and y
 *
 * @example
 * ```ts
 * import { heatmapFigure } from "./heatmap_figure.ts";
 * const figure = heatmapFigure({
 *   x: { name: "x", unit: "mm", values: [0, 1] },
 *   y: { name: "filter", values: ["BP600", "BP650"] },
 *   z: { name: "diode", unit: "V", values: [1, 2, 3, NaN] },
 * });
 * console.assert(figure.svg().includes("BP650"));
 * ```
 */
export function heatmapFigure(options: HeatmapFigureOptions): Figure {
  const { x, y, z, title, subtitle, ...rest } = options, { values, range, ...quantity } = z;
  const panel = {
    ...rest,
    x: toGridAxis(x),
    y: toGridAxis(y),
    z: quantity,
    range,
    readings: Float64Array.from(values),
  };
  return new Figure({ title, subtitle, panels: [{ kind: "heatmap", ...panel }] });
}

function toGridAxis({ values, ...axis }: GridQuantity) {
  return { ...axis, ...toCoordinates(values) };
}
