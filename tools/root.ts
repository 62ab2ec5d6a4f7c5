import { resolve } from "@std/path";

/** The repository's folder: whatever runs in it is given whole paths, so that the caller's folder does not matter. */
export const ROOT: string = resolve(import.meta.dirname!, "..");
