/** A thing measured or set, as it stands beside an axis: `wavelength (nm)`. */
export interface Quantity {
  /** Of an axis or a detector, as in the rig. */
  readonly name: string;
  /** UDUNITS text; left out or empty for pure numbers and labels. */
  readonly unit?: string;
}

/** An axis of a panel. */
export interface PanelAxis extends Quantity {
  /** `linear` when left out. A logarithmic axis leaves out what is not positive. */
  readonly scale?: "linear" | "log";
  /** What stands at 0, 1, 2, … on an axis of labels; the coordinates are then places in this list. */
  readonly labels?: readonly string[];
  /** The ends of the axis; chosen from the data when left out. */
  readonly range?: readonly [number, number];
}

/** An axis of a grid, with the coordinate of each column or row: any order, even or uneven, NaN where not known. */
export interface GridAxis extends PanelAxis {
  /** One for each column (x) or row (y) of readings. */
  readonly coordinates: ArrayLike<number>;
}

/** A peak that was found elsewhere: all in the units of the panel's axes. */
export interface Peak {
  /** Where it stands, along x. */
  readonly at: number;
  /** How high the curve is there. */
  readonly height: number;
  /** How far it stands out of its surroundings, in the unit of y. */
  readonly prominence?: number;
  /** Its width along x. */
  readonly width?: number;
  /** Where the width begins. */
  readonly left?: number;
  /** Where the width ends. */
  readonly right?: number;
  /** Instead of its place and width. */
  readonly label?: string;
}

/** One curve. Where x or y is not finite there is a gap. */
export interface Series {
  /** As the legend says it; there is none for a single curve. */
  readonly name: string;
  /** Places along the x axis, in its unit. */
  readonly x: ArrayLike<number>;
  /** As long as `x`. */
  readonly y: ArrayLike<number>;
  /** A `line`, `points`, or `both`; left out, points are drawn where there is room for them, and only points over labels. */
  readonly draw?: "line" | "points" | "both";
  /** Marked and labelled on this curve. */
  readonly peaks?: readonly Peak[];
}

/** A window along an axis, shaded. */
export interface Shade {
  /** The axis that `from` and `to` are counted along. */
  readonly axis: "x" | "y";
  /** One end, in the unit of the axis. */
  readonly from: number;
  /** The other end. */
  readonly to: number;
  /** Written in the window. */
  readonly label?: string;
}

/** A line across the panel at one coordinate of an axis. */
export interface ReferenceLine {
  /** The axis that `at` is counted along. */
  readonly axis: "x" | "y";
  /** In the unit of the axis. */
  readonly at: number;
  /** Written at the line. */
  readonly label?: string;
}

/** A place in a heat map or frame worth pointing at. */
export interface Mark {
  /** In the unit of the x axis. */
  readonly x: number;
  /** In the unit of the y axis. */
  readonly y: number;
  /** Written beside it. */
  readonly label?: string;
}

/** A rectangle in a heat map or frame, such as a region of interest. */
export interface Region {
  /** From and to, in the unit of the x axis. */
  readonly x: readonly [number, number];
  /** From and to, in the unit of the y axis. */
  readonly y: readonly [number, number];
  /** Written above it. */
  readonly label?: string;
}

/** What every panel may have. */
export interface PanelBase {
  /** Above the panel. */
  readonly title?: string;
  /** One line below the panel, such as what was averaged. */
  readonly note?: string;
  /** Windows, behind the data. */
  readonly shades?: readonly Shade[];
  /** Lines across, over the data. */
  readonly lines?: readonly ReferenceLine[];
}

/** Curves over one axis. */
export interface CurvePanel extends PanelBase {
  /** Which panel this is. */
  readonly kind: "curve";
  /** The axis of all its curves. */
  readonly x: PanelAxis;
  /** The axis of all their readings. */
  readonly y: PanelAxis;
  /** Colours repeat after the fifth. */
  readonly series: readonly Series[];
}

/**
 * Which readings the ends of the palette stand for: `full` is all of them, `robust` leaves out 0.5 % at either end,
 * a pair says it.
 */
export type ColourRange = "full" | "robust" | readonly [number, number];

/** What heat maps and frames have in common. */
export interface PixelPanel extends PanelBase {
  /** What the colours stand for. */
  readonly z: Quantity;
  /** Which readings the two ends of the palette stand for. */
  readonly range?: ColourRange;
  /**
   * Places that were visited, in order, in the units of the axes: drawn below the marks as dots (`points`, when left
   * out), as the line between them, or both. Where x or y is not finite there is a gap.
   */
  readonly trails?: readonly Pick<Series, "x" | "y" | "draw">[];
  /** Places that are pointed at. */
  readonly marks?: readonly Mark[];
  /** Rectangles that are outlined. */
  readonly regions?: readonly Region[];
}

/** Readings over two axes. */
export interface HeatmapPanel extends PixelPanel {
  /** Which panel this is. */
  readonly kind: "heatmap";
  /** Columns, left to right as the coordinates rise. */
  readonly x: GridAxis;
  /** Rows, bottom to top as the coordinates rise. */
  readonly y: GridAxis;
  /** Row-major, `y.coordinates.length` rows; what is not finite was not measured. `range` is `full` when left out. */
  readonly readings: ArrayLike<number>;
}

/** A frame: square pixels, the first row on top. */
export interface ImagePanel extends PixelPanel {
  /** Which panel this is. */
  readonly kind: "image";
  /** What columns count. */
  readonly x: Quantity;
  /** What rows count, from the top. */
  readonly y: Quantity;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Row-major, `height` rows; what is not finite was not measured. `range` is `robust` when left out. */
  readonly readings: ArrayLike<number>;
}

/** One part of a figure with axes of its own. */
export type Panel = CurvePanel | HeatmapPanel | ImagePanel;

/** A figure as data. `JSON.stringify` of it, NaN as null, gives the same figure back. */
export interface FigureData {
  /** Above all panels. */
  readonly title?: string;
  /** Under the title, smaller. */
  readonly subtitle?: string;
  /** In reading order. */
  readonly panels: readonly Panel[];
  /** Panels beside each other; 1 when left out. */
  readonly columns?: number;
}

/** What a figure of nothing says, in every front. */
export const NOTHING = "nothing measured yet";

/** `wavelength (nm)`: how a quantity is written beside its axis. */
export function axisTitle({ name, unit }: Quantity): string {
  return unit && unit !== "1" ? `${name} (${unit})` : name;
}
