import type { LiveModel } from "../../view/notebook/live_model.ts";
import { liveFigure, type LiveFigureOptions } from "../../view/notebook/live_figure.ts";
import type { Colour } from "../../view/terminal/canvas.ts";
import { renderText } from "../../view/terminal/render_text.ts";

/** A panel with less can hardly be read, and neither can a narrower one. */
const LEAST_ROWS = 9, LEAST_COLUMNS = 24;
/** Its title and what stands below it. */
const HEAD = 3;

/** A rectangle of cells. */
export interface Room {
  /** Cells in a row. */
  readonly columns: number;
  /** Rows. */
  readonly rows: number;
}

/**
 * The figure of a run as it stands, as text: as many of its panels as there is room for. Empty where that is none.
 *
 * @param options how peaks are found, and how large a frame is
 */
export function figureText(model: LiveModel, room: Room, colour: Colour, options: LiveFigureOptions): string {
  const fit = Math.floor((room.rows - HEAD) / LEAST_ROWS);
  if (fit < 1 || room.columns < LEAST_COLUMNS) return "";
  const { panels, ...figure } = liveFigure(model, options);
  return renderText({ ...figure, panels: panels.slice(0, fit) }, { width: room.columns, height: room.rows, colour });
}
