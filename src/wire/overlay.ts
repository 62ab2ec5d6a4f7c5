import { InputError, type Issue } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { CurvePanel, Figure } from "../view/mod.ts";
import { overlayFigure } from "../view/figures/overlay_figure.ts";
import { openRun, type RunData } from "../zarr/open_run.ts";
import { figureOf, type PictureOptions } from "./pictures.ts";
import { runLegends } from "./run_legends.ts";

/** How runs are laid over each other. */
export interface OverlayOptions extends PictureOptions {
  /** What the legend says, instead of what differs between the runs. */
  readonly names?: readonly string[];
}

/**
 * One figure of several runs, one curve a run, with a legend that says what differs: name, sample, a parameter of the plan,
 * a setting, or the time. The runs must go along the same axis in the same unit; of runs over more dimensions `at` says
 * where they are cut. No peaks are marked unless asked for.
 *
 * @param runs at most 15: opened, or their places
 * @throws InputError when the runs do not fit over one pair of axes; it says of each of them why
 *
 * @example
 * ```ts
 * import { connect, linspace, overlay, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir(), places = ["WSe2", "MoS2"].map((sample) => `${folder}/${sample}.zarr`);
 * for (const [k, sample] of ["WSe2", "MoS2"].entries()) {
 *   await scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: places[k], sample, quiet: true }).done;
 * }
 * const figure = await overlay(places);
 * console.assert(figure.svg().includes("MoS2") && figure.text().includes("diode (V)"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function overlay(
  runs: readonly (RunData | string | URL)[],
  { names, ...options }: OverlayOptions = {},
): Promise<Figure> {
  const issues: Issue[] = [], opened: RunData[] = [];
  for (const run of runs) {
    const place = typeof run === "string" || run instanceof URL;
    await attempt(issues, String(place ? run : run.location), async () => {
      opened.push(place ? await openRun(run) : run);
    });
  }
  issues.push(...unknownCuts(opened, options));
  const legends = names ?? runLegends(opened), curves: { name: string; panel: CurvePanel }[] = [];
  if (legends.length !== runs.length && !issues.length) {
    issues.push({ path: "names", message: `${legends.length} for ${runs.length} runs`, severity: "error" });
  }
  for (const [k, run] of opened.entries()) {
    await attempt(issues, run.location, async () => {
      const at = cutOf(run, options), figure = await figureOf(run, { ...options, at, peaks: options.peaks ?? false });
      curves.push({ name: legends[k], panel: curveOf(figure) });
    });
  }
  if (issues.length) throw new InputError(issues);
  return overlayFigure(curves, headOf(opened, options));
}

function dimensionsIn({ arrays }: RunData): Set<string> {
  return new Set([...arrays.values()].flatMap(({ dimensions }) => dimensions));
}

/** Of a cut, what this run has: a line stands beside the row of a map that is like it. */
function cutOf(run: RunData, { at }: PictureOptions): PictureOptions["at"] {
  const own = dimensionsIn(run), entries = Object.entries(at ?? {}).filter(([name]) => own.has(name));
  return entries.length ? Object.fromEntries(entries) : undefined;
}

function unknownCuts(runs: readonly RunData[], { at = {} }: PictureOptions): Issue[] {
  const known = new Set(runs.flatMap((run) => [...dimensionsIn(run)]));
  return Object.keys(at).filter((name) => runs.length && !known.has(name)).map((name) => {
    return { path: `at.${name}`, message: `no run has it; ${didYouMean(name, known)}`, severity: "error" };
  });
}

/** Collects what is wrong with each run, so that all of it is said at once. */
async function attempt(issues: Issue[], place: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown;
    issues.push(...thrown.issues.map((issue) => ({ ...issue, path: place, message: whereIn(issue) })));
  }
}

function whereIn({ path, message }: Issue): string {
  return path && path !== "run" ? `${path}: ${message}` : message;
}

/** The curve that a figure of one run shows. */
function curveOf({ panels: [panel] }: Figure): CurvePanel {
  if (panel.kind === "curve") return panel;
  const dimensions = `${panel.y.name} × ${panel.x.name}`;
  const message = `is drawn over ${dimensions}, and an overlay over one axis: say where it is cut, as in ` +
    `at ${panel.y.name}=…`;
  throw InputError.at("", message, dimensions, "one dimension");
}

/** What the runs have in common. */
function headOf(runs: readonly RunData[], { at = {} }: PictureOptions) {
  const common = (key: string) => {
    const all = new Set(runs.map(({ attributes }) => String(attributes[key] ?? "")));
    return all.size === 1 ? [...all][0] : "";
  };
  const cut = Object.entries(at).map(([name, place]) => `${name} = ${place}`).join(", ");
  const subtitle = [common("sample"), cut && `at ${cut}`].filter(Boolean).join(" · ");
  return { title: common("name") || `${runs.length} runs`, subtitle };
}
