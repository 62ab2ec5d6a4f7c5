import { type OutputOptions, print, printJson } from "../output.ts";
import { peakConditions } from "../peak_conditions.ts";
import { runPeaks, savePeaks } from "../../wire/pictures.ts";
import { openRun } from "../../zarr/open_run.ts";

/** `sonde peaks`: a table of a line's peaks, in the units of its axis. */
export async function peaksCommand(
  place: string,
  options: OutputOptions & { readonly detector?: string; readonly save?: boolean } & Record<string, unknown>,
): Promise<void> {
  const run = await openRun(place), found = await runPeaks(run, options.detector, peakConditions(options));
  if (options.save) await savePeaks(run, found);
  if (options.json) return printJson(found);
  const title = (name: string, unit: string) => unit ? `${name} (${unit})` : name;
  const heads = [
    title(found.axis, found.axisUnit),
    title(found.detector, found.unit),
    "prominence",
    title("width", found.axisUnit),
  ];
  const rows = found.peaks.map(({ at, height, prominence, width }) =>
    [at, height, prominence, width].map((n) => String(Number(n.toPrecision(7))))
  );
  const widths = heads.map((head, k) => Math.max(head.length, ...rows.map((row) => row[k].length)));
  for (const row of [heads, ...rows]) print(row.map((cell, k) => cell.padStart(widths[k])).join("  "));
  if (!rows.length) print("no peaks that meet the conditions");
}
