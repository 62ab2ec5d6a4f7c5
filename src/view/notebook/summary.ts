import { imageHtml } from "./image_html.ts";
import { Figure } from "../figure.ts";
import { escapeXml } from "../svg/element.ts";
import { staticBundle } from "./live_bundle.ts";
import { type Table, tableHtml, tableText } from "./table.ts";

/** What a thing says of itself at the end of a cell. */
export interface Summary {
  /** What it is, in a few words. */
  readonly title: string;
  /** What there is to know of it, one name and one text each. */
  readonly facts?: readonly (readonly [name: string, text: string])[];
  /** Its picture. */
  readonly figure?: Figure;
  /** What has more than one row. */
  readonly tables?: readonly Table[];
  /** Sentences at the end. */
  readonly notes?: readonly string[];
}

/** A summary in the kinds that notebooks know. */
export interface SummaryBundle extends Record<string, unknown> {
  /** For terminals, logs, and search. */
  readonly "text/plain": string;
  /** Everything; the picture is an image in it, because that passes where a notebook is not trusted. */
  readonly "text/html": string;
  /** The picture alone. */
  readonly "image/svg+xml"?: string;
  /** The picture alone, with hover and zoom; the facts stand under its title. */
  readonly "application/vnd.plotly.v1+json"?: unknown;
}

/** What the figure of a cell may take in each of its kinds together; the picture is there twice. */
const FIGURE_BYTES = 60_000;

/**
 * A summary as one bundle: JupyterLab shows the page, or the plotly figure where the extension for it is installed; VS
 * Code and exported HTML show the page; terminals the text. The figure is decimated for show.
 *
 * @example
 * ```ts
 * import { summaryBundle } from "./summary.ts";
 * const bundle = summaryBundle({ title: "A <plan>", facts: [["points", "11"]] });
 * console.assert(bundle["text/html"].includes("A &lt;plan&gt;") && bundle["text/plain"].includes("points: 11"));
 * ```
 */
export function summaryBundle(summary: Summary): SummaryBundle {
  const { title, facts = [], tables = [], notes = [], figure } = summary;
  const said = facts.map(([name, text]) => `${name}: ${text}`);
  if (!figure) return { "text/plain": textOf(summary, said, ""), "text/html": htmlOf(summary, "") };
  // Where only the plotly figure is shown, it has to say the rest.
  const told = new Figure({
    ...figure,
    title: figure.title ?? title,
    subtitle: shortOf(figure.subtitle ? [figure.subtitle, ...said] : said),
  });
  const { "text/plain": text, "image/svg+xml": svg } = staticBundle(figure, [], FIGURE_BYTES);
  const { "application/vnd.plotly.v1+json": plotly } = staticBundle(told, [], FIGURE_BYTES);
  return {
    "text/plain": textOf({ title, facts, tables, notes }, said, text),
    "text/html": htmlOf(summary, imageHtml(svg, [title, ...said].join(", "))),
    "image/svg+xml": svg,
    ...plotly !== undefined && { "application/vnd.plotly.v1+json": plotly },
  };
}

/** Characters that fit under the title of a figure. */
const SUBTITLE = 110;

/** As many facts as fit into a line. */
function shortOf(said: readonly string[]): string {
  const line = said.reduce((line, fact) => {
    const longer = line ? `${line} · ${fact}` : fact;
    return longer.length <= SUBTITLE ? longer : line;
  }, "");
  return line || (said[0] ?? "").slice(0, SUBTITLE);
}

function textOf({ title, tables = [], notes = [] }: Summary, said: readonly string[], figure: string): string {
  const parts = [[title, ...said].join("\n"), figure.trimEnd(), ...tables.map(tableText), notes.join("\n")];
  return parts.filter(Boolean).join("\n\n");
}

function htmlOf({ title, facts = [], tables = [], notes = [] }: Summary, image: string): string {
  const lines = facts.map(([name, text]) =>
    `<tr><th style="text-align:left">${escapeXml(name)}</th><td style="text-align:left">${escapeXml(text)}</td></tr>`
  );
  return [
    `<div><p><b>${escapeXml(title)}</b></p>`,
    lines.length ? `<table><tbody>${lines.join("")}</tbody></table>` : "",
    image,
    ...tables.map(tableHtml),
    ...notes.map((note) => `<p>${escapeXml(note)}</p>`),
    "</div>",
  ].join("");
}
