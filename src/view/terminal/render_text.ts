import { axisTitle, type FigureData, NOTHING, type Panel } from "../figure_data.ts";
import { type Theme, THEMES } from "../palette.ts";
import { Canvas, cellWidth, type Colour } from "./canvas.ts";
import { curveCanvas } from "./curve.ts";
import { pixelCanvas } from "./pixels.ts";

/** How a figure becomes text. */
export interface TextOptions {
  /** No line is wider, in cells; 80 when left out, at least 20. */
  readonly width?: number;
  /** Lines, shared by the panels, each of which gets at least 8; 24 for each panel when left out. */
  readonly height?: number;
  /** `none` when left out: the caller knows whether this is a terminal, and what `NO_COLOR` says. */
  readonly colour?: Colour;
  /** The ground of the terminal; `dark` when left out. */
  readonly theme?: "light" | "dark";
}

/**
 * Draws a figure as text: curves as braille dots, heat maps and frames as half blocks, or as characters from ` ` and `.`
 * to `@` without colours. Panels stand below each other; the text ends without a newline.
 *
 * @example
 * ```ts
 * import { renderText } from "./render_text.ts";
 * const text = renderText({ title: "Neon", panels: [] }, { width: 40 });
 * console.assert(text === "Neon");
 * ```
 */
export function renderText(figure: FigureData, options: TextOptions = {}): string {
  const width = Math.max(20, Math.floor(options.width ?? 80)), colour = options.colour ?? "none";
  const theme = THEMES[options.theme ?? "dark"], parts: string[] = [];
  const heads = [figure.title, figure.subtitle].filter((line): line is string => !!line);
  if (heads.length) parts.push(heads.map((line) => oneLine(line, width)).join("\n"));
  const room = (options.height ?? Infinity) - heads.length - figure.panels.length;
  const each = Math.max(8, Math.min(24, Math.floor(room / Math.max(1, figure.panels.length))));
  for (const panel of figure.panels) parts.push(panelText(panel, width, each, colour, theme));
  return parts.join("\n\n");
}

function panelText(panel: Panel, width: number, height: number, colour: Colour, theme: Theme): string {
  const lines = height - (panel.title ? 1 : 0) - (panel.note ? 1 : 0);
  const canvas = panel.kind === "curve"
    ? curveCanvas(panel, width, lines, colour, theme)
    : pixelCanvas(panel, width, lines, colour, theme);
  const quantity = panel.kind === "curve" ? panel.y : panel.z;
  const drawn = canvas?.toString(colour) ?? oneLine(`${axisTitle(quantity)}: ${NOTHING}`, width);
  return [panel.title && oneLine(panel.title, width), drawn, panel.note && oneLine(panel.note, width)].filter(Boolean)
    .join("\n");
}

function oneLine(text: string, width: number): string {
  const canvas = new Canvas(Math.min(width, Math.max(1, cellWidth(text))), 1);
  canvas.write(0, 0, text);
  return canvas.toString("none");
}
