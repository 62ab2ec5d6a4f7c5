/**
 * Writes `docs/plan.schema.json`, by which editors complete and check scan files: `deno run -A tools/schema.ts`.
 *
 * @module
 */
import { join } from "@std/path";
import { scanFileJsonSchema } from "../src/scan/schema.ts";
import { ROOT } from "./root.ts";

/** The committed schema; a test compares it with what the sources say. */
export const SCHEMA_FILE: string = join(ROOT, "docs", "plan.schema.json");

/** The schema as it stands in the file. */
export function schemaText(): string {
  return JSON.stringify(scanFileJsonSchema(), null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, schemaText());
