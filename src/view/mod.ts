/**
 * Figures as data, drawn by pure functions: the same data give the same axes, labels, peaks and colours as SVG, as an
 * interactive page, in a notebook and in a terminal. Only `writeFigure` touches files.
 *
 * @module
 */
export { Figure } from "./figure.ts";
export type {
  ColourRange,
  CurvePanel,
  FigureData,
  GridAxis,
  HeatmapPanel,
  ImagePanel,
  Mark,
  Panel,
  PanelAxis,
  PanelBase,
  Peak,
  PixelPanel,
  Quantity,
  ReferenceLine,
  Region,
  Series,
  Shade,
} from "./figure_data.ts";
export { curveFigure, type CurveFigureOptions } from "./figures/curve_figure.ts";
export { frameFigure, type FrameFigureOptions } from "./figures/frame_figure.ts";
export { type GridQuantity, heatmapFigure, type HeatmapFigureOptions } from "./figures/heatmap_figure.ts";
export { runFigure, type RunFigureOptions } from "./figures/run_figure.ts";
export type { HtmlOptions } from "./html.ts";
export { type Rgb, SEQUENTIAL, type Theme, THEMES } from "./palette.ts";
export type { PlotlyFigure, PlotlyObject } from "./plotly/axes.ts";
export type { PlotlyOptions } from "./plotly/to_plotly.ts";
export type { RunArray, RunCoordinate, RunDimension, RunPart, RunSelection, RunSource } from "./run_source.ts";
export type { SvgOptions } from "./svg/render_svg.ts";
export type { SvgTheme } from "./svg/style.ts";
export type { Colour } from "./terminal/canvas.ts";
export type { TextOptions } from "./terminal/render_text.ts";
export { writeFigure } from "./write_figure.ts";
