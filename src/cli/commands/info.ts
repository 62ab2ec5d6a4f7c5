import { type OutputOptions, print, printJson } from "../output.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { openRun, type RunData } from "../../zarr/open_run.ts";

/** How many points a run holds by now, from its `quality` arrays. */
async function countPoints(run: RunData): Promise<Record<string, number>> {
  const counts = { good: 0, retried: 0, failed: 0, skipped: 0, unmeasured: 0 };
  const names = ["unmeasured", "good", "retried", "failed", "skipped"] as const;
  for (const [name, array] of run.arrays) {
    if (name !== "quality" && !name.endsWith("/quality")) continue;
    for (const code of (await array.read()).data) counts[names[Number(code)]]++;
  }
  return counts;
}

function describe(run: RunData, counts: Record<string, number>): string {
  const { name, sample, created_at, ended_at, exit_status, exit_reason, experiment_id, actual, estimate } = run
    .attributes as Record<
      string,
      string
    >;
  const cost = (actual ?? undefined) as unknown as { timeMs: number; bytes: number } | undefined;
  const expected = estimate as unknown as { timeMs: number };
  const points = Object.entries(counts).filter(([, n]) => n > 0).map(([quality, n]) =>
    `${n.toLocaleString("en")} ${quality}`
  );
  const lines = [
    `${name}${sample ? ` of ${sample}` : ""}: ${exit_status}${exit_reason ? ` (${exit_reason})` : ""}`,
    `from ${created_at}${ended_at ? ` to ${ended_at}` : ""}`,
    ...(cost ? [`${duration(cost.timeMs)}, estimated ${duration(expected.timeMs)}; ${fileSize(cost.bytes)}`] : []),
    `points: ${points.join(", ") || "none"}`,
    `id ${experiment_id}`,
    "",
  ];
  for (const array of run.arrays.values()) {
    const dimensions = array.dimensions.map((dimension, d) => `${dimension} ${array.shape[d]}`).join(" × ");
    lines.push(
      `  ${array.name.padEnd(24)} ${array.dtype.padEnd(8)} ${dimensions}${array.units ? `  [${array.units}]` : ""}`,
    );
  }
  return lines.join("\n");
}

/** `sonde info`: what a run is, how it ended and what it holds; works while it is being written. */
export async function infoCommand(place: string, options: OutputOptions): Promise<void> {
  const run = await openRun(place), counts = await countPoints(run);
  if (!options.json) return print(describe(run, counts));
  const arrays = [...run.arrays.values()].map(({ name, dtype, dimensions, shape, units }) => ({
    name,
    dtype,
    dimensions,
    shape,
    units,
  }));
  printJson({ location: run.location, attributes: run.attributes, points: counts, arrays });
}
