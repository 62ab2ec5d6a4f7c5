import { Figure } from "../figure.ts";
import type { PanelAxis, PanelBase, Peak, Quantity, Series } from "../figure_data.ts";
import { toCoordinates } from "./to_coordinates.ts";

/** What becomes a curve. */
export interface CurveFigureOptions extends PanelBase {
  /** What stands below the title. */
  readonly subtitle?: string;
  /** Numbers, or labels. */
  readonly x: Quantity & Pick<PanelAxis, "scale" | "range"> & {
    readonly values: ArrayLike<number> | readonly string[];
  };
  /** As long as x. */
  readonly y: Quantity & Pick<PanelAxis, "scale" | "range"> & { readonly values: ArrayLike<number> };
  /** Found elsewhere, in the unit of x. */
  readonly peaks?: readonly Peak[];
  /** Further curves, each with an x of its own (in the unit of x). */
  readonly more?: readonly Series[];
}

/**
 * A figure of one curve, or of several over the same axes.
 *
 * @throws {InputError} when x and y differ in length
 *
 * @example
 * ```ts
 * import { curveFigure } from "./curve_figure.ts";
 * const figure = curveFigure({
 *   x: { name: "wavelength", unit: "nm", values: [639, 640, 641] },
 *   y: { name: "diode", unit: "V", values: [0.1, 2, 0.1] },
 *   peaks: [{ at: 640, height: 2, width: 0.5 }],
 * });
 * console.assert(figure.text().includes("640.00 nm, 0.50 nm wide"));
 * ```
 */
export function curveFigure(options: CurveFigureOptions): Figure {
  const { x, y, peaks, more = [], title, subtitle, note, shades, lines } = options;
  const { values: xValues, ...xAxis } = x, { values: yValues, ...yAxis } = y;
  const { coordinates, labels } = toCoordinates(xValues);
  const series = [{ name: y.name, x: coordinates, y: Float64Array.from(yValues), peaks }, ...more];
  return new Figure({
    title,
    subtitle,
    panels: [{ kind: "curve", x: { ...xAxis, labels }, y: yAxis, series, note, shades, lines }],
  });
}
