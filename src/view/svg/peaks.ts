import type { CurvePanel, Peak } from "../figure_data.ts";
import { peakText, strongestFirst, widthBar } from "../peak_text.ts";
import { type Box, placeLabels } from "../place_labels.ts";
import type { Drawn, Plane } from "./annotations.ts";
import { element, px, textElement } from "./element.ts";
import { FONT } from "./style.ts";
import { textWidth } from "./text_width.ts";

const LABEL_HEIGHT = 14;
/** With more peaks than this, only the strongest say how wide they are, so that the others can at least say where they are. */
const MANY = 8, STRONGEST = 3;

/**
 * Marks every peak, draws its width at half its prominence, and labels as many as fit, the strongest first; the others
 * are counted in the corner (`+3 more`).
 */
export function drawPeaks(panel: CurvePanel, plane: Plane, avoid: (box: Box) => boolean, taken: readonly Box[]): Drawn {
  const peaks = strongestFirst(panel.series.flatMap((series) => series.peaks ?? [])).filter((peak) =>
    inView(peak, plane)
  );
  if (!peaks.length) return { markup: "", taken };
  const length = plane.xScale.domain[1] - plane.xScale.domain[0];
  const requests = peaks.map((peak, rank) => {
    const { full, short } = peakText(peak, panel.x.unit ?? "", length);
    const texts = peaks.length > MANY && rank >= STRONGEST ? [short] : [full, short];
    const choices = [...new Set(texts)].map((text) => ({
      text,
      width: textWidth(text, FONT.tick),
      height: LABEL_HEIGHT,
    }));
    return { x: plane.xScale(peak.at), y: plane.yScale(peak.height) - 8, choices };
  });
  const markers = requests.map(({ x, y }) => ({ x: x - 4, y: y - 1, width: 8, height: 7 }));
  const corner = { x: plane.width - 70, y: 0, width: 70, height: LABEL_HEIGHT + 2 };
  const { width, height } = plane;
  const place = (kept: readonly Box[]) =>
    placeLabels(requests, { width, height, gap: 4, taken: [...taken, ...markers, ...kept], avoid });
  let placed = place([]);
  // The count of those left out needs a place too, so they are placed once more around it.
  if (placed.length < peaks.length) placed = place([corner]);
  const labels = placed.map(({ index, text, box, lifted }) =>
    (lifted ? leader(requests[index], box) : "") + label(text, box)
  );
  const left = peaks.length - placed.length;
  const count = left
    ? textElement({ x: width - 4, y: 12, "text-anchor": "end", class: "muted halo" }, `+${left} more`)
    : "";
  return { markup: peaks.map((peak) => marker(peak, plane)).join("") + labels.join("") + count, taken };
}

function inView(peak: Peak, { xScale, yScale, width, height }: Plane): boolean {
  const x = xScale(peak.at), y = yScale(peak.height);
  return x >= 0 && x <= width && y >= 0 && y <= height;
}

/** A small triangle that points down at the peak, and its width. */
function marker(peak: Peak, { xScale, yScale }: Plane): string {
  const x = xScale(peak.at), y = yScale(peak.height) - 2, bar = widthBar(peak);
  const from = bar && xScale(bar.from), to = bar && xScale(bar.to), at = bar && yScale(bar.height);
  const drawn = from !== undefined && to !== undefined && at !== undefined && Number.isFinite(from + to + at);
  return element("path", { class: "accent", d: `M${px(x)} ${px(y)}l-4 -6.5h8z` }) +
    (drawn
      ? element("path", {
        class: "accent-line",
        "stroke-width": 1.5,
        d: `M${px(from)} ${px(at - 3)}v6m0 -3H${px(to)}m0 -3v6`,
      })
      : "");
}

function label(text: string, { x, y, width }: Box): string {
  return textElement({ x: x + width / 2, y: y + 11, "text-anchor": "middle", class: "ink halo" }, text);
}

/** A thin line straight up to a label that is not right at its peak. */
function leader(from: { x: number; y: number }, { y, height }: Box): string {
  return element("path", {
    class: "axis",
    "stroke-width": 0.75,
    d: `M${px(from.x)} ${px(from.y - 1)}V${px(y + height)}`,
  });
}
