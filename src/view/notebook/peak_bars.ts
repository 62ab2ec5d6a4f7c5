import type { FigureData } from "../figure_data.ts";
import { THEMES } from "../palette.ts";
import { widthBar } from "../peak_text.ts";
import type { PlotlyFigure, PlotlyObject } from "../plotly/axes.ts";

/**
 * A plotly figure with two lines at each peak: how far it stands out of its surroundings, upright, and its width at half
 * of that. Peaks whose prominence is not known have none.
 *
 * @example
 * ```ts
 * import { Figure } from "../figure.ts";
 * import { withPeakBars } from "./peak_bars.ts";
 * const peaks = [{ at: 2, height: 5, prominence: 4, width: 1 }];
 * const series = [{ name: "diode", x: [1, 2, 3], y: [1, 5, 1], peaks }];
 * const figure = new Figure({ panels: [{ kind: "curve", x: { name: "x" }, y: { name: "diode" }, series }] });
 * const shapes = withPeakBars(figure.plotly(), figure).layout.shapes as { y0: number }[];
 * console.assert(shapes.length === 2 && shapes[0].y0 === 1 && shapes[1].y0 === 3);
 * ```
 */
export function withPeakBars({ data, layout }: PlotlyFigure, { panels }: FigureData): PlotlyFigure {
  const shapes = panels.flatMap((panel, k): PlotlyObject[] => {
    if (panel.kind !== "curve") return [];
    const suffix = k > 0 ? k + 1 : "", logarithmic = panel.x.scale === "log" || panel.y.scale === "log";
    // A shape on a logarithmic axis counts powers of ten; a width has no middle there.
    if (logarithmic || !(`xaxis${suffix}` in layout)) return [];
    const line = {
      type: "line",
      xref: `x${suffix}`,
      yref: `y${suffix}`,
      line: { color: THEMES.light.accent, width: 1.5 },
    };
    return panel.series.flatMap(({ peaks = [] }) =>
      peaks.flatMap((peak) => {
        const bar = widthBar(peak);
        if (!bar) return [];
        return [
          { ...line, x0: peak.at, x1: peak.at, y0: peak.height - peak.prominence!, y1: peak.height },
          { ...line, x0: bar.from, x1: bar.to, y0: bar.height, y1: bar.height },
        ];
      })
    );
  });
  return { data, layout: { ...layout, shapes: [...layout.shapes as PlotlyObject[], ...shapes] } };
}
