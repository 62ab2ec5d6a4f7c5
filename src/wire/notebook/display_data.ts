import { messageOf, show } from "../../core/errors.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import type { Figure } from "../../view/mod.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import type { Table } from "../../view/notebook/table.ts";
import { formatNumber } from "../../view/ticks.ts";
import type { RunArray, RunData } from "../../zarr/open_run.ts";
import { findLine, runFinds } from "../run_finds.ts";
import { countsText, runPasses, type StoredPass, totalPoints } from "../run_passes.ts";
import { placeText } from "./place_text.ts";
import type { Fact } from "./plan_facts.ts";

/** A run that was opened, with its picture. */
export interface ShownData extends RunData {
  /** What it is depends on the data. */
  figure(): Promise<Figure>;
}

/**
 * A run that was opened as it shows itself: its points by quality, passes, what was found, dimensions with their
 * coordinates, arrays, attributes and figure. What cannot be read of it, as in a damaged store, is said.
 */
export async function displayData(run: ShownData): Promise<SummaryBundle> {
  const { name, sample, exit_status: status } = run.attributes, notes: string[] = [];
  const attempt = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (thrown) {
      notes.push(`There is no ${what}: ${messageOf(thrown)}`);
      return undefined;
    }
  };
  const figure = await attempt("picture", () => run.figure()), passes = await attempt("count", () => runPasses(run));
  const tables = [
    passTable(passes ?? []),
    await attempt("list of finds", () => findTable(run)),
    await attempt("list of coordinates", () => coordinateTable(run)),
    arrayTable(run),
    attributeTable(run),
  ];
  return summaryBundle({
    title: `Data: ${name}${sample ? ` of ${sample}` : ""} (${status})`,
    facts: dataFacts(run, passes),
    figure,
    tables: tables.filter((table) => table !== undefined).filter(({ rows }) => rows.length > 0),
    notes,
  });
}

/** Of a run with one pass its points say all. */
function passTable(passes: readonly StoredPass[]): Table {
  const rows = passes.map(({ pass, group, dimensions, points }) => {
    const sizes = dimensions.map(({ name, size }) => `${name} ${size.toLocaleString("en")}`).join(" × ");
    return [pass, group || "root", sizes || "one point", countsText(points)];
  });
  const columns = ["pass", "group", "over", "points"].map((head) => ({ head }));
  return { title: "Passes", columns, rows: rows.length > 1 ? rows : [] };
}

/** What adaptive nodes and folds have found. */
async function findTable(run: RunData): Promise<Table> {
  const rows = (await runFinds(run)).map((find) => [find.name, findLine(find).slice(find.name.length).trim()]);
  return { title: "Found", columns: [{ head: "array" }, { head: "holds" }], rows };
}

/** In the facts already, or too long for a table. */
const SAID = new Set(["name", "sample", "exit_status", "exit_reason", "created_at", "ended_at", "actual", "notes"]);

function dataFacts({ location, attributes }: RunData, passes: readonly StoredPass[] | undefined): Fact[] {
  const { exit_status, exit_reason, created_at, ended_at, actual, notes } = attributes as Record<string, string>;
  const cost = (actual ?? undefined) as unknown as { timeMs: number; bytes: number } | undefined;
  const facts: Fact[] = [["stored in", placeText(location)]];
  facts.push(["state", `${exit_status}${exit_reason ? ` (${exit_reason})` : ""}`]);
  if (passes) facts.push(["points", countsText(totalPoints(passes))]);
  facts.push(["measured", `from ${created_at}${ended_at ? ` to ${ended_at}` : ""}`]);
  if (cost) facts.push(["took", `${duration(cost.timeMs)} and ${fileSize(cost.bytes)}`]);
  if (notes) facts.push(["notes", notes]);
  return facts;
}

function groupOf({ name }: RunArray): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** Coordinates are arrays of one dimension that have its name, or that the data arrays name. */
async function coordinateTable({ arrays }: RunData): Promise<Table> {
  const named = new Set(
    [...arrays.values()].flatMap((array) =>
      String(array.attributes.coordinates ?? "").split(" ").filter(Boolean).map((name) => groupOf(array) + name)
    ),
  );
  const all = [...arrays.values()].filter((array) =>
    array.dimensions.length === 1 && (array.name === groupOf(array) + array.dimensions[0] || named.has(array.name))
  );
  const rows = await Promise.all(all.map(async (array) => {
    const { name, dimensions, shape, units } = array;
    return [dimensions[0], shape[0].toLocaleString("en"), name, await rangeOf(array), bare(units)];
  }));
  const columns = [
    { head: "dimension" },
    { head: "size", right: true },
    { head: "coordinate" },
    { head: "from … to" },
    { head: "unit" },
  ];
  return { title: "Dimensions and their coordinates", columns, rows };
}

const bare = (unit: string) => unit === "1" ? "" : unit;

/** Of a coordinate: its ends, or its first labels. Only those are read. */
async function rangeOf(array: RunArray): Promise<string> {
  const size = array.shape[0];
  if (size === 0) return "";
  if (array.dtype === "string") {
    const { data } = await array.read([[0, Math.min(size, FEW)]]);
    return [...data as string[]].join(", ") + (size > FEW ? ", …" : "");
  }
  const [first] = (await array.read([[0, 1]])).data, [last] = (await array.read([[size - 1, size]])).data;
  const say = (...ends: unknown[]) => [...new Set(ends.map((end) => formatNumber(Number(end), 7)))].join(" … ");
  if (Number.isFinite(Number(first)) && Number.isFinite(Number(last)) || size > MANY) return say(first, last);
  // Where some were not measured, the ends say nothing.
  const known = Array.from((await array.read()).data as ArrayLike<number>, Number).filter(Number.isFinite);
  return known.length ? say(known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))) : "";
}

/** Longer coordinates are not read for their ends. */
const MANY = 100_000;
const FEW = 6;

function arrayTable({ arrays }: RunData): Table {
  const rows = [...arrays.values()].filter(({ name, dimensions }) => !dimensions.includes(name.split("/").at(-1)!))
    .map(({ name, dtype, dimensions, shape, units, attributes }) => [
      name,
      dimensions.map((dimension, d) => `${dimension} ${shape[d].toLocaleString("en")}`).join(" × "),
      dtype,
      bare(units),
      attributes.long_name === name.split("/").at(-1) ? "" : String(attributes.long_name ?? ""),
    ]);
  return { title: "Arrays", columns: ["array", "over", "type", "unit", ""].map((head) => ({ head })), rows };
}

function attributeTable({ attributes }: RunData): Table {
  const rows = Object.entries(attributes).filter(([key, entry]) => !SAID.has(key) && entry !== "")
    .map(([key, entry]) => [key, typeof entry === "string" ? entry : show(entry)]);
  return { title: "Attributes", columns: [{ head: "attribute" }, { head: "is" }], rows };
}
