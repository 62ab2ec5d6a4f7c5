/**
 * The gate before every commit: formatting, lint, types, documentation and architecture.
 *
 * @module
 */
import { type Ended, runCommand } from "./run_command.ts";

/** A check that one can fail; as many of them as can are run, whatever the others say. */
export interface Check {
  readonly name: string;
  run(): Promise<Ended>;
}

const deno = (...args: string[]) => runCommand(Deno.execPath(), args);

/** What is looked at without running a test. */
export const CHECKS: readonly Check[] = [
  { name: "every file is formatted (deno fmt)", run: () => deno("fmt", "--check") },
  { name: "no file has lint (deno lint)", run: () => deno("lint") },
  { name: "every file has its types right, and deno.lock is up to date", run: () => deno("check", "--frozen", ".") },
  { name: "every exported symbol is documented (deno doc --lint)", run: () => deno("doc", "--lint", "mod.ts") },
];

/** The rules of architecture are a test, because `deno task test` runs them with the others. */
const ARCHITECTURE: Check = {
  name: "the rules of architecture hold",
  run: () => deno("test", "-A", "--no-check", "tests/architecture_test.ts"),
};

/** Runs one check, says how it went, and shows what it printed when it failed. */
export async function runCheck(check: Check): Promise<boolean> {
  const { code, text } = await check.run();
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${check.name}`);
  if (code !== 0) console.log(text);
  return code === 0;
}

if (import.meta.main) {
  let failed = 0;
  for (const check of [...CHECKS, ARCHITECTURE]) if (!await runCheck(check)) failed++;
  if (failed) Deno.exit(1);
}
