import { median } from "../median.ts";
import { type Deviation, geometricMean } from "./deviation.ts";

/** One function of one seed, learnt by both sides with as many points. */
export interface Compared {
  readonly name: string;
  readonly ours: Deviation;
  /** The peer's, by the name of its loss. */
  readonly theirs: Readonly<Record<string, Deviation>>;
}

const show = (figure: number) => figure.toExponential(1).padStart(9);

/**
 * A table of deviations, a row a function, geometric means over the seeds; and what was not reached: that ours are no
 * larger than those of the peer's best loss.
 */
export function learnTable(title: string, compared: readonly Compared[]): { text: string; shortfalls: string[] } {
  const peers = Object.keys(compared[0].theirs), names = [...new Set(compared.map(({ name }) => name))];
  const columns = ["Sonde", ...peers.map((peer) => `adaptive ${peer}`)];
  const lines = [title, "".padEnd(20) + columns.map((column) => column.padStart(22)).join("") + "   (largest, rms)"];
  const ratios: Deviation[] = [];
  for (const name of names) {
    const rows = compared.filter((row) => row.name === name);
    const middle = (of: (row: Compared) => Deviation): Deviation => ({
      most: geometricMean(rows.map((row) => of(row).most)),
      rms: geometricMean(rows.map((row) => of(row).rms)),
    });
    const ours = middle((row) => row.ours), theirs = peers.map((peer) => middle((row) => row.theirs[peer]));
    const cells = [ours, ...theirs].map(({ most, rms }) => `${show(most)} ${show(rms)}`.padStart(22));
    lines.push(name.padEnd(20) + cells.join(""));
    ratios.push({
      most: ours.most / Math.min(...theirs.map(({ most }) => most)),
      rms: ours.rms / Math.min(...theirs.map(({ rms }) => rms)),
    });
  }
  // The median, because a function of straight lines can be known exactly.
  const all = { most: median(ratios.map(({ most }) => most)), rms: median(ratios.map(({ rms }) => rms)) };
  lines.push(
    `Sonde's deviation by that of python-adaptive's best loss, median: largest ${all.most.toFixed(2)}, rms ${
      all.rms.toFixed(2)
    }`,
  );
  const shortfalls = (["most", "rms"] as const).filter((key) => all[key] > 1)
    .map((key) =>
      `${title}: ${key === "most" ? "largest" : "rms"} deviation ${all[key].toFixed(2)} of python-adaptive's`
    );
  return { text: lines.join("\n"), shortfalls };
}
