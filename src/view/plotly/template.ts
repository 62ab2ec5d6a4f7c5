import type { Theme } from "../palette.ts";

/** The look of a plotly figure on one ground: only colours, fonts and axes, so that a page can change it at any time. */
export function plotlyTemplate(theme: Theme): Record<string, unknown> {
  const axis = {
    gridcolor: theme.grid,
    linecolor: theme.muted,
    zeroline: false,
    automargin: true,
    exponentformat: "SI",
    tickfont: { color: theme.muted },
    title: { font: { color: theme.ink, size: 13 } },
  };
  return {
    layout: {
      font: {
        family: "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif",
        color: theme.ink,
        size: 12,
      },
      title: { font: { size: 17 } },
      paper_bgcolor: theme.ground,
      plot_bgcolor: theme.ground,
      colorway: theme.series,
      hoverlabel: { bgcolor: theme.ground, bordercolor: theme.muted, font: { color: theme.ink } },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
      xaxis: { ...axis, showline: true },
      yaxis: axis,
    },
  };
}
