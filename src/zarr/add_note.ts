import { systemClock } from "../core/clock.ts";
import { InputError, show, SondeError } from "../core/errors.ts";
import { foldNotes } from "./fold_notes.ts";
import { NoteSpool, type SpooledNote } from "./note_spool.ts";
import { openRun } from "./open_run.ts";
import { FsStore } from "./stores/fs.ts";
import { openStore } from "./stores/open_store.ts";
import type { Store } from "./stores/store.ts";

/** Of a run that has ended, whoever holds it does so for a moment: a note is tried this often, … */
const TRIES = 40;
/** … so long after one another. */
const AGAIN_MS = 50;

/** What else is kept of a note. */
export interface NoteOptions {
  /** Who has noted it; empty when left out. */
  readonly by?: string;
}

/**
 * Adds a note to the log of a run, during the run or years later: a line of kind `note`, with `by` in its data. A reader sees
 * the log before or after, and never something between; a process that is killed over it leaves the run as it was.
 *
 * @param place the run: a path or URL, or its store
 * @returns `stored`, or `waiting` when another process is writing the run: it stores the note with its next points
 * @throws {InputError} when there is no run at that place, or the text is empty
 * @throws {SondeError} when the run is being written to a place where nothing can be left for it
 * @throws {StoreError} when it cannot be written
 *
 * @example
 * ```ts
 * import { addNote, connect, linspace, openRun, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * await scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to, quiet: true }).done;
 *
 * console.assert(await addNote(to, "the sample was upside down", { by: "Ada" }) === "stored");
 * const [text] = (await (await openRun(to)).array("log/text").read()).data as string[];
 * console.assert(text === "the sample was upside down");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function addNote(
  place: string | URL | Store,
  text: string,
  { by = "" }: NoteOptions = {},
): Promise<"stored" | "waiting"> {
  const store = typeof place === "string" || place instanceof URL ? openStore(place) : place;
  if (typeof text !== "string" || !text.trim()) {
    throw InputError.at("text", `a note says something; received ${show(text)}`);
  }
  const { attributes } = await openRun(store), data = { by, note_id: crypto.randomUUID() };
  const note: SpooledNote = { kind: "note", timestampMs: systemClock.nowMs(), seqNum: -1, text, data };
  if (!(store instanceof FsStore)) {
    if (attributes.exit_status === "running") {
      throw new SondeError(`${store.location} is still being written: wait until the run has ended`);
    }
    await foldNotes(store, [note]);
    return "stored";
  }
  if (await foldNotes(store, [note])) return "stored";
  await new NoteSpool(store.location).append(note);
  // Its writer may have looked for notes the last time before this one was there.
  for (let k = 0; k < TRIES; k++) {
    if (await foldNotes(store)) return "stored";
    if ((await openRun(store)).attributes.exit_status === "running") return "waiting";
    await systemClock.sleep(AGAIN_MS);
  }
  return "waiting";
}
