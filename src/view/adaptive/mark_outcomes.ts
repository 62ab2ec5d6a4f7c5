import { Figure } from "../figure.ts";
import type { CurvePanel, HeatmapPanel, Mark, Panel, ReferenceLine, Series } from "../figure_data.ts";
import { toNumbers } from "../figures/to_coordinates.ts";
import { type CutDimension, dimensionsOf, readCut } from "../figures/read_cut.ts";
import type { RunArray, RunSource } from "../run_source.ts";
import type { StoredRun } from "../source_of_run.ts";
import { readNotes, type RunNote } from "./read_notes.ts";
import { sortedLine } from "./read_visit.ts";
import type { FoundNode } from "./sampler_of.ts";

/** Summaries that are 1 where something is to be said of an outer point, and what. */
const OUTCOMES: Readonly<Record<string, string>> = { track_lost: "lost", focus_edge: "at the end of the stack" };

/** With more places than this, triggers are not marked one by one. */
const MANY = 40;

/** What an outer figure was drawn from. */
export interface OutcomeQuestion {
  readonly run: StoredRun;
  readonly source: RunSource;
  readonly array: RunArray;
  readonly found: FoundNode;
}

/**
 * Adds to a figure over the outer loops where a peak was lost or a focus lay at an end, or where a trigger has fired and
 * what was measured then.
 */
export async function markOutcomes(figure: Figure, question: OutcomeQuestion): Promise<Figure> {
  const { run, source, array, found } = question, [panel] = figure.panels, dimensions = dimensionsOf(source, array);
  if (figure.panels.length !== 1 || panel.kind === "image" || !drawsAll(panel, dimensions)) return figure;
  const marked = found.node.kind === "when"
    ? markFired(panel, await readNotes(run), dimensions, await thenMeasured(run, array.name, dimensions.at(-1)?.name))
    : await markFlagged(panel, question, dimensions);
  return new Figure({ ...figure, panels: [marked] });
}

/** Whether a panel shows all of an array, not a cut. */
function drawsAll(panel: Panel, dimensions: readonly CutDimension[]): boolean {
  return dimensions.length === (panel.kind === "curve" ? 1 : 2);
}

async function markFlagged(
  panel: CurvePanel | HeatmapPanel,
  { source, array }: OutcomeQuestion,
  dimensions: readonly CutDimension[],
): Promise<Panel> {
  const flags = source.arrays.find(({ name }) => name in OUTCOMES);
  if (!flags || flags.dimensions.join() !== array.dimensions.join()) return panel;
  const all = array.dimensions.map(() => null), says = OUTCOMES[flags.name];
  const [raised, readings] = await Promise.all([readCut(source, flags, all), readCut(source, array, all)]);
  const places = Array.from(raised, (_, k) => k).filter((k) => raised[k] === 1), last = dimensions.at(-1)!;
  if (!places.length) return panel;
  if (panel.kind === "curve") {
    const pick = (column: Float64Array) => Float64Array.from(places, (k) => column[k]);
    const series: Series = { name: says, x: pick(last.coordinates), y: pick(readings), draw: "points" };
    return { ...panel, series: [...panel.series, series] };
  }
  const marks = places.map((k): Mark => ({
    x: last.coordinates[k % last.size],
    y: dimensions[0].coordinates[Math.floor(k / last.size)],
  }));
  return { ...panel, marks: [...panel.marks ?? [], ...marks], note: panel.note ?? `marked: ${says}` };
}

/** What triggers had measured along an axis. */
async function thenMeasured(run: StoredRun, signal: string, axis = ""): Promise<Series | undefined> {
  const [x, y] = [`points/${axis}_setpoint`, `points/${signal}`].map((name) => run.arrays.get(name));
  if (!x || !y || y.dimensions.length !== 1) return undefined;
  const [places, readings] = await Promise.all([x, y].map(async (one) => toNumbers((await one.read()).data as never)));
  const line = sortedLine(places, readings);
  return line.x.length ? { name: "measured then", ...line, draw: "points" } : undefined;
}

function markFired(
  panel: CurvePanel | HeatmapPanel,
  notes: readonly RunNote[],
  dimensions: readonly CutDimension[],
  then: Series | undefined,
): Panel {
  const fired = notes.filter(({ data }) => data.trigger !== undefined && data.answer === "continue");
  const placeOf = ({ data }: RunNote, { name }: CutDimension) => (data.setpoint as Record<string, unknown>)?.[name];
  const said = fired.at(-1) ?? notes.at(-1), common = { note: panel.note ?? said?.text ?? "the trigger has not fired" };
  const isPlace = (place: unknown): place is number => typeof place === "number";
  if (panel.kind === "curve") {
    const places = fired.map((note) => placeOf(note, dimensions[0])).filter(isPlace);
    const lines = places.length > MANY ? [] : places.map((at, k): ReferenceLine => (
      { axis: "x", at, label: k ? undefined : "fired" }
    ));
    return { ...panel, ...common, lines, series: [...panel.series, ...then ? [then] : []] };
  }
  const marks = fired.flatMap((note) => {
    const [y, x] = dimensions.map((one) => placeOf(note, one));
    return isPlace(x) && isPlace(y) ? [{ x, y }] : [];
  });
  return { ...panel, ...common, marks: marks.length > MANY ? panel.marks : marks };
}
