import { messageOf, show } from "../../core/errors.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { type Figure } from "../../view/mod.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import type { Table } from "../../view/notebook/table.ts";
import { formatNumber } from "../../view/ticks.ts";
import type { RunArray, RunData } from "../../zarr/open_run.ts";
import { placeText } from "./place_text.ts";
import type { Fact } from "./plan_facts.ts";

/** A run that was opened, with its picture. */
export interface ShownData extends RunData {
  /** What it is depends on the data. */
  figure(): Promise<Figure>;
}

/** A run that was opened as it shows itself: its dimensions with their coordinates, its arrays, attributes and figure. */
export async function displayData(run: ShownData): Promise<SummaryBundle> {
  const { name, sample, exit_status: status } = run.attributes, notes: string[] = [];
  let figure: Figure | undefined;
  try {
    figure = await run.figure();
  } catch (thrown) {
    notes.push(`There is no picture: ${messageOf(thrown)}`);
  }
  return summaryBundle({
    title: `Data: ${name}${sample ? ` of ${sample}` : ""} (${status})`,
    facts: dataFacts(run),
    figure,
    tables: [await coordinateTable(run), arrayTable(run), attributeTable(run)].filter(({ rows }) => rows.length > 0),
    notes,
  });
}

/** In the facts already, or too long for a table. */
const SAID = new Set(["name", "sample", "exit_status", "exit_reason", "created_at", "ended_at", "actual", "notes"]);

function dataFacts({ location, attributes }: RunData): Fact[] {
  const { exit_status, exit_reason, created_at, ended_at, actual, notes } = attributes as Record<string, string>;
  const cost = (actual ?? undefined) as unknown as { timeMs: number; bytes: number } | undefined;
  const facts: Fact[] = [["stored in", placeText(location)]];
  facts.push(["state", `${exit_status}${exit_reason ? ` (${exit_reason})` : ""}`]);
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
  return size === 1
    ? formatNumber(Number(first), 7)
    : `${formatNumber(Number(first), 7)} … ${formatNumber(Number(last), 7)}`;
}

const FEW = 6;

function arrayTable({ arrays }: RunData): Table {
  const rows = [...arrays.values()].filter(({ name, dimensions }) => !dimensions.includes(name.split("/").at(-1)!))
    .map(({ name, dtype, dimensions, shape, units, attributes }) => [
      name,
      dimensions.map((dimension, d) => `${dimension} ${shape[d].toLocaleString("en")}`).join(" × "),
      dtype,
      bare(units),
      attributes.long_name === name ? "" : String(attributes.long_name ?? ""),
    ]);
  return { title: "Arrays", columns: ["array", "over", "type", "unit", ""].map((head) => ({ head })), rows };
}

function attributeTable({ attributes }: RunData): Table {
  const rows = Object.entries(attributes).filter(([key, entry]) => !SAID.has(key) && entry !== "")
    .map(([key, entry]) => [key, typeof entry === "string" ? entry : show(entry)]);
  return { title: "Attributes", columns: [{ head: "attribute" }, { head: "is" }], rows };
}
