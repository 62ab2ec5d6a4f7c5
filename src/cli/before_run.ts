import { access, constants, statfs } from "node:fs/promises";
import { dirname, resolve } from "@std/path";
import { InputError, type Issue } from "../core/errors.ts";
import { fileSize } from "../scan/file_size.ts";
import { openStore } from "../zarr/stores/open_store.ts";
import { writerOf } from "../zarr/writer_of.ts";
import { systemReason } from "./system_reason.ts";

/** What stands in the way of a run on this machine, beside its plan. */
export interface Hindrances {
  /** The run cannot begin, or could not end. */
  readonly issues: readonly Issue[];
  /** The run may begin all the same; each in a sentence. */
  readonly doubts: readonly string[];
}

/** The estimate is that before compression, and Poisson noise of cameras shrinks to two fifths: less than this is never enough. */
const LEAST_SHARE = 0.25;

/**
 * Looks, before anything moves, whether a run can be stored: that nobody writes there, that nothing is there, that the
 * folder may be written, and that the disk has room.
 *
 * @param to where it goes; `runs` when left out. Places in the network are not looked at
 * @param bytes what it takes before compression, if that is known
 */
export async function findHindrances(to = "runs/", bytes?: number): Promise<Hindrances> {
  const { place, issues = [] } = placeOnDisk(to);
  if (place === undefined) return { issues, doubts: [] };
  const issue = (message: string, allowed: string): Hindrances => {
    return { issues: [{ path: "to", message, received: to, allowed, severity: "error" }], doubts: [] };
  };
  const unnamed = await whyNoName(place);
  if (unnamed) return issue(`${place} cannot be a run: ${unnamed}`, "another name");
  const writer = await writerOf(place);
  if (writer) {
    return issue(
      `${place} is being written by ${writer}: wait until that run ends, or choose another name`,
      "a new name",
    );
  }
  if (!to.endsWith("/") && await isTaken(place)) {
    return issue(`${place} exists already, and nothing is ever overwritten: choose another name`, "a new name");
  }
  const folder = await folderThere(to.endsWith("/") ? place : dirname(place)), why = await whyNoRuns(folder);
  if (why) return issue(`${folder} cannot be written: ${why}`, "a folder that may be written");
  const free = await freeBytes(folder);
  if (bytes === undefined || free === undefined || free >= bytes) return { issues: [], doubts: [] };
  const both = `the run takes ${fileSize(bytes)} before compression, and the disk of ${folder} has ${
    fileSize(free)
  } free`;
  if (free < bytes * LEAST_SHARE) return issue(both, `at most ${fileSize(free)}`);
  return { issues: [], doubts: [`${both}: it may not be enough`] };
}

/**
 * What speaks against a run on this machine but does not forbid it. Asked with what the plan's own examination has found,
 * so that a plan is examined once.
 *
 * @param to where it goes, as in `findHindrances`
 * @param bytes what it takes before compression, if that is known
 * @throws InputError with what forbids it
 */
export async function beforeRun(to?: string, bytes?: number): Promise<readonly string[]> {
  const { issues, doubts } = await findHindrances(to, bytes);
  if (issues.length) throw new InputError(issues);
  return doubts;
}

/** Where a run goes on a disk of this machine, if it does; or what is wrong with the place. */
function placeOnDisk(to: string): { readonly place?: string; readonly issues?: readonly Issue[] } {
  try {
    const { location } = openStore(to);
    return /^(?!file:)[a-z][a-z0-9+.-]+:\/\//i.test(to) ? {} : { place: resolve(location) };
  } catch (thrown) {
    if (thrown instanceof InputError) return { issues: thrown.issues };
    throw thrown;
  }
}

/** Why no run can have a name, wherever it is: it is too long for what stands beside it, or has a character that no file has. */
async function whyNoName(place: string): Promise<string | undefined> {
  try {
    await Deno.lstat(`${place}.journal`);
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    if (code === "ENAMETOOLONG" || code === "EINVAL") return systemReason(thrown);
  }
  return undefined;
}

/** Whether something is there; an empty folder may become a run. */
async function isTaken(place: string): Promise<boolean> {
  try {
    if (!(await Deno.stat(place)).isDirectory) return true;
    for await (const _ of Deno.readDir(place)) return true;
  } catch {
    // What cannot be looked at is said of its folder.
  }
  return false;
}

/** The nearest folder above that is there: the one where new ones would be made. */
async function folderThere(folder: string): Promise<string> {
  const there = await Deno.stat(folder).then(() => true, (thrown) => !(thrown instanceof Deno.errors.NotFound));
  return there || dirname(folder) === folder ? folder : await folderThere(dirname(folder));
}

/** Why no run can be stored in a folder, as far as that can be said without touching it; undefined when nothing is known. */
async function whyNoRuns(folder: string): Promise<string | undefined> {
  try {
    if (!(await Deno.stat(folder)).isDirectory) return "it is a file";
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (thrown) {
    return systemReason(thrown, "folder");
  }
}

/**
 * Why nothing can be made in a folder; undefined when it can. Asked by doing it: what permissions say is not all there is.
 *
 * @param folder gets a hidden folder for a moment
 */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    await Deno.remove(await Deno.makeTempDir({ dir: folder, prefix: ".sonde-" }));
    return undefined;
  } catch (thrown) {
    return systemReason(thrown, "folder");
  }
}

/** What is free for this user on the disk of a folder; undefined where the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: NaN, bsize: NaN }));
  return Number.isFinite(bavail * bsize) && bsize > 0 ? bavail * bsize : undefined;
}
