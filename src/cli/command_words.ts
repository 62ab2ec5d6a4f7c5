import type { Command } from "commander";

/** An option as a shell completes it. */
export interface OptionWords {
  /** As it is typed: `--sort`, `-o`. */
  readonly flags: readonly string[];
  /** What it is for, in a line. */
  readonly description: string;
  /** Whether a word follows it. */
  readonly takesValue: boolean;
  /** The words that may follow it; empty where any may. */
  readonly choices: readonly string[];
}

/** A command as a shell completes it. */
export interface CommandWords {
  /** `run`. */
  readonly name: string;
  /** What it does, in a line. */
  readonly description: string;
  /** All of its options. */
  readonly options: readonly OptionWords[];
  /** The words that its arguments may be; empty where they are files or free. */
  readonly choices: readonly string[];
}

/** The words of every command of a program, and its own options under the name `""`. */
export function commandWords(program: Command): CommandWords[] {
  return [program, ...program.commands].map((command) => ({
    name: command === program ? "" : command.name(),
    description: command.description(),
    options: optionsOf(command),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
}

function optionsOf(command: Command): OptionWords[] {
  return command.createHelp().visibleOptions(command).map((
    { short, long, description, required, optional, argChoices },
  ) => ({
    flags: [long, short].filter((flag): flag is string => !!flag),
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  }));
}
