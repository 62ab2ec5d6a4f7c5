import { join, relative } from "@std/path";
import { ROOT } from "./root.ts";
import { type Ended, runCommand } from "./run_command.ts";
import { readJunit } from "./junit.ts";

/** How a set of tests went: how many passed, and the names of the others. */
export interface Tally {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

/** One process of `deno test`. */
export interface Job {
  /** What it is called in the output. */
  readonly name: string;
  /** What follows `deno test`. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly timeoutMs: number;
}

/** The test files under `folder`, sorted; those in its subfolders only when `deep`. */
export async function listTestFiles(folder: string, deep = true): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && deep) files.push(...await listTestFiles(path));
    else if (entry.name.endsWith("_test.ts")) files.push(path);
  }
  return files.sort();
}

/**
 * Runs jobs, `width` at a time, and says how each went when it has ended, with all that it printed when it failed.
 * Every job is a process of its own: a crash in a vendor's library, a signal or a test that hangs costs one file, not
 * the run, and files share neither environment nor folder.
 */
export async function runJobs(
  jobs: readonly Job[],
  width: number,
  say: (text: string) => void = console.log,
): Promise<Tally> {
  const total: Tally = { passed: 0, failed: [], skipped: [] };
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const startedMs = performance.now();
      const { tally, text } = await runJob(job);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      say(`${tally.failed.length ? "FAIL" : "ok  "} ${job.name}: ${countsOf(tally)} (${seconds} s)`);
      if (tally.failed.length) say(text);
      total.passed += tally.passed;
      total.failed.push(...tally.failed);
      total.skipped.push(...tally.skipped);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return total;
}

/** `3 passed, 0 failed, 1 skipped`: the words by which other programs know how it went. */
export function countsOf({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}

async function runJob(job: Job): Promise<{ tally: Tally; text: string }> {
  const report = await Deno.makeTempFile({ prefix: "sonde-", suffix: ".xml" });
  try {
    const ended = await runCommand(Deno.execPath(), ["test", ...job.args, `--junit-path=${report}`], job);
    return { tally: tallyOf(job, ended, await Deno.readTextFile(report)), text: ended.text };
  } finally {
    await Deno.remove(report);
  }
}

/** What the report says, and what it does not: a process that ended badly has failed at something. */
function tallyOf({ name, timeoutMs }: Job, ended: Ended, xml: string): Tally {
  const { passed, failed, skipped } = readJunit(xml);
  const named = (test: string) => `${name}: ${test.startsWith("file://") ? shorten(test) : test}`;
  const tally: Tally = { passed: passed.length, failed: failed.map(named), skipped: skipped.map(named) };
  if (ended.late) tally.failed.push(`${name}: no end within ${timeoutMs / 1000} s`);
  else if (ended.signal) tally.failed.push(`${name}: ended by ${ended.signal}`);
  else if (ended.code !== 0 && !failed.length) tally.failed.push(`${name}: failed outside of its tests`);
  return tally;
}

/** Doc examples are named by their URL. */
function shorten(url: string): string {
  return relative(ROOT, decodeURIComponent(url.slice("file://".length)));
}
