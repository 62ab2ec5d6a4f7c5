import { curveDomains } from "../domain.ts";
import {
  axisTitle,
  type CurvePanel,
  type HeatmapPanel,
  type ImagePanel,
  NOTHING,
  type Panel,
  type PanelAxis,
} from "../figure_data.ts";
import { type PixelData, pixelData } from "../pixel_data.ts";
import type { Box } from "../place_labels.ts";
import { makeScale } from "../scale.ts";
import { linearTicks } from "../ticks.ts";
import type { Plane } from "./annotations.ts";
import { axisLabels, gridLines, horizontalTicks, RIGHT_MARGIN, verticalTicks, widest, WIDEST_LABEL } from "./axes.ts";
import { drawCurves } from "./curve.ts";
import { element, px, textElement } from "./element.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawLegend, legendHeight } from "./legend.ts";
import { drawColourStrip } from "./pixels.ts";
import { FONT } from "./style.ts";
import { fitText, textWidth } from "./text_width.ts";

/** Heights of the parts of a panel, in pixels. */
const TITLE = 24, AXIS_TITLE = 22, BELOW = 42, NOTE = 18, PLOT = 260;
/** The colour bar: its width, and the gaps around it. */
const BAR = 12, BAR_GAP = 14, BAR_LABEL_GAP = 6;

/** A panel whose data have been looked at: how tall it wants to be, and how it is drawn. */
export interface PreparedPanel {
  readonly height: number;
  /** Draws it into a rectangle of the page of the width it was prepared for. */
  draw(box: Box): string;
}

/** Prepares a panel for a width. `colours` is how many colours there are for curves. */
export function preparePanel(panel: Panel, width: number, colours: number): PreparedPanel {
  const pixels = panel.kind === "curve" ? undefined : pixelData(panel), note = pixels?.note ?? panel.note ?? "";
  const legend = panel.kind === "curve" ? legendHeight(panel.series, width) : 0;
  const title = panel.title ? TITLE : 0, above = title + legend + AXIS_TITLE, plotHeight = heightOf(pixels, width);
  const draw = (box: Box) => {
    const plot = { x: box.x, y: box.y + above, width: box.width, height: plotHeight };
    return [
      title &&
      textElement({ x: box.x, y: box.y + 14, class: "ink panel" }, fitText(panel.title!, FONT.panel, box.width)),
      legend && drawLegend((panel as CurvePanel).series, { ...box, y: box.y + title }, colours),
      panel.kind === "curve" ? drawCurvePanel(panel, plot, colours) : drawPixelPanel(panel, pixels, plot),
      note && textElement(
        {
          x: box.x + box.width - RIGHT_MARGIN,
          y: plot.y + plotHeight + BELOW + 10,
          "text-anchor": "end",
          class: "muted",
        },
        fitText(note, FONT.tick, box.width - RIGHT_MARGIN),
      ),
    ].filter(Boolean).join("");
  };
  return { height: above + plotHeight + BELOW + (note ? NOTE : 0), draw };
}

/** Frames, and maps of one length over another, are drawn true to scale, within limits. */
function heightOf(data: PixelData | undefined, width: number): number {
  return data?.aspect ? Math.round(Math.max(60, Math.min(420, (width - 110) * data.aspect))) : PLOT;
}

function drawCurvePanel(panel: CurvePanel, space: Box, colours: number): string {
  const domains = curveDomains(panel);
  if (!domains) return drawNothing(panel.x, panel.y, space);
  const yTicks = verticalTicks(panel.y, domains.y, space.height), left = leftOf(yTicks);
  const plot = { ...space, x: space.x + left, width: space.width - left - RIGHT_MARGIN };
  const plane: Plane = {
    width: plot.width,
    height: plot.height,
    xScale: makeScale(domains.x, [0, plot.width], panel.x.scale === "log"),
    yScale: makeScale(domains.y, [plot.height, 0], panel.y.scale === "log"),
  };
  const xTicks = horizontalTicks(panel.x, domains.x, plot.width);
  return gridLines(plot, plane.xScale, plane.yScale, xTicks, yTicks) +
    window(plot, drawCurves(panel, plane, colours)) +
    axisLabels(
      plot,
      { axis: panel.x, scale: plane.xScale, ticks: xTicks },
      { axis: panel.y, scale: plane.yScale, ticks: yTicks },
    );
}

function drawPixelPanel(panel: HeatmapPanel | ImagePanel, data: PixelData | undefined, space: Box): string {
  if (!data) return drawNothing(panel.x, panel.y, space);
  const barTicks = linearTicks(barDomain(data.colours), Math.max(2, Math.floor(space.height / 50)));
  const right = BAR_GAP + BAR + BAR_LABEL_GAP + widest(barTicks) + 4;
  const yTicks = verticalTicks(data.y, data.yDomain, space.height), left = leftOf(yTicks);
  let plot: Box = { ...space, x: space.x + left, width: space.width - left - right };
  if (data.aspect) plot = { ...plot, width: Math.min(plot.width, Math.max(60, plot.height / data.aspect)) };
  const plane: Plane = {
    width: plot.width,
    height: plot.height,
    xScale: makeScale(data.xDomain, [0, plot.width], data.x.scale === "log"),
    yScale: makeScale(data.yDomain, data.down ? [0, plot.height] : [plot.height, 0], data.y.scale === "log"),
  };
  const xTicks = horizontalTicks(data.x, data.xDomain, plot.width);
  const zTitle = fitText(
    axisTitle(panel.z) + (barTicks.offset && ` ${barTicks.offset}`),
    FONT.label,
    (plot.width + right) * 0.6,
  );
  const end = plot.x + plot.width + right;
  return window(plot, drawHeatmap(panel, data, plane)) +
    axisLabels(
      plot,
      { axis: data.x, scale: plane.xScale, ticks: xTicks },
      { axis: data.y, scale: plane.yScale, ticks: yTicks },
      textWidth(zTitle, FONT.label) - right + 10,
    ) +
    textElement({ x: end, y: plot.y - 10, "text-anchor": "end", class: "ink label" }, zTitle) +
    drawColourBar(
      { x: plot.x + plot.width + BAR_GAP, y: plot.y, width: BAR, height: plot.height },
      data.colours,
      barTicks,
    );
}

/** A bar whose readings are all one still needs two ends. */
function barDomain([low, high]: readonly [number, number]): [number, number] {
  return high > low ? [low, high] : [low - (Math.abs(low) * 0.05 || 1), high + (Math.abs(high) * 0.05 || 1)];
}

function drawColourBar(bar: Box, colours: readonly [number, number], ticks: ReturnType<typeof linearTicks>): string {
  const scale = makeScale(barDomain(colours), [bar.height, 0]);
  const labels = ticks.at.map((at, i) => {
    const y = bar.y + scale(at), x = bar.x + bar.width;
    return element("path", { class: "axis", d: `M${px(x)} ${px(y)}h3` }) +
      textElement({ x: x + BAR_LABEL_GAP, y: y + 4, class: "muted" }, ticks.labels[i]);
  });
  return drawColourStrip(bar.x, bar.y, bar.width, bar.height) + labels.join("");
}

function drawNothing(x: PanelAxis, y: PanelAxis, space: Box): string {
  const plot = { ...space, width: space.width - RIGHT_MARGIN }, none = { at: [], labels: [], offset: "" };
  const scale = makeScale([0, 1], [0, 1]);
  return element("rect", { class: "empty", ...plot }) +
    textElement(
      { x: plot.x + plot.width / 2, y: plot.y + plot.height / 2 + 4, "text-anchor": "middle", class: "muted label" },
      NOTHING,
    ) + axisLabels(plot, { axis: x, scale, ticks: none }, { axis: y, scale, ticks: none });
}

function leftOf(ticks: ReturnType<typeof linearTicks>): number {
  return Math.ceil(Math.min(WIDEST_LABEL, widest(ticks))) + 8;
}

/** A nested svg cuts off what leaves the plot, and needs no id that could clash with another figure's. */
function window({ x, y, width, height }: Box, content: string): string {
  return element("svg", { x, y, width, height, overflow: "hidden" }, content);
}
