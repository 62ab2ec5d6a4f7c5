import type { Issue } from "../../core/errors.ts";
import type { Layout, LayoutCoordinate } from "../../core/layout.ts";
import { type CheckReport, sizeTexts } from "../../scan/check.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { formatNumber } from "../../view/ticks.ts";
import type { Table } from "../../view/notebook/table.ts";

/** A fact: its name, and what there is to say. */
export type Fact = readonly [name: string, text: string];

/** What a check says in one line each: points, time, bytes, memory. */
export function planFacts(report: CheckReport): Fact[] {
  const { points, pointRange, adaptive, skipped, timeMs, timeRangeMs, bytes, bytesRange, files, peakMemoryBytes } =
    report;
  const between = (range: { readonly min: number; readonly max: number } | undefined, say: (one: number) => string) =>
    adaptive && range && range.min < range.max
      ? ` in a rehearsal (at least ${say(range.min)}, at most ${say(range.max)})`
      : "";
  const count = (n: number) => n.toLocaleString("en"), facts: Fact[] = [];
  const left = skipped > 0 ? `, ${count(skipped)} of the grid skipped` : "";
  facts.push(["points", `${count(points)}${between(pointRange, count)}${left}`]);
  if (timeMs !== undefined) facts.push(["time", `about ${duration(timeMs)}${between(timeRangeMs, duration)}`]);
  if (bytes !== undefined && bytes > 0) {
    facts.push(["bytes", `${fileSize(bytes)} before compression${between(bytesRange, fileSize)}, in ${files} files`]);
    if (peakMemoryBytes) facts.push(["memory", `at most ${fileSize(peakMemoryBytes)}`]);
  }
  return facts;
}

/** The dimensions of each pass, slowest first, with what labels them where the layout is at hand. */
export function dimensionTable(report: CheckReport, layout?: Layout): Table {
  const several = report.passes.length > 1;
  const rows = report.passes.flatMap((one, p) => {
    const { pass, dimensions } = one, sizes = sizeTexts(one, (size) => size.toLocaleString("en"));
    return dimensions.map(({ name, size, unit }, d) => {
      const coordinates = layout?.groups[p]?.dimensions[d]?.coordinates ?? [];
      const range = coordinates.map((one) => coordinateText(one, size, one.name !== name)).filter(Boolean).join("; ");
      const cells = [name, sizes[d]];
      return [...several ? [pass] : [], ...cells, ...layout ? [range] : [unit === "1" ? "" : unit]];
    });
  });
  const columns = [{ head: "dimension" }, { head: "size", right: true }, { head: layout ? "from … to" : "unit" }];
  return { title: "Dimensions, slowest first", columns: [...several ? [{ head: "pass" }] : [], ...columns], rows };
}

/** `600 … 700 nm`, or the labels. */
function coordinateText(
  { name, unit, labels, at }: LayoutCoordinate,
  size: number | undefined,
  named: boolean,
): string {
  if (!size) return "";
  const who = named ? `${name} ` : "", few = Math.min(size, FEW_LABELS);
  if (labels) {
    return who + Array.from({ length: few }, (_, i) => String(at(i))).join(", ") + (size > few ? ", …" : "");
  }
  const say = (i: number) => formatNumber(Number(at(i)), 7), tail = unit && unit !== "1" ? ` ${unit}` : "";
  return `${who}${size === 1 ? say(0) : `${say(0)} … ${say(size - 1)}`}${tail}`;
}

const FEW_LABELS = 8;

/** How far each axis of an adaptive plan may go; undefined where nothing is known of it, and of grids, which say it. */
export function reachTable({ reach, adaptive }: CheckReport): Table | undefined {
  if (!adaptive || !reach.length) return undefined;
  const rows = reach.map(({ axis, unit, least, most, labels }) => {
    const range = labels
      ? labels.join(", ")
      : least === undefined || most === undefined
      ? "offsets from where it stands"
      : `${formatNumber(least, 7)} … ${formatNumber(most, 7)}`;
    return [axis, range, labels || unit === "1" ? "" : unit];
  });
  const columns = [{ head: "axis" }, { head: "goes to at the farthest" }, { head: "unit" }];
  return { title: "Reach, whatever is measured", columns, rows };
}

/** What is wrong or doubtful, errors first; undefined where nothing is. */
export function issueTable(issues: readonly Issue[]): Table | undefined {
  if (!issues.length) return undefined;
  const rows = issues.toSorted((a, b) => a.severity.localeCompare(b.severity))
    .map(({ severity, path, message }) => [{ text: severity, mark: severity }, path, message] as const);
  return { title: "Issues", columns: [{ head: "" }, { head: "where" }, { head: "what" }], rows };
}
