import { InputError, show } from "../../core/errors.ts";
import { Figure } from "../figure.ts";
import type { ColourRange, Mark, PanelBase, Quantity, Region } from "../figure_data.ts";
import { toNumbers } from "./to_coordinates.ts";

/** What becomes a picture of a frame. */
export interface FrameFigureOptions extends PanelBase {
  /** What stands below the title. */
  readonly subtitle?: string;
  /** Row-major, `shape` is `[height, width]`; a `Frame` of a point fits. Copied, so it may change afterwards. */
  readonly frame: { readonly data: ArrayLike<number> | ArrayLike<bigint>; readonly shape: readonly number[] };
  /** The detector and the unit of its pixels. */
  readonly z: Quantity;
  /** `robust` when left out, so that a hot pixel does not darken the rest. */
  readonly range?: ColourRange;
  /** Places worth pointing at. */
  readonly marks?: readonly Mark[];
  /** Rectangles worth pointing at. */
  readonly regions?: readonly Region[];
}

/**
 * A figure of one camera frame, the first row on top.
 *
 * @throws {InputError} when the frame's shape is not `[height, width]`, or its data do not fill it
 *
 * @example
 * ```ts
 * import { frameFigure } from "./frame_figure.ts";
 * const frame = { data: new Uint16Array([1, 2, 3, 4, 5, 6]), shape: [2, 3] };
 * const figure = frameFigure({ frame, z: { name: "camera", unit: "count" } });
 * console.assert(figure.svg().includes("camera (count)"));
 * ```
 */
export function frameFigure(options: FrameFigureOptions): Figure {
  const { frame, title, subtitle, z, ...rest } = options, [height, width] = frame.shape;
  if (frame.shape.length !== 2) {
    throw InputError.at(
      "frame.shape",
      `a frame has a height and a width, got ${show(frame.shape)}`,
      frame.shape,
      "[height, width]",
    );
  }
  const readings = toNumbers(frame.data);
  const x = { name: `${z.name}_x`, unit: "px" }, y = { name: `${z.name}_y`, unit: "px" };
  return new Figure({ title, subtitle, panels: [{ kind: "image", ...rest, x, y, z, width, height, readings }] });
}
