import { CommanderError } from "commander";
import { SondeError } from "../core/errors.ts";
import { fail } from "./output.ts";
import { makeProgram } from "./program.ts";

/** Wrong words on the command line. */
class UsageError extends SondeError {
  override name = "UsageError";
  override readonly exitCode = 2;
}

/**
 * Runs the `sonde` command.
 *
 * @param args without the program's name
 * @returns the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted
 */
export async function main(args: readonly string[]): Promise<number> {
  const options = { json: args.includes("--json"), debug: args.includes("--debug") };
  try {
    await makeProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return fail(thrown, options);
    if (thrown.exitCode === 0) return 0;
    if (thrown.code === "commander.help") {
      return fail(new UsageError("which command? sonde --help lists them"), options);
    }
    return fail(new UsageError(oneLine(thrown.message)), options);
  }
}

/** What commander says, in one line: its near match stands in a second one. */
function oneLine(message: string): string {
  return message.replace(/^error: /, "").replace(/\s*\n\s*\(Did you mean (.*)\?\)\s*$/, "; did you mean $1?");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
