/**
 * Adaptive scans against known truths that vary by seed, with python-adaptive beside us: `deno task bench:adaptive`, or
 * `deno task bench:adaptive learn1d` for one section.
 *
 * A section is a function of a module of `bench/adaptive`: it measures, prints, and resolves with what was not reached, if that
 * is for it to say.
 *
 * @module
 */

interface Section {
  readonly title: string;
  /** The module in the folder beside this one, and the function in it. */
  readonly file: string;
  readonly run: string;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  learn1d: { title: "learn 1-D: Learner1D and python-adaptive's", file: "learn_1d.ts", run: "section" },
  learn2d: { title: "learn 2-D: Learner2D and python-adaptive's", file: "learn_2d.ts", run: "section" },
  neon: { title: "Neon: lines found by zoom, and the points that takes", file: "neon.ts", run: "benchNeon" },
  noise: { title: "Pure noise: false zooms, and peaks that are none", file: "noise.ts", run: "benchNoise" },
  track: { title: "A tracker on a walking peak", file: "track.ts", run: "benchTrack" },
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in SECTIONS));
  if (unknown.length) {
    console.error(`bench:adaptive: ${unknown.join(", ")} not known; allowed: ${Object.keys(SECTIONS).join(", ")}`);
    return 2;
  }
  console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`);
  const shortfalls: string[] = [];
  for (const name of names.length ? names : Object.keys(SECTIONS)) {
    const { title, file, run } = SECTIONS[name], url = new URL(`adaptive/${file}`, import.meta.url);
    console.log(`\n${title}\n${"-".repeat(title.length)}`);
    const module: Record<string, () => Promise<string[] | void>> = await import(url.href);
    shortfalls.push(...(await module[run]() ?? []).map((line) => `${name}: ${line}`));
  }
  console.log(shortfalls.length ? `\nnot reached:\n  ${shortfalls.join("\n  ")}` : "\nall that was to be reached is");
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
