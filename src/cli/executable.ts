import { makeSafe } from "../hw/make_safe.ts";
import { runWatchdog, WATCHDOG_ARGUMENT } from "../wire/notebook/watchdog.ts";
import { main } from "./main.ts";
import { declareOwnCommand } from "./own_command.ts";
import { declareVersionBuild, type VersionBuild } from "./version.ts";

export { endProcess } from "./end_process.ts";

/**
 * What an executable does: the `sonde` command, or, where its own process asked for it, the watchdog that makes devices
 * safe.
 *
 * @param words what makes Deno this program, in the form that holds one
 * @returns the exit code
 */
export function runExecutable(
  build: VersionBuild,
  args: readonly string[],
  words: readonly string[],
): Promise<number> {
  declareVersionBuild(build);
  declareOwnCommand(words);
  if (args.length === 1 && args[0] === WATCHDOG_ARGUMENT) return runWatchdog(makeSafe);
  return main(args);
}
