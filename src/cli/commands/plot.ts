import { InputError } from "../../core/errors.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { peakConditions } from "../peak_conditions.ts";
import { writeFigure } from "../../view/mod.ts";
import { figureOf } from "../../wire/pictures.ts";
import { openRun } from "../../zarr/open_run.ts";

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

function terminalSize(): { columns: number; rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/** What colours the terminal shows: none where it is not one, or where NO_COLOR is set. */
function terminalColour(): "none" | "256" | "24bit" {
  if (!Deno.stdout.isTerminal() || Deno.env.get("NO_COLOR")) return "none";
  return /truecolor|24bit/i.test(Deno.env.get("COLORTERM") ?? "") ? "24bit" : "256";
}

/** `sonde plot`: a picture in the terminal, or in a file. */
export async function plotCommand(
  place: string,
  options:
    & OutputOptions
    & { readonly detector?: string; readonly out?: string; readonly at?: string }
    & Record<string, unknown>,
): Promise<void> {
  const at = parseCut(options.at), run = await openRun(place);
  const figure = await figureOf(run, {
    detector: options.detector,
    at,
    peaks: options.peaks === false ? false : peakConditions(options),
  });
  if (options.json) return printJson(figure);
  if (options.out === undefined) {
    const { columns, rows } = terminalSize(), colour = terminalColour();
    return print(figure.text({ width: columns, height: Math.max(12, rows - 4), colour }));
  }
  await writeFigure(figure, options.out);
  if (!options.quiet) notice(`written: ${options.out}`);
}
