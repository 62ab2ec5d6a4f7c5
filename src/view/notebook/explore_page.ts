import { pageShell, scriptJson } from "../html.ts";
import { SEQUENTIAL_STOPS, THEMES, toHex } from "../palette.ts";
import type { PlotlyFigure } from "../plotly/axes.ts";
import { plotlyTemplate } from "../plotly/template.ts";
import { escapeXml } from "../svg/element.ts";
import type { ExploreModel } from "./explore_model.ts";
import type { SavedArray } from "./explore_saved.ts";
import { EXPLORE_SCRIPT } from "./explore_script.ts";

/** The figure of an array of one dimension, with peaks and all. */
export interface SavedFigure {
  /** The array's number in the model. */
  readonly array: number;
  /** As plotly draws it. */
  readonly figure: PlotlyFigure;
}

/** What a page that can be explored is made of. */
export interface ExplorePage {
  /** Names its place in the document: letters, digits and hyphens. */
  readonly id: string;
  /** What there is. */
  readonly model: ExploreModel;
  /** What the page holds of it. */
  readonly saved: readonly SavedArray[];
  /** Figures of arrays of one dimension. */
  readonly figures: readonly SavedFigure[];
  /** What was left out of it, in words; may be empty. */
  readonly note: string;
}

/**
 * A cell that can be explored: the kernel's server gives it the readings, once `exploreWhereabouts` has told where that is;
 * until then, and where no kernel answers, it shows a picture, and slices of what is saved in it.
 *
 * @param picture markup of what is seen at once
 */
export function exploreCell(page: ExplorePage, picture: string): string {
  return bodyOf(page, picture, "auto", false);
}

/** How a page of its own looks. */
export interface ExploreHtmlOptions {
  /** `auto` (light or dark as the reader prefers, also when that changes) when left out. */
  readonly theme?: "auto" | "light" | "dark";
}

/** A page that holds all it shows, plotly.js included, and needs neither kernel nor network. */
export async function exploreHtml(page: ExplorePage, { theme = "auto" }: ExploreHtmlOptions = {}): Promise<string> {
  return await pageShell({ title: page.model.title, theme, body: bodyOf(page, "", theme, true) });
}

/** A script that tells the cell of this name where the kernel is, and the kernel that somebody looks. */
export function exploreWhereabouts(id: string, url: string, plotlyUrl: string): string {
  return `<script>(${TELL})(${scriptJson(id)}, ${scriptJson({ url, plotlyUrl })})</script>`;
}

const TELL = `(id, here) => {
  (window.sondeExplore ??= {})[id] = here;
  try { sessionStorage.setItem(id, JSON.stringify(here)); } catch { /* some frames have none */ }
  fetch(here.url + "hello").catch(() => {});
}`;

function bodyOf({ id, ...page }: ExplorePage, picture: string, theme: string, whole: boolean): string {
  const looks = Object.fromEntries(
    (["light", "dark"] as const).map((name) => {
      const { ink, ground, accent, series } = THEMES[name];
      return [name, { template: plotlyTemplate(THEMES[name]), ink, ground, accent, series }];
    }),
  );
  const colours = SEQUENTIAL_STOPS.map((rgb, i) => [i / (SEQUENTIAL_STOPS.length - 1), toHex(rgb)]);
  const data = scriptJson({ ...page, looks, colours, theme, whole });
  return `<div id="${escapeXml(id)}"><div data-still>${picture}</div><div data-view hidden></div></div>
<script>(${EXPLORE_SCRIPT})(document.getElementById(${scriptJson(id)}), ${data})</script>`;
}
