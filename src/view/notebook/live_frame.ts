import { type Frame } from "../../core/point.ts";
import type { CurvePanel, ImagePanel, PanelAxis, Quantity } from "../figure_data.ts";
import { LONGEST_SIDE } from "../reduce_grid.ts";
import { shrinkGrid } from "./shrink_grid.ts";

/** A reading with dimensions, as a panel: what is needed of its channel. */
export interface LiveFrameChannel extends Quantity {
  /** Along a spectrum: what its samples are labelled by, and where they stand; counted where left out. */
  readonly along?: PanelAxis & { readonly coordinates?: ArrayLike<number> };
}

/**
 * A frame as a picture, the mean of neighbouring pixels where it is large, or a spectrum as a curve; of more dimensions,
 * the first picture. It copies what it needs, because a frame is valid until the next point only.
 *
 * @param longest pixels along its longer side
 *
 * @example
 * ```ts
 * import { Frame } from "../../core/point.ts";
 * import { liveFrame } from "./live_frame.ts";
 * const panel = liveFrame({ name: "camera", unit: "count" }, new Frame(Uint16Array.of(1, 3, 5, 7), [2, 2]), 1);
 * console.assert(panel?.kind === "image" && panel.readings[0] === 4 && panel.note === "each pixel stands for 2 × 2");
 * ```
 */
export function liveFrame(
  { along, ...detector }: LiveFrameChannel,
  { data, shape }: Frame,
  longest: number = LONGEST_SIDE,
): CurvePanel | ImagePanel | undefined {
  const size = shape.slice(-2).reduce((product, side) => product * side, 1);
  // Complex numbers come in pairs; there is no picture of those.
  if (!shape.length || shape.some((side) => side < 1) || data.length !== shape.reduce((a, b) => a * b, 1)) {
    return undefined;
  }
  const numbers = data.subarray(0, size) as ArrayLike<number | bigint>;
  if (shape.length === 1) {
    const x = along?.coordinates?.length === size
      ? along.coordinates
      : Float64Array.from({ length: size }, (_, i) => i);
    const axis = { name: along?.name ?? "pixel", unit: along?.unit, scale: along?.scale };
    return {
      kind: "curve",
      x: axis,
      y: detector,
      series: [{ name: detector.name, x, y: Float64Array.from(numbers, Number) }],
    };
  }
  const [height, width] = shape.slice(-2), factor = Math.max(1, Math.ceil(Math.max(width, height) / longest));
  const shrunk = shrinkGrid(numbers, width, height, [factor, factor], LOOKS), unit = factor > 1 ? `${factor} px` : "px";
  return {
    kind: "image",
    x: { name: `${detector.name}_x`, unit },
    y: { name: `${detector.name}_y`, unit },
    width: shrunk.width,
    height: shrunk.height,
    z: detector,
    readings: shrunk.readings,
    note: factor > 1 ? `each pixel stands for ${factor} × ${factor}` : undefined,
  };
}

/** A mean of nine pixels costs little, one of hundreds the time of a point. */
const LOOKS = 3;
