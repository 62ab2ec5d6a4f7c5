import { axisTitle, type PixelPanel } from "../figure_data.ts";
import { SEQUENTIAL_STOPS, toHex } from "../palette.ts";
import type { PixelData } from "../pixel_data.ts";
import { reduceGrid } from "../reduce_grid.ts";
import { axisLayout, hoverLine, plain, type PlotlyContext, type PlotlyObject, rangeOf, toNumbers } from "./axes.ts";

/** Adds a heat map or a frame; false when there is nothing to draw. */
export function addPixels(panel: PixelPanel, pixels: PixelData | undefined, context: PlotlyContext): boolean {
  const { layout, number } = context, suffix = number > 1 ? number : "";
  if (!pixels) return false;
  const { grid, down, aspect } = pixels, yRange = rangeOf(pixels.yDomain, pixels.y);
  const even = grid.x.uniform && grid.y.uniform, columns = grid.x.centres.length;
  const { readings, width, height, factorX, factorY } = reduceGrid(
    grid.readings,
    columns,
    grid.y.centres.length,
    even ? undefined : columns + grid.y.centres.length,
  );
  layout[`xaxis${suffix}`] = {
    ...axisLayout(pixels.x, context, "x"),
    range: rangeOf(pixels.xDomain, pixels.x),
    showgrid: false,
  };
  layout[`yaxis${suffix}`] = {
    ...axisLayout(pixels.y, context, "y"),
    range: down ? yRange.reverse() : yRange,
    showgrid: false,
    ...(aspect && { scaleanchor: `x${suffix}`, constrain: "domain" }),
  };
  if (aspect) {
    Object.assign(layout[`xaxis${suffix}`] as PlotlyObject, { constrain: "domain", constraintoward: "right" });
  }
  layout[`coloraxis${suffix}`] = {
    cmin: pixels.colours[0],
    cmax: pixels.colours[1],
    colorscale: SEQUENTIAL_STOPS.map((rgb, i) => [i / (SEQUENTIAL_STOPS.length - 1), toHex(rgb)]),
    colorbar: {
      title: { text: plain(axisTitle(panel.z)), side: "top" },
      x: context.x[1] + 0.01,
      y: (context.y[0] + context.y[1]) / 2,
      len: context.y[1] - context.y[0],
      thickness: 14,
      outlinewidth: 0,
    },
  };
  context.data.push({
    type: "heatmap",
    x: everyNth(grid.x.edges, factorX),
    y: everyNth(grid.y.edges, factorY),
    z: Array.from({ length: height }, (_, row) => toNumbers(readings.subarray(row * width, (row + 1) * width))),
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    coloraxis: `coloraxis${suffix}`,
    hoverongaps: false,
    hovertemplate: `${hoverLine(pixels.x, "x")}${hoverLine(pixels.y, "y")}${hoverLine(panel.z, "z")}<extra></extra>`,
  });
  addTrails(panel, context);
  addRegionsAndMarks(panel, context);
  return true;
}

function addTrails({ trails = [] }: PixelPanel, { data, number }: PlotlyContext): void {
  const suffix = number > 1 ? number : "";
  for (const { x, y, draw = "points" } of trails) {
    data.push({
      type: "scatter",
      mode: { line: "lines", points: "markers", both: "lines+markers" }[draw],
      x: toNumbers(x),
      y: toNumbers(y),
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      line: { color: "#ffffff", width: 1.5 },
      marker: { size: 4, color: "#ffffff", line: { color: "rgba(0,0,0,0.6)", width: 1 } },
      // What is under a dot is the reading; the dot only says where it was measured.
      hoverinfo: "skip",
      connectgaps: false,
      showlegend: false,
    });
  }
}

function addRegionsAndMarks(panel: PixelPanel, { layout, data, number }: PlotlyContext): void {
  const suffix = number > 1 ? number : "", axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  for (const { x, y, label = "" } of panel.regions ?? []) {
    const corners = { xref: axes.xaxis, yref: axes.yaxis, x0: x[0], x1: x[1], y0: y[0], y1: y[1] };
    layout.shapes.push({
      type: "rect",
      ...corners,
      line: { color: "#ffffff", width: 2 },
      label: { text: plain(label), textposition: "top left", font: { color: "#ffffff" } },
    });
  }
  if (!panel.marks?.length) return;
  data.push({
    type: "scatter",
    mode: "markers+text",
    x: panel.marks.map((mark) => mark.x),
    y: panel.marks.map((mark) => mark.y),
    ...axes,
    text: panel.marks.map((mark) => plain(mark.label ?? "")),
    textposition: "middle right",
    textfont: { color: "#ffffff" },
    marker: { symbol: "circle-open", size: 12, color: "#ffffff", line: { width: 2 } },
    hovertemplate: "%{text}<extra></extra>",
    showlegend: false,
  });
}

/** Every n-th edge and the last one. */
function everyNth(edges: readonly number[], n: number): number[] {
  const kept = edges.filter((_, i) => i % n === 0);
  if ((edges.length - 1) % n) kept.push(edges[edges.length - 1]);
  return kept;
}
