import type { FigureData } from "../figure_data.ts";
import type { RunSource } from "../run_source.ts";

/**
 * What stands above the figure of a run: its name; then the sample, where it was cut, how it ended (unless well), the day.
 *
 * @param cut where the cut was made, in words; empty when all is shown
 * @param otherwise the title of a run without a name
 */
export function figureHead(
  { name, sample, attributes }: Pick<RunSource, "name" | "sample" | "attributes">,
  cut: string,
  otherwise: string,
): Pick<FigureData, "title" | "subtitle"> {
  const status = attributes.exit_status, day = String(attributes.created_at ?? "").slice(0, 10);
  const how = status && status !== "success" ? String(status) : "";
  return { title: name || otherwise, subtitle: [sample, cut && `at ${cut}`, how, day].filter(Boolean).join(" · ") };
}
