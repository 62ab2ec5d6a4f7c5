import type { Command } from "commander";
import { parseCount } from "./parse_count.ts";
import { parseNumber } from "./peak_conditions.ts";

/** What every command may be told. */
export function withCommandOptions(command: Command): Command {
  return command.option("--json", "one JSON object on standard output").option("--quiet", "results only")
    .option("--debug", "show where an error came from");
}

/** Who answers what a scan asks. */
export function withApproval(command: Command): Command {
  return command.option("--yes", "answer every question of the scan with continue")
    .option("--no-input", "ask nobody: questions get the default that the plan declares");
}

/** The rig of commands that use one by itself. */
export function withRig(command: Command): Command {
  return command.option("--rig <file>", "a rig file, or a scan file with a rig, instead of rig.yaml");
}

/** What is kept with a run, and where. */
export function withRunOptions(command: Command): Command {
  return command.option("--to <place>", "where to store, instead of the file's own or runs/{date}/{number}-{name}.zarr")
    .option("--name <text>", "the run's name")
    .option("--sample <text>", "what is measured")
    .option("--operator <text>", "who measures")
    .option("--notes <text>", "anything worth keeping")
    .option("--seed <number>", "decides shuffles and simulators", parseNumber)
    .option("--max-points <number>", "no more points than this", parseCount);
}

/** Lines at the end of a command's help that can be typed as they stand. */
export function addExamples(command: Command, ...lines: readonly string[]): void {
  command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ sonde ${line}`).join("\n")}`);
}
