/**
 * Sonde's figures beside those of its peers: `deno task bench`, or `deno task bench peaks` for one section.
 *
 * A section is a function that measures and prints; it alternates ours and theirs, so that both see the same machine.
 *
 * @module
 */
import { ROOT } from "../tools/root.ts";
import { join } from "@std/path";

interface Section {
  readonly title: string;
  /** The module beside this one, and the function in it that measures and prints. */
  readonly file: string;
  readonly run: string;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  scan: { title: "Time per point: Sonde, QCoDeS, Bluesky", file: "scan.ts", run: "benchScan" },
  codec: { title: "Codecs: Sonde and C-Blosc", file: "codec.ts", run: "benchCodec" },
  live: { title: "A scan with and without a live figure", file: "live.ts", run: "benchLive" },
  peaks: { title: "Peaks: findPeaks and scipy.signal.find_peaks", file: "peaks.ts", run: "benchPeaks" },
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in SECTIONS));
  if (unknown.length) {
    console.error(`bench: ${unknown.join(", ")} not known; allowed: ${Object.keys(SECTIONS).join(", ")}`);
    return 2;
  }
  console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`);
  for (const name of names.length ? names : Object.keys(SECTIONS)) await runSection(SECTIONS[name]);
  return 0;
}

async function runSection({ title, file, run }: Section): Promise<void> {
  console.log(`\n${title}\n${"-".repeat(title.length)}`);
  if (!await Deno.stat(join(ROOT, "bench", file)).then(() => true, () => false)) {
    console.log("not there yet");
    return;
  }
  const module: Record<string, () => Promise<void>> = await import(new URL(file, import.meta.url).href);
  await module[run]();
}

Deno.exit(await main(Deno.args));
