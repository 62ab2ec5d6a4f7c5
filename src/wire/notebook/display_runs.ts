import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import type { Cell } from "../../view/notebook/table.ts";
import { localTime } from "../local_time.ts";
import type { RunEntry, RunEntryDimension } from "../runs.ts";
import { placeText } from "./place_text.ts";

/** `y 64 × x 64`; a dimension that grows has its name alone. */
export function dimensionText(dimensions: readonly RunEntryDimension[]): string {
  return dimensions.map(({ name, size }) => size === undefined ? name : `${name} ${size.toLocaleString("en")}`)
    .join(" × ");
}

/** Runs as they show themselves: a table in their order, with those marked that did not end well. */
export function displayRuns(runs: readonly RunEntry[], { folder }: { readonly folder: string }): SummaryBundle {
  const heads = ["began", "status", "points", "took", "size", "name", "sample", "dimensions", "detectors", "stored in"];
  const columns = heads.map((head, k) => ({ head, right: k >= 2 && k <= 4 }));
  const count = `${runs.length.toLocaleString("en")} run${runs.length === 1 ? "" : "s"}`;
  return summaryBundle({
    title: `Runs: ${count} in ${placeText(folder)}`,
    tables: runs.length ? [{ columns, rows: runs.map(rowOf) }] : [],
  });
}

function rowOf({ place, status, createdAt, points, timeMs, bytes, name, sample, ...run }: RunEntry): Cell[] {
  const mark = status === "failed" || status === "killed" ? "error" : status === "aborted" ? "warning" : undefined;
  return [
    localTime(createdAt),
    mark ? { text: status, mark } : status,
    points?.toLocaleString("en") ?? "",
    timeMs === undefined ? "" : duration(timeMs),
    bytes === undefined ? "" : fileSize(bytes),
    name,
    sample,
    dimensionText(run.dimensions),
    run.detectors.join(", "),
    placeText(place),
  ];
}
