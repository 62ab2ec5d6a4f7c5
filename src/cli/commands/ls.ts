import { relative, resolve } from "@std/path";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { type CatalogueEntry, runCatalogue } from "../run_catalogue.ts";
import { terminalWidth } from "../terminal_screen.ts";
import { textTable } from "../text_table.ts";

/** What runs may be sorted by. */
export const SORTS = ["date", "name", "sample", "status", "points", "time", "size"] as const;

/** The options of `sonde ls`. */
export interface LsCommandOptions extends OutputOptions {
  /** Only runs whose name holds this, whatever the case. */
  readonly name?: string;
  /** Only runs whose sample holds this, whatever the case. */
  readonly sample?: string;
  /** Only runs of operators whose name holds this, whatever the case. */
  readonly operator?: string;
  /** Only runs that began then or later, milliseconds since 1970. */
  readonly since?: number;
  /** Only runs that did not end well: failed, aborted, killed. */
  readonly failed?: boolean;
  /** Only runs that are being written. */
  readonly running?: boolean;
  /** What they are sorted by; by `date` when left out. */
  readonly sort?: typeof SORTS[number];
  /** The other way round. */
  readonly reverse?: boolean;
  /** No more than so many: the last ones. */
  readonly limit?: number;
}

const KEYS: Readonly<Record<typeof SORTS[number], (run: CatalogueEntry) => string | number>> = {
  date: ({ createdAt }) => createdAt,
  name: ({ name }) => name.toLowerCase(),
  sample: ({ sample }) => sample.toLowerCase(),
  status: ({ status }) => status,
  points: ({ points }) => points ?? 0,
  time: ({ timeMs }) => timeMs ?? 0,
  size: ({ bytes }) => bytes ?? 0,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The runs that were asked for, in the order that was asked for; those that are alike in it by date, the newest last.
 *
 * @param runs in any order
 */
export function lsSelection(runs: readonly CatalogueEntry[], options: LsCommandOptions): CatalogueEntry[] {
  const { since = -Infinity, failed, running, sort = "date", reverse, limit = Infinity } = options, key = KEYS[sort];
  const holds = (text: string, part = "") => text.toLowerCase().includes(part.toLowerCase());
  const chosen = runs.filter((run) =>
    holds(run.name, options.name) && holds(run.sample, options.sample) && holds(run.operator, options.operator) &&
    (since === -Infinity || Date.parse(run.createdAt) >= since) &&
    (!failed || ["failed", "aborted", "killed"].includes(run.status)) &&
    (!running || run.status === "running")
  );
  const sorted = chosen.sort((a, b) => {
    return compare(key(a), key(b)) || compare(a.createdAt, b.createdAt) || compare(a.place, b.place);
  });
  const last = sorted.slice(Math.max(0, sorted.length - limit));
  return reverse ? last.reverse() : last;
}

/** By the computer's clock, as file managers show it. */
function localTime(iso: string): string {
  const date = new Date(iso), two = (n: number) => String(n).padStart(2, "0");
  if (Number.isNaN(date.getTime())) return "?";
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function rowOf({ place, name, sample, createdAt, status, points, bytes, timeMs }: CatalogueEntry): string[] {
  return [
    localTime(createdAt),
    status,
    points?.toLocaleString("en") ?? "",
    timeMs === undefined ? "" : duration(timeMs),
    bytes === undefined ? "" : fileSize(bytes),
    name,
    sample,
    relative(Deno.cwd(), place) || ".",
  ];
}

/** `sonde ls`: the runs in a folder and below it. */
export async function lsCommand(folder: string | undefined, options: LsCommandOptions): Promise<void> {
  const place = resolve(folder ?? "."), all = await runCatalogue(place), runs = lsSelection(all, options);
  if (options.json) return printJson({ folder: place, runs });
  if (options.quiet) return runs.length ? print(runs.map((run) => run.place).join("\n")) : undefined;
  if (!runs.length) {
    return notice(
      all.length ? `none of the ${all.length.toLocaleString("en")} runs in ${place}` : `no runs in ${place}`,
    );
  }
  const head = ["began", "status", "points", "took", "size", "name", "sample", "run"];
  print(textTable([head, ...runs.map(rowOf)], { right: [2, 3, 4], width: terminalWidth() }));
}
