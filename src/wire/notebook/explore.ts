import { messageOf } from "../../core/errors.ts";
import { staticBundle } from "../../view/notebook/live_bundle.ts";
import { imageHtml } from "../../view/notebook/image_html.ts";
import { exploreCell, exploreHtml, type ExplorePage, exploreWhereabouts } from "../../view/notebook/explore_page.ts";
import { exploreSaved, savedNote } from "../../view/notebook/explore_saved.ts";
import { PAGE_BYTES, utf8Bytes } from "../../view/html.ts";
import type { RunData } from "../../zarr/open_run.ts";
import { fileSize } from "../../scan/file_size.ts";
import { figureOf } from "../pictures.ts";
import { exploreAnswer } from "./explore_answers.ts";
import { type ExploreData, exploreData } from "./explore_data.ts";
import { display, flush, inKernel, newDisplayId } from "./kernel.ts";
import { plotlyRoute } from "./plotly_route.ts";
import { type LoopbackRoute, route } from "./loopback.ts";

/** A run that goes on, or has ended. */
export interface ExplorableRun {
  /** What is stored of it so far. */
  data(): Promise<RunData>;
}

/** How a run is explored. */
export interface ExploreOptions {
  /** The array to begin with; the first scalar reading when left out. */
  readonly detector?: string;
}

/** How a page that can be explored is written. */
export interface ExplorerHtmlOptions {
  /** `auto` (light or dark as the reader prefers) when left out. */
  readonly theme?: "auto" | "light" | "dark";
  /** The size of the page, plotly.js (1.5 MB) included: what is too large is reduced to it, and the page says so; 5 MB when left out. */
  readonly maxBytes?: number;
}

/** What a saved cell may take: of its picture, and of its data in base64. */
const PICTURE_BYTES = 60_000, CELL_BYTES = 45_000;
/** How long a page may take to say that it looks; less after one that did not. */
const HELLO_MS = 1_500, ALONE_HELLO_MS = 300;

let alone = false;

/** What cells get readings from. A run that was shown is kept in memory as long as its route is, so there are not too many. */
const routes: LoopbackRoute[] = [];
const MOST_ROUTES = 12;

/**
 * A run to look around in: a heat map of any two of its dimensions with a slider for each other one, and at a click the
 * frame, the spectrum or the curve at that point. As the last value of a cell it shows itself, also while the run goes on;
 * `html` makes a page of its own.
 *
 * While the kernel lives and the page is on its computer, readings come from the kernel, as fine as they were measured.
 * Elsewhere, and in a saved notebook, there is a picture, and sliders through a small part that is saved in the cell.
 *
 * @param run from `openRun`, or one that `scan` has made and that has begun
 *
 * @example
 * ```ts
 * import { connect, linspace, nest, openRun, scan, sim } from "sonde";
 * import { explore } from "./explore.ts";
 * await using rig = await connect({
 *   y: sim.stage({ unit: "mm", limits: [-5, 5] }),
 *   x: sim.stage({ unit: "mm", limits: [-5, 5] }),
 *   diode: sim.photodiode(),
 * });
 * const folder = await Deno.makeTempDir(), to = `${folder}/map.zarr`;
 * await scan(nest(linspace("y", -1, 1, 5), linspace("x", -1, 1, 5)), { rig, read: ["diode"], to, quiet: true }).done;
 * const page = await explore(await openRun(to)).html();
 * console.assert(page.startsWith("<!doctype html>") && page.length < 5_000_000);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function explore(run: RunData | ExplorableRun, options: ExploreOptions = {}): Explorer {
  return new Explorer(run, options);
}

/** A run that can be explored, in a cell or as a page. Disposing of it ends what its cells get from the kernel. */
export class Explorer implements Disposable {
  readonly #data: ExploreData;
  readonly #routes: LoopbackRoute[] = [];

  /** Made by `explore`. */
  constructor(run: RunData | ExplorableRun, { detector }: ExploreOptions) {
    this.#data = exploreData(run, detector);
  }

  /** As the last value of a cell. */
  async [Symbol.for("Jupyter.display")](): Promise<Record<string, unknown>> {
    const { data, from } = await this.#data.now(),
      figure = await figureOf(data, { detector: from.model.arrays[0].name });
    const { "text/plain": text, "image/svg+xml": svg } = staticBundle(figure, [], PICTURE_BYTES);
    const saved = await exploreSaved(from, CELL_BYTES, [0]);
    const id = newDisplayId(),
      page: ExplorePage = { id, model: from.model, saved, figures: [], note: savedNote(from, saved) };
    const { title, subtitle } = from.model;
    const html = exploreCell(page, imageHtml(svg, [title, subtitle].filter(Boolean).join(", ")));
    await this.#tell(id);
    return { "text/plain": text, "text/html": html, "image/svg+xml": svg };
  }

  /**
   * A page of its own, fully interactive without kernel or network: all readings of the run where they fit, else reduced
   * by whole factors, frames first, and the page says by how much.
   */
  async html({ theme, maxBytes = PAGE_BYTES }: ExplorerHtmlOptions = {}): Promise<string> {
    const { from } = await this.#data.now(), figures = await this.#figures(maxBytes / 4);
    const bare: ExplorePage = { id: newDisplayId(), model: from.model, saved: [], figures, note: "" };
    const room = maxBytes - utf8Bytes(await exploreHtml(bare)) - ROOM_FOR_NOTES;
    const saved = await exploreSaved(from, room), reduced = savedNote(from, saved);
    const note = [
      `This page holds its data itself, at most ${fileSize(maxBytes)} with all it needs`,
      reduced,
      missing(
        from.model.arrays.flatMap(({ name, dimensions }, k) =>
          (dimensions.length > 1 ? saved : figures).some(({ array }) => array === k) ? [] : name
        ),
      ),
    ].filter(Boolean).join("; ");
    return await exploreHtml({ ...bare, saved, note: `${note}.` }, { theme });
  }

  /** Ends what its cells get from the kernel. */
  [Symbol.dispose](): void {
    for (const one of this.#routes.splice(0)) one[Symbol.dispose]();
  }

  /** Figures of arrays of one dimension, as many as fit. */
  async #figures(mostBytes: number): Promise<ExplorePage["figures"]> {
    const { data, from } = await this.#data.now(), figures: ExplorePage["figures"][number][] = [];
    let left = mostBytes;
    for (const [array, { name, dimensions }] of from.model.arrays.entries()) {
      if (dimensions.length > 1) continue;
      const figure = (await figureOf(data, { detector: name })).plotly({ maxSamples: SAMPLES });
      left -= JSON.stringify(figure).length;
      if (left < 0 && figures.length) break;
      figures.push({ array, figure });
    }
    return figures;
  }

  /**
   * Tells the page where the kernel is. That has a secret in it, so it stands in an output of its own, which is emptied
   * as soon as the page has read it.
   */
  async #tell(shown: string): Promise<void> {
    if (!inKernel()) return;
    const heard = Promise.withResolvers<void>(),
      made = route(`explore/${shown}/`, (request, rest) => {
        if (rest !== "hello") return exploreAnswer(this.#data, request, rest);
        heard.resolve();
        return new Response("hello");
      });
    this.#routes.push(made);
    if (routes.push(made) > MOST_ROUTES) routes.shift()![Symbol.dispose]();
    const id = newDisplayId(), html = exploreWhereabouts(shown, made.url, plotlyRoute().url);
    try {
      await display({ "text/html": html, "text/plain": "" }, { id });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<true>((resolve) => {
        timer = setTimeout(() => resolve(true), alone ? ALONE_HELLO_MS : HELLO_MS);
      });
      alone = await Promise.race([heard.promise.then(() => false), late]);
      clearTimeout(timer);
      await display({ "text/html": "<span></span>", "text/plain": "" }, { id, update: true });
      await flush();
    } catch (thrown) {
      console.error(`the figure stays as it is saved: ${messageOf(thrown)}`);
    }
  }
}

/** Samples of a curve in a page. */
const SAMPLES = 10_000;
/** Of a page, beside what was counted. */
const ROOM_FOR_NOTES = 4_000;

function missing(names: readonly string[]): string {
  return names.length ? `left out: ${names.join(", ")}` : "";
}
