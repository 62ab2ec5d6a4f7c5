import { makeSafe } from "../hw/make_safe.ts";
import { runWatchdog, WATCHDOG_ARGUMENT } from "../wire/notebook/watchdog.ts";
import { main } from "./main.ts";
import { declareVersionBuild, type VersionBuild } from "./version.ts";

/**
 * What an executable does: the `sonde` command, or, where its own process asked for it, the watchdog that makes devices
 * safe.
 *
 * @returns the exit code
 */
export function runExecutable(build: VersionBuild, args: readonly string[]): Promise<number> {
  declareVersionBuild(build);
  if (args.length === 1 && args[0] === WATCHDOG_ARGUMENT) return runWatchdog(makeSafe);
  return main(args);
}
