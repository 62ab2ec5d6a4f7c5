import { join } from "@std/path";
import { StoreError } from "./stores/store.ts";

/** A number is claimed by this hidden folder while its run's folder is being made. */
const CLAIM = /^\.(\d+)\.claim$/;
const RUN = /^(\d+)-/;
/** Names are cut so that the whole stays well within the 255 bytes that disks allow. */
const MOST_BYTES = 150;

/**
 * Makes the folder of a new run, `{folder}/{date}/{number}-{name}.zarr`, and gives its path. Numbers count up within a
 * day; of several processes that ask at once, each gets a number of its own.
 *
 * @param date the day is that of the computer's time zone
 * @throws {StoreError} when the folder cannot be made
 * @example
 * ```ts
 * import { numberedRun } from "./run_folder.ts";
 * const runs = await Deno.makeTempDir();
 * const run = await numberedRun(runs, "map", new Date(2026, 0, 31));
 * console.assert(run.replaceAll("\\", "/").endsWith("2026-01-31/1-map.zarr"));
 * await Deno.remove(runs, { recursive: true });
 * ```
 */
export async function numberedRun(folder = "runs", name = "scan", date: Date = new Date()): Promise<string> {
  const day = join(folder, dayOf(date));
  try {
    await Deno.mkdir(day, { recursive: true });
    for (let number = await nextNumber(day);; number++) {
      const run = join(day, `${number}-${runFolderName(name)}.zarr`);
      if (await claim(day, number, run)) return run;
    }
  } catch (cause) {
    throw new StoreError(day, "write", cause);
  }
}

/**
 * Whether `run` was made under a number that nobody else has. Whoever holds the claim looks again: another may have
 * finished with the same number, under another name, between our counting and our claim.
 */
async function claim(day: string, number: number, run: string): Promise<boolean> {
  const claimed = join(day, `.${number}.claim`);
  if (!await makeFolder(claimed)) return false;
  try {
    return (await numbersIn(day, RUN)).includes(number) ? false : await makeFolder(run);
  } finally {
    await Deno.remove(claimed);
  }
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return false;
    throw cause;
  }
}

async function nextNumber(day: string): Promise<number> {
  const taken = [...await numbersIn(day, RUN), ...await numbersIn(day, CLAIM)];
  return taken.reduce((most, number) => Math.max(most, number), 0) + 1;
}

async function numbersIn(day: string, pattern: RegExp): Promise<number[]> {
  const numbers = [];
  for await (const { name } of Deno.readDir(day)) {
    const number = pattern.exec(name)?.[1];
    if (number) numbers.push(Number(number));
  }
  return numbers;
}

function dayOf(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * A name that every file system takes: no separators, wildcards, control characters or dots at the ends.
 *
 * @example
 * ```ts
 * import { runFolderName } from "./run_folder.ts";
 * console.assert(runFolderName("Ne 585 nm: a/b?") === "Ne 585 nm- a-b-");
 * ```
 */
export function runFolderName(name: string): string {
  // deno-lint-ignore no-control-regex
  let safe = name.normalize().replace(/[\x00-\x1f\x7f<>:"/\\|?*]/g, "-").replace(/^[\s.]+|[\s.]+$/g, "");
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  while (bytes(safe) > MOST_BYTES) safe = [...safe].slice(0, -1).join("");
  return safe || "scan";
}
