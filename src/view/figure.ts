import { InputError } from "../core/errors.ts";
import type { FigureData, Panel } from "./figure_data.ts";
import { type HtmlOptions, renderHtml } from "./html.ts";
import { staticBundle } from "./notebook/live_bundle.ts";
import { plainData } from "./plain_data.ts";
import type { PlotlyFigure } from "./plotly/axes.ts";
import { type PlotlyOptions, toPlotly } from "./plotly/to_plotly.ts";
import { renderSvg, type SvgOptions } from "./svg/render_svg.ts";
import { renderText, type TextOptions } from "./terminal/render_text.ts";

/**
 * A figure: data, and the ways to draw them. The same data give the same axes, labels and colours in all of them.
 *
 * @example
 * ```ts
 * import { Figure } from "./figure.ts";
 * const figure = new Figure({
 *   title: "Neon",
 *   panels: [{
 *     kind: "curve",
 *     x: { name: "wavelength", unit: "nm" },
 *     y: { name: "diode", unit: "V" },
 *     series: [{ name: "diode", x: [639, 640, 641], y: [0, 2, 0], peaks: [{ at: 640, height: 2, width: 1 }] }],
 *   }],
 * });
 * console.assert(figure.svg().includes("640.0 nm, 1.0 nm wide"));
 * ```
 */
export class Figure implements FigureData {
  /** Above all panels. */
  readonly title?: string;
  /** Under the title, smaller. */
  readonly subtitle?: string;
  /** In reading order. */
  readonly panels: readonly Panel[];
  /** Panels beside each other; 1 when left out. */
  readonly columns?: number;

  /**
   * Keeps the data as they are; copy arrays that will change.
   *
   * @throws {InputError} when the arrays of a panel do not fit together
   */
  constructor({ title, subtitle, panels, columns }: FigureData) {
    const issues = panels.flatMap(issuesOf);
    if (issues.length) throw new InputError(issues);
    this.title = title;
    this.subtitle = subtitle;
    this.panels = panels;
    this.columns = columns;
  }

  /** One SVG document, light or dark as the reader prefers. */
  svg(options?: SvgOptions): string {
    return renderSvg(this, options);
  }

  /** One page with plotly.js inside: hover, zoom, no network. */
  html(options?: HtmlOptions): Promise<string> {
    return renderHtml(this, options);
  }

  /** Lines for a terminal or a log. */
  text(options?: TextOptions): string {
    return renderText(this, options);
  }

  /** What `application/vnd.plotly.v1+json` holds. */
  plotly(options?: PlotlyOptions): PlotlyFigure {
    return toPlotly(this, options);
  }

  /** Plain data, with null for what is not finite; `Figure.from` reads it back. */
  toJSON(): FigureData {
    return plainData(this);
  }

  /**
   * Several kinds at once, so that every notebook shows the best that it can, with as many samples as a saved cell should
   * hold. The image inside HTML is what JupyterLab shows of a notebook that it does not trust yet.
   */
  [Symbol.for("Jupyter.display")](): Record<string, unknown> {
    return staticBundle(this);
  }

  /** A figure from what `JSON.parse` gave. */
  static from(json: unknown): Figure {
    return new Figure(json as FigureData);
  }
}

/** What does not fit together in a panel. */
function issuesOf(panel: Panel, k: number) {
  const issue = (path: string, message: string) => ({
    path: `panels[${k}]${path}`,
    message,
    severity: "error" as const,
  });
  if (panel.kind === "curve") {
    return panel.series.flatMap(({ x, y }, s) =>
      x.length === y.length
        ? []
        : [issue(`.series[${s}]`, `x has ${x.length} samples and y ${y.length}; they must be as many`)]
    );
  }
  const columns = panel.kind === "image" ? panel.width : panel.x.coordinates.length;
  const rows = panel.kind === "image" ? panel.height : panel.y.coordinates.length;
  const got = panel.readings.length,
    grid = got === columns * rows
      ? []
      : [issue(".readings", `${rows} rows of ${columns} need ${columns * rows} readings, got ${got}`)];
  const trails = (panel.trails ?? []).flatMap(({ x, y }, t) =>
    x.length === y.length
      ? []
      : [issue(`.trails[${t}]`, `x has ${x.length} places and y ${y.length}; they must be as many`)]
  );
  return [...grid, ...trails];
}
