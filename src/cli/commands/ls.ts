import { relative, resolve } from "@std/path";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { localTime } from "../../wire/local_time.ts";
import { dimensionText } from "../../wire/notebook/display_runs.ts";
import { type RunEntry, runEntry } from "../../wire/runs.ts";
import { type RunsFilter, selectRuns } from "../../wire/select_runs.ts";
import { runCatalogue } from "../../zarr/run_catalogue.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { terminalWidth } from "../../wire/terminal/terminal_screen.ts";
import { textTable } from "../text_table.ts";

function rowOf({ place, name, sample, createdAt, status, points, bytes, timeMs, dimensions }: RunEntry): string[] {
  return [
    localTime(createdAt),
    status,
    points?.toLocaleString("en") ?? "",
    timeMs === undefined ? "" : duration(timeMs),
    bytes === undefined ? "" : fileSize(bytes),
    name,
    sample,
    relative(Deno.cwd(), place) || ".",
    dimensionText(dimensions),
  ];
}

/** `sonde ls`: the runs in a folder and below it. */
export async function lsCommand(folder: string | undefined, options: OutputOptions & RunsFilter): Promise<void> {
  const { json, quiet, ...rest } = options, { debug: _, ...filter } = rest as RunsFilter & { debug?: boolean };
  const place = resolve(folder ?? "."), all = await runCatalogue(place, runEntry), runs = selectRuns(all, filter);
  if (json) return printJson({ folder: place, runs });
  if (quiet) return runs.length ? print(runs.map((run) => run.place).join("\n")) : undefined;
  if (!runs.length) {
    return notice(
      all.length ? `none of the ${all.length.toLocaleString("en")} runs in ${place}` : `no runs in ${place}`,
    );
  }
  const head = ["began", "status", "points", "took", "size", "name", "sample", "run", "dimensions"];
  print(textTable([head, ...runs.map(rowOf)], { right: [2, 3, 4], width: terminalWidth() }));
}
