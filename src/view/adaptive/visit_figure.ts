import { Figure } from "../figure.ts";
import type { Peak } from "../figure_data.ts";
import { figureHead } from "../figures/figure_head.ts";
import type { StoredRun } from "../source_of_run.ts";
import { linePanels } from "./line_panels.ts";
import type { Visit } from "./read_visit.ts";
import type { SurfaceOf } from "./scatter_map.ts";
import { spacePanels } from "./space_panels.ts";

/** How one visit of an adaptive node is drawn. */
export interface VisitFigureOptions {
  /** Which visit, in words; empty where there is but one. */
  readonly cut?: string;
  /** Peaks to mark on a line instead of those that the node has noted; an empty list marks none. */
  readonly peaks?: readonly Peak[];
  /** Makes a surface through scattered readings. */
  readonly surfaceOf: SurfaceOf;
}

/**
 * A figure of one visit of a node that chooses its own points. Along one axis: all points as one curve with its windows,
 * peaks or place; along two: a map with the places measured. Below it stands what the node said last.
 */
export function visitFigure(run: StoredRun, visit: Visit, { cut = "", peaks, surfaceOf }: VisitFigureOptions): Figure {
  const panels = visit.axes.length === 1 ? linePanels(visit, { peaks }) : spacePanels(visit, surfaceOf);
  const { name, sample } = run.attributes;
  const head = { name: String(name ?? ""), sample: String(sample ?? ""), attributes: run.attributes };
  return new Figure({ ...figureHead(head, cut, visit.signal.name), panels });
}
