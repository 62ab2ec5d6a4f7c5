import { InputError, SondeError } from "../../core/errors.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { peakConditions } from "../peak_conditions.ts";
import { type Figure, writeFigure } from "../../view/mod.ts";
import { overlay } from "../../wire/overlay.ts";
import { figureOf } from "../../wire/pictures.ts";
import { openRun } from "../../zarr/open_run.ts";
import { systemReason } from "../system_reason.ts";
import { terminalColour, terminalSize } from "../../wire/terminal/terminal_screen.ts";

/** `wavelength=640.2,y=0` as the places of a cut. */
function parseCut(text: string | undefined): Record<string, number | string> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name, place] = part.split("=").map((side) => side.trim());
      if (!name || !place) {
        throw InputError.at("--at", `received "${part}"; allowed: DIMENSION=PLACE, as in wavelength=640.2`, part);
      }
      return [name, Number.isNaN(Number(place)) ? place : Number(place)];
    }),
  );
}

/** Writes a figure to a file. */
async function writeTo(path: string, figure: Figure): Promise<void> {
  try {
    await writeFigure(figure, path);
  } catch (thrown) {
    if (thrown instanceof SondeError) throw thrown;
    const why = systemReason(thrown, "folder");
    throw InputError.at("--out", `${path} cannot be written: ${why}`, path, "a file in a folder that may be written");
  }
}

/** The options of `sonde plot`. */
export interface PlotCommandOptions extends OutputOptions, Readonly<Record<string, unknown>> {
  /** What to draw; the first detector when left out. */
  readonly detector?: string;
  /** A file. */
  readonly out?: string;
  /** Where to cut. */
  readonly at?: string;
}

/** `sonde plot`: a picture of a run, or of several over each other, in the terminal or in a file. */
export async function plotCommand(places: readonly string[], options: PlotCommandOptions): Promise<void> {
  const at = parseCut(options.at), { detector, peaks: marks } = options, conditions = peakConditions(options);
  const peaks = marks === false ? false : conditions;
  const figure = places.length === 1
    ? await figureOf(await openRun(places[0]), { detector, at, peaks })
    : await overlay(places, { detector, at, peaks });
  if (options.json) return printJson(figure);
  if (options.out === undefined) {
    const { columns, rows } = terminalSize(), colour = terminalColour();
    return print(figure.text({ width: columns, height: Math.max(12, rows - 4), colour }));
  }
  await writeTo(options.out, figure);
  if (!options.quiet) notice(`written: ${options.out}`);
}
