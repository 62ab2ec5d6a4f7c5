import { Figure } from "../figure.ts";
import type { FigureData } from "../figure_data.ts";
import { imageHtml } from "./image_html.ts";
import { compactFigure, roundPlotly } from "./compact_figure.ts";
import { withPeakBars } from "./peak_bars.ts";

/** What a saved cell may take, as JSON. */
export const LIVE_BUNDLE_BYTES = 150_000;

/** Samples and cells, from plenty to the least that can be read. */
const LEVELS = [
  { samples: 4000, cells: 16_000 },
  { samples: 2000, cells: 8000 },
  { samples: 1000, cells: 4000 },
  { samples: 500, cells: 2000 },
  { samples: 200, cells: 500 },
];

/** Of text, for each panel. */
const LINES = 16;

/** A figure in the kinds that every notebook can show one of, with what is said of it as text. */
export interface StaticBundle extends Record<string, unknown> {
  /** For terminals, logs, and search. */
  readonly "text/plain": string;
  /** The picture as an image, which JupyterLab shows also in a notebook that it does not trust yet. */
  readonly "text/html": string;
  /** A picture that needs nothing. */
  readonly "image/svg+xml": string;
  /** Where the plotly extension is there: hover and zoom. Left out where it would be too large. */
  readonly "application/vnd.plotly.v1+json"?: unknown;
}

/**
 * A figure to be kept in a notebook: as many samples and cells as fit into so many bytes, extremes included. The data
 * themselves are in the store.
 *
 * @param said lines below the text, such as how the run ended
 * @param mostBytes of the bundle as JSON
 *
 * @example
 * ```ts
 * import { staticBundle } from "./live_bundle.ts";
 * const x = Float64Array.from({ length: 1e5 }, (_, i) => i), y = x.map((x) => Math.sin(x / 1000));
 * const bundle = staticBundle({
 *   panels: [{ kind: "curve", x: { name: "x" }, y: { name: "diode" }, series: [{ name: "diode", x, y }] }],
 * });
 * console.assert(JSON.stringify(bundle).length < 150_000 && bundle["image/svg+xml"].startsWith("<svg"));
 * ```
 */
export function staticBundle(
  figure: FigureData,
  said: readonly string[] = [],
  mostBytes: number = LIVE_BUNDLE_BYTES,
): StaticBundle {
  let bundle: StaticBundle | undefined;
  for (const level of LEVELS) {
    const small = new Figure(compactFigure(figure, level)), svg = small.svg();
    bundle = {
      "text/plain": [small.text({ width: 100, height: LINES * small.panels.length }), ...said].join("\n"),
      "text/html": imageHtml(svg, small.title ?? "a figure"),
      "image/svg+xml": svg,
      "application/vnd.plotly.v1+json": roundPlotly(withPeakBars(small.plotly(), small)),
    };
    if (sizeOf(bundle) <= mostBytes) return bundle;
  }
  const { "application/vnd.plotly.v1+json": _, ...rest } = bundle!;
  return rest as StaticBundle;
}

function sizeOf(bundle: StaticBundle): number {
  return new TextEncoder().encode(JSON.stringify(bundle)).length;
}
