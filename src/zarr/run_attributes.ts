import { join } from "@std/path";
import type { Attributes } from "./array_spec.ts";

/** Where the attributes of the root end: one space deep, so that it cannot stand inside of a text or of another object. */
const END = '\n "consolidated_metadata":';
/** So much is read at first: most attributes fit in it, and the metadata of all arrays, which follow, need not be read. */
const FIRST_BYTES = 16_384;

/**
 * The root attributes of a store in a folder, with as little of its `zarr.json` as there need be read.
 *
 * @returns undefined when there is no run there, or it cannot be read
 */
export async function readRunAttributes(place: string): Promise<Attributes | undefined> {
  try {
    using file = await Deno.open(join(place, "zarr.json"));
    let bytes = new Uint8Array(0), over = false;
    for (let wanted = FIRST_BYTES;; wanted *= 4) {
      ({ bytes, over } = await readOn(file, bytes, wanted));
      const attributes = attributesIn(new TextDecoder().decode(bytes), over);
      if (attributes || over) return attributes?.experiment_id === undefined ? undefined : attributes;
    }
  } catch {
    return undefined;
  }
}

/** The bytes so far with those up to `wanted`, and whether the file has no more. */
async function readOn(file: Deno.FsFile, bytes: Uint8Array, wanted: number) {
  const longer = new Uint8Array(wanted);
  longer.set(bytes);
  for (let filled = bytes.length; filled < wanted;) {
    const count = await file.read(longer.subarray(filled));
    if (count === null) return { bytes: longer.subarray(0, filled), over: true };
    filled += count;
  }
  return { bytes: longer, over: false };
}

/** The attributes at the head of a root; undefined while it is not known where they end. */
function attributesIn(text: string, whole: boolean): Attributes | undefined {
  const end = text.indexOf(END);
  if (end < 0) return whole ? JSON.parse(text).attributes : undefined;
  try {
    return JSON.parse(`${text.slice(0, end).replace(/,\s*$/, "")}}`).attributes;
  } catch {
    // Another program has written it in another form: then all of it is looked at.
    return whole ? JSON.parse(text).attributes : undefined;
  }
}
