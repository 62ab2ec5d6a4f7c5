/**
 * Writes `docs/plan.schema.json` and `docs/rig.schema.json`, by which editors complete and check scan and rig files: `deno run -A tools/schema.ts`.
 *
 * @module
 */
import { join } from "@std/path";
import { rigJsonSchema } from "../src/hw/rig_json_schema.ts";
import { scanFileJsonSchema } from "../src/scan/schema.ts";
import { ROOT } from "./root.ts";

/** The committed schema; a test compares it with what the sources say. */
export const SCHEMA_FILE: string = join(ROOT, "docs", "plan.schema.json");

/** The committed schema of rig files; compared likewise. */
export const RIG_SCHEMA_FILE: string = join(ROOT, "docs", "rig.schema.json");

/** The schema of scan files as it stands in its file. */
export function schemaText(): string {
  return JSON.stringify(scanFileJsonSchema(), null, 2) + "\n";
}

/** The schema of rig files as it stands in its file. */
export function rigSchemaText(): string {
  return JSON.stringify(rigJsonSchema(), null, 2) + "\n";
}

if (import.meta.main) {
  await Deno.writeTextFile(SCHEMA_FILE, schemaText());
  await Deno.writeTextFile(RIG_SCHEMA_FILE, rigSchemaText());
}
