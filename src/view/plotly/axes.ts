import { axisTitle, type PanelAxis, type Quantity } from "../figure_data.ts";
import type { Theme } from "../palette.ts";

/** Part of a plotly figure. */
export type PlotlyObject = Record<string, unknown>;

/** A plotly figure: `application/vnd.plotly.v1+json`. */
export interface PlotlyFigure {
  /** Its traces. */
  readonly data: PlotlyObject[];
  /** Axes, shapes and annotations. */
  readonly layout: PlotlyObject;
}

/** What a panel adds to a plotly figure. */
export interface PlotlyContext {
  /** 1 for the first panel: plotly counts axes from there. */
  readonly number: number;
  readonly layout: PlotlyObject & { shapes: PlotlyObject[]; annotations: PlotlyObject[] };
  readonly data: PlotlyObject[];
  readonly theme: Theme;
  readonly maxSamples: number;
  /** Where the panel stands, in shares of the figure. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Text that plotly shows as it is: it takes markup and `%{…}` for its own otherwise. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("%", "&#37;");
}

/** An axis as plotly lays it out. */
export function axisLayout(axis: PanelAxis, { x, y, number }: PlotlyContext, which: "x" | "y"): PlotlyObject {
  const suffix = number > 1 ? number : "", labels = axis.labels;
  return {
    domain: which === "x" ? x : y,
    anchor: `${which === "x" ? "y" : "x"}${suffix}`,
    title: { text: plain(axisTitle(axis)), standoff: 8 },
    ...(axis.scale === "log" ? { type: "log", dtick: "D2" } : { type: "linear" }),
    ...(labels && { tickmode: "array", tickvals: labels.map((_, i) => i), ticktext: labels.map(plain) }),
  };
}

/** The ends of an axis: powers of ten on a logarithmic one. */
export function rangeOf(domain: readonly [number, number], axis: PanelAxis): number[] {
  return axis.scale === "log" ? domain.map(Math.log10) : [...domain];
}

/** One line of what is shown on hover, with the unit. */
export function hoverLine(quantity: Quantity, key: string): string {
  const labels = (quantity as PanelAxis).labels,
    unit = quantity.unit && quantity.unit !== "1" ? ` ${plain(quantity.unit)}` : "";
  return `${plain(quantity.name)}: %{${key}${labels ? "" : ":.6~g"}}${unit}<br>`;
}

/** NaN as null, the only gap that JSON has. */
export function toNumbers(readings: ArrayLike<number>): (number | null)[] {
  return Array.from(readings, (reading) => Number.isFinite(reading) ? reading : null);
}
