/**
 * Adaptive scans against known truths that vary by seed, with python-adaptive beside us: `deno task bench:adaptive`, or
 * `deno task bench:adaptive learn1d` for one section.
 *
 * A section is a module of `bench/adaptive` that exports `section()`: it measures, prints, and resolves with what was not reached.
 *
 * @module
 */

const SECTIONS: Readonly<Record<string, { readonly title: string; readonly file: string }>> = {
  learn1d: { title: "learn 1-D: Learner1D and python-adaptive's", file: "learn_1d.ts" },
  learn2d: { title: "learn 2-D: Learner2D and python-adaptive's", file: "learn_2d.ts" },
  neon: { title: "Neon: lines found by zoom, and the points that takes", file: "neon.ts" },
  noise: { title: "Noise: false zooms, and a tracker on a walking peak", file: "noise.ts" },
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
    const { title, file } = SECTIONS[name], url = new URL(`adaptive/${file}`, import.meta.url);
    console.log(`\n${title}\n${"-".repeat(title.length)}`);
    if (!await Deno.stat(url).then(() => true, () => false)) {
      console.log("not there yet");
      continue;
    }
    const module: { section(): Promise<string[]> } = await import(url.href);
    shortfalls.push(...(await module.section()).map((line) => `${name}: ${line}`));
  }
  console.log(shortfalls.length ? `\nnot reached:\n  ${shortfalls.join("\n  ")}` : "\nall that was to be reached is");
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
