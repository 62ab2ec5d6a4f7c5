import { join, resolve } from "@std/path";
import { InputError } from "../../core/errors.ts";
import { rigJsonSchema } from "../../hw/rig_json_schema.ts";
import { scanFileJsonSchema } from "../../scan/schema.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { STARTER_FILES } from "../starter_files.ts";
import { systemReason } from "../system_reason.ts";

/** What `sonde init` writes, by path in the folder. Schemas stand beside, so that editors need no network. */
function starterFiles(): ReadonlyMap<string, string> {
  const json = (schema: unknown) => JSON.stringify(schema, null, 2) + "\n";
  return new Map([
    ...Object.entries(STARTER_FILES),
    [".sonde/rig.schema.json", json(rigJsonSchema())],
    [".sonde/plan.schema.json", json(scanFileJsonSchema())],
  ]);
}

/** Files of one's own: those are never overwritten. */
async function refuseThere(folder: string): Promise<void> {
  const names = Object.keys(STARTER_FILES), there: string[] = [];
  for (const name of names) if (await Deno.lstat(join(folder, name)).then(() => true, () => false)) there.push(name);
  if (!there.length) return;
  const places = there.map((name) => join(folder, name)).join(" and ");
  const verb = there.length > 1 ? "exist" : "exists";
  throw InputError.at(
    "folder",
    `${places} ${verb} already, and nothing is ever overwritten: choose another folder`,
    folder,
  );
}

/** `sonde init`: a commented rig and plan, ready to run on simulated devices. */
export async function initCommand(folder: string | undefined, options: OutputOptions): Promise<void> {
  const place = resolve(folder ?? "."), files = starterFiles();
  await refuseThere(place);
  const own: string[] = [];
  try {
    await Deno.mkdir(join(place, ".sonde"), { recursive: true });
    for (const [name, text] of files) {
      const createNew = !name.startsWith(".sonde/");
      if (createNew) own.push(name);
      await Deno.writeTextFile(join(place, name), text, { createNew });
    }
  } catch (thrown) {
    // What is left of them, on a disk that is full, would be taken for somebody's.
    if (thrown instanceof Deno.errors.AlreadyExists) own.pop();
    for (const name of own) await Deno.remove(join(place, name)).catch(() => {});
    throw InputError.at(
      "folder",
      `${place} cannot be written: ${systemReason(thrown, "folder")}`,
      folder,
      "a folder that may be written",
    );
  }
  if (options.json) return printJson({ folder: place, files: [...files.keys()] });
  print(Object.keys(STARTER_FILES).map((name) => join(place, name)).join("\n"));
  if (options.quiet) return;
  const enter = folder === undefined ? "" : `cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)} && `;
  notice(`try it: ${enter}sonde check plan.yaml && sonde run plan.yaml`);
}
