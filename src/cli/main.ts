import { CommanderError } from "commander";
import { SondeError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { endProcess } from "./end_process.ts";
import { fail } from "./output.ts";
import { performQueueJob } from "./perform_queue_job.ts";
import { makeProgram } from "./program.ts";
import { QUEUE_JOB_ARGUMENT } from "./queue_job.ts";

/** Wrong words on the command line. */
class UsageError extends SondeError {
  override name = "UsageError";
  override readonly exitCode = 2;
}

/**
 * Runs the `sonde` command, or, where a queue has asked for it, one of its jobs.
 *
 * @param args without the program's name
 * @returns the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted
 */
export async function main(args: readonly string[]): Promise<number> {
  const options = { json: args.includes("--json"), debug: args.includes("--debug") };
  try {
    if (args[0] === QUEUE_JOB_ARGUMENT && args.length === 2) return await performQueueJob(args[1]);
    await makeProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return fail(thrown, options);
    if (thrown.exitCode === 0) return 0;
    if (thrown.code === "commander.help") {
      const named = args[0] === "help" ? args.find((word, k) => k > 0 && !word.startsWith("-")) : undefined;
      if (named !== undefined) return fail(new UsageError(unknownCommand(named)), options);
      return fail(new UsageError("which command? sonde --help lists them"), options);
    }
    return fail(new UsageError(oneLine(thrown.message)), options);
  }
}

/** What commander does not say of the words after help. */
function unknownCommand(named: string): string {
  const near = nearest(named, makeProgram().commands.map((command) => command.name()));
  return `unknown command '${named}'${near === undefined ? "; sonde --help lists them" : `; did you mean ${near}?`}`;
}

/** What commander says, in one line: its near match stands in a second one. */
function oneLine(message: string): string {
  return message.replace(/^error: /, "").replace(/\s*\n\s*\(Did you mean (.*)\?\)\s*$/, "; did you mean $1?");
}

if (import.meta.main) endProcess(main(Deno.args));
