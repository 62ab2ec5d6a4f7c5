import type { NotebookCell, NotebookFile, NotebookOutput } from "../tools/run_notebook.ts";

const PLOTLY = "application/vnd.plotly.v1+json", SVG = "image/svg+xml";

/** What of a cell's outputs must be the same whenever it is executed: everything but times and places. */
export interface CellDigest {
  readonly id: string;
  /** The media types of each output that is not text. */
  readonly kinds: readonly string[];
  /** What was printed on standard output, without its numbers. */
  readonly printed: string;
  /** Whether anything was said on standard error. */
  readonly warned: boolean;
  /** The data of its figures: every column of numbers of every trace. */
  readonly figures: readonly TraceDigest[];
  /** How many elements of each kind its pictures have. */
  readonly drawn: readonly Readonly<Record<string, number>>[];
}

/** A trace of a figure, without its looks. */
export interface TraceDigest {
  readonly type: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** What two executions of a notebook have in common, cell by cell. */
export function digestOf({ cells }: NotebookFile): CellDigest[] {
  return cells.filter(({ cell_type }) => cell_type === "code").map(digestOfCell);
}

function digestOfCell({ id, outputs = [] }: NotebookCell): CellDigest {
  const printed = (name: string) => outputs.filter((output) => output.name === name).map(textOf).join("");
  const shown = outputs.filter(({ output_type }) => output_type !== "stream");
  return {
    id,
    kinds: shown.map(({ output_type, data = {} }) => [output_type, ...Object.keys(data).sort()].join(" ")),
    printed: printed("stdout").replace(/[-−+]?\d[\d.,e+-]*/g, "#").replace(/[ \t]+/g, " "),
    warned: printed("stderr") !== "",
    figures: shown.flatMap(({ data = {} }) => tracesOf(data[PLOTLY])),
    drawn: shown.flatMap(({ data = {} }) => picturesOf(data).map(elementsOf)),
  };
}

/** Pictures stand alone or inside HTML. */
function picturesOf(data: Readonly<Record<string, unknown>>): string[] {
  const inside = joined(data["text/html"] ?? "").matchAll(/src="data:image\/svg\+xml;charset=utf-8,([^"]*)"/g);
  return [
    ...data[SVG] === undefined ? [] : [joined(data[SVG])],
    ...[...inside].map(([, url]) => decodeURIComponent(url)),
  ];
}

/** Texts stand in notebooks as one string or as lines. */
function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

function textOf({ text = "" }: NotebookOutput): string {
  return joined(text);
}

function tracesOf(figure: unknown): TraceDigest[] {
  if (!figure) return [];
  const { data } = figure as { data: Record<string, unknown>[] };
  return data.map(({ type, name = "", ...trace }) => {
    const columns = ["x", "y", "z"].filter((key) => Array.isArray(trace[key]));
    const rounded = columns.map((key) => [key, (trace[key] as unknown[]).flat().map(round)]);
    return { type: String(type), name: String(name), columns: Object.fromEntries(rounded) };
  });
}

/** Nine digits: the last ones depend on the processor. */
function round(item: unknown): unknown {
  return typeof item === "number" ? Number(item.toPrecision(9)) : item;
}

function elementsOf(svg: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, name] of svg.matchAll(/<([a-z]+)/gi)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
