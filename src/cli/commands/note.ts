import { addNote } from "../../zarr/add_note.ts";
import { openRun } from "../../zarr/open_run.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";

/** The options of `sonde note`. */
export interface NoteCommandOptions extends OutputOptions {
  /** Who notes it; the user of this computer when left out. */
  readonly by?: string;
}

/** `sonde note`: a line in the log of a run, while it goes on or years later. */
export async function noteCommand(place: string, words: readonly string[], options: NoteCommandOptions): Promise<void> {
  const text = words.join(" "), { by = userName() } = options, { location } = await openRun(place);
  const kept = await addNote(place, text, { by });
  if (options.json) return printJson({ run: location, text: text.trim(), by, kept });
  print(location);
  if (options.quiet) return;
  notice(kept === "stored" ? "noted" : "noted; the process that writes the run stores it with its next points");
}

/** As this computer knows whoever types; empty where it does not say. */
function userName(): string {
  const names = Deno.build.os === "windows" ? ["USERNAME"] : ["USER", "LOGNAME"];
  return names.map((name) => Deno.env.get(name)).find((name) => name) ?? "";
}
