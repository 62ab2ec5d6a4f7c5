import type { Mark, ReferenceLine, Region, Shade } from "../figure_data.ts";
import type { Box } from "../place_labels.ts";
import type { Scale } from "../scale.ts";
import { element, textElement } from "./element.ts";
import { FONT } from "./style.ts";
import { textWidth } from "./text_width.ts";

/** Markup, and the room that its labels take. */
export interface Drawn {
  readonly markup: string;
  readonly taken: readonly Box[];
}

/** Size and scales of a plot whose top left corner is the origin. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly xScale: Scale;
  readonly yScale: Scale;
}

/** Windows, to be drawn below the data; labelled at their top where the label fits. */
export function drawShades(shades: readonly Shade[], plane: Plane): Drawn {
  const markup: string[] = [], taken: Box[] = [];
  for (const { axis, from, to, label } of shades) {
    const [low, high] = span(axis === "x" ? plane.xScale : plane.yScale, from, to);
    if (!(high > low)) continue;
    const box = axis === "x"
      ? { x: low, y: 0, width: high - low, height: plane.height }
      : { x: 0, y: low, width: plane.width, height: high - low };
    markup.push(element("rect", { class: "shade", ...box }));
    const labelBox = label && { x: box.x + 5, y: box.y + 3, width: textWidth(label, FONT.tick), height: 14 };
    if (!labelBox || labelBox.width > box.width - 8 || box.height < 18) continue;
    taken.push(labelBox);
    markup.push(textElement({ x: labelBox.x, y: labelBox.y + 11, class: "muted" }, label));
  }
  return { markup: markup.join(""), taken };
}

/** Reference lines with their labels, at an end where they do not cover the curve. */
export function drawLines(lines: readonly ReferenceLine[], plane: Plane, avoid?: (box: Box) => boolean): Drawn {
  const markup: string[] = [], taken: Box[] = [];
  for (const { axis, at, label } of lines) {
    const place = (axis === "x" ? plane.xScale : plane.yScale)(at), end = axis === "x" ? plane.width : plane.height;
    if (!(place >= 0 && place <= end)) continue;
    const ends = axis === "x"
      ? { x1: place, x2: place, y1: 0, y2: plane.height }
      : { x1: 0, x2: plane.width, y1: place, y2: place };
    markup.push(element("line", { class: "accent-line", "stroke-dasharray": "5 4", ...ends }));
    if (!label) continue;
    const width = textWidth(label, FONT.tick);
    const corners = axis === "x"
      ? [[place + 5, 3], [place - 5 - width, 3], [place + 5, plane.height - 17], [place - 5 - width, plane.height - 17]]
      : [[plane.width - width - 5, place - 16], [5, place - 16], [plane.width - width - 5, place + 3], [5, place + 3]];
    const inside = corners.map(([x, y]) => ({ x, y, width, height: 14 }))
      .filter((box) => box.x >= 0 && box.y >= 0 && box.x + width <= plane.width && box.y + 14 <= plane.height);
    const box = inside.find((box) => !avoid?.(box)) ?? inside[0];
    if (!box) continue;
    taken.push(box);
    markup.push(textElement({ x: box.x, y: box.y + 11, class: "ink halo" }, label));
  }
  return { markup: markup.join(""), taken };
}

/** Regions and marks on top of pixels, where the ground may have any colour: light with a dark rim. */
export function drawRegionsAndMarks(regions: readonly Region[], marks: readonly Mark[], plane: Plane): string {
  const outlined = (shape: string, attributes: Record<string, number>) =>
    element(shape, { ...attributes, fill: "none", stroke: "#000", "stroke-opacity": 0.6, "stroke-width": 3.5 }) +
    element(shape, { ...attributes, fill: "none", stroke: "#fff", "stroke-width": 1.5 });
  const label = (text: string, x: number, y: number) => {
    const width = textWidth(text, FONT.tick);
    if (width > plane.width) return "";
    const rim = { "paint-order": "stroke", stroke: "#000", "stroke-width": 3, "stroke-opacity": 0.6, fill: "#fff" };
    const inside = {
      x: Math.max(2, Math.min(plane.width - width - 2, x)),
      y: Math.max(12, Math.min(plane.height - 4, y)),
    };
    return textElement({ ...inside, ...rim, "stroke-linejoin": "round" }, text);
  };
  const markup: string[] = [];
  for (const region of regions) {
    const [x0, x1] = span(plane.xScale, ...region.x), [y0, y1] = span(plane.yScale, ...region.y);
    if (!(x1 > x0 && y1 > y0)) continue;
    markup.push(outlined("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    if (region.label) markup.push(label(region.label, x0 + 4, y0 > 18 ? y0 - 5 : y1 + 14));
  }
  for (const mark of marks) {
    const x = plane.xScale(mark.x), y = plane.yScale(mark.y);
    if (!(x >= 0 && x <= plane.width && y >= 0 && y <= plane.height)) continue;
    markup.push(outlined("circle", { cx: x, cy: y, r: 5 }));
    if (mark.label) markup.push(label(mark.label, x + 9, y + 4));
  }
  return markup.join("");
}

/** From where to where a window reaches on the page, cut to the plot, ascending. */
function span(scale: Scale, from: number, to: number): [number, number] {
  const ends = [...scale.range].sort((a, b) => a - b), places = [scale(from), scale(to)].sort((a, b) => a - b);
  return [Math.max(ends[0], places[0]), Math.min(ends[1], places[1])];
}
