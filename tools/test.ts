/**
 * Everything that must hold: installs what is needed, checks, tests, examples. The last line is always
 * `N passed, N failed, N skipped`, and the exit code is 1 when anything failed.
 *
 * `tools/test.ts --long` runs the tests of tests/long instead, and `tools/test.ts tests/some_test.ts` only those files.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { CHECKS, runCheck } from "./check.ts";
import { ROOT } from "./root.ts";
import { type Missing, setup } from "./setup.ts";
import { countsOf, type Job, listTestFiles, runJobs, type Tally } from "./test_files.ts";

/** Test files and documents at a time: never more than four, since tests start processes of their own. */
const WIDTH = Math.min(4, Math.max(1, navigator.hardwareConcurrency));

const MINUTE_MS = 60_000;

/** Where examples stand that must run as they are. */
const DOCUMENTED = ["mod.ts", "src", "README.md", "docs"];

/** Runs all that `args` of the command line ask for; resolves with whether it all held. */
async function main(args: readonly string[]): Promise<boolean> {
  const long = args.includes("--long"), named = args.filter((arg) => !arg.startsWith("--"));
  const missing = await setup("test");
  const total: Tally = { passed: 0, failed: [], skipped: missing.map(({ name, reason }) => `${name}: ${reason}`) };

  if (!long && !named.length) await addChecks(total);
  const files = named.length ? named : await testFiles(long);
  const { runnable, skipped } = await leaveOut(files, missing);
  total.skipped.push(...skipped);
  const jobs = runnable.map((file) => testJob(file, long ? 60 * MINUTE_MS : 8 * MINUTE_MS));
  const scratch = await Deno.makeTempDir({ prefix: "sonde-examples-" });
  try {
    if (!long && !named.length) jobs.unshift(await examplesJob(scratch));
    const { passed, failed, skipped } = await runJobs(jobs, long ? 1 : WIDTH);
    total.passed += passed;
    total.failed.push(...failed);
    total.skipped.push(...skipped);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of total.failed) console.log(`failed: ${name}`);
  console.log(countsOf(total));
  return total.failed.length === 0;
}

async function addChecks(total: Tally): Promise<void> {
  for (const check of CHECKS) {
    if (await runCheck(check)) total.passed++;
    else total.failed.push(check.name);
  }
}

async function testFiles(long: boolean): Promise<string[]> {
  if (long) return await exists("tests/long") ? await listTestFiles("tests/long") : [];
  return (await listTestFiles("tests")).filter((file) => !file.startsWith("tests/long/"));
}

/** Without Python, a file that asks it cannot run; it is skipped by its name instead of failing in every test. */
async function leaveOut(files: readonly string[], missing: readonly Missing[]) {
  const runnable: string[] = [], skipped: string[] = [];
  const pythonless = missing.some(({ name }) => name === ".venv");
  for (const file of files) {
    const asksPython = pythonless && /from "(\.{1,2}\/)+python\.ts"/.test(await Deno.readTextFile(resolve(ROOT, file)));
    if (asksPython) skipped.push(`${file}: there is no .venv`);
    else runnable.push(file);
  }
  return { runnable, skipped };
}

/** Types were checked before, all at once. */
function testJob(file: string, timeoutMs: number): Job {
  return { name: file, args: ["-A", "--no-check", "--trace-leaks", file], timeoutMs };
}

/** Examples run in a folder of their own, where they may write what they like. */
async function examplesJob(cwd: string): Promise<Job> {
  const places: string[] = [];
  for (const place of DOCUMENTED) if (await exists(place)) places.push(join(ROOT, place));
  const strict = ["--preload", join(ROOT, "tools", "assert_throws.ts")];
  const args = ["-A", "--doc", "--permit-no-files", ...strict, "--config", join(ROOT, "deno.json"), ...places];
  return { name: "examples", args, cwd, timeoutMs: 8 * MINUTE_MS };
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(join(ROOT, path)).then(() => true, () => false);
}

if (!await main(Deno.args)) Deno.exit(1);
