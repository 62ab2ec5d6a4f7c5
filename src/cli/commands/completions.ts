import type { Command } from "commander";
import { commandWords } from "../command_words.ts";
import { completionScript, type SHELLS } from "../completion_script.ts";
import { type OutputOptions, print, printJson } from "../output.ts";

/** `sonde completions`: a script that teaches a shell the commands and options of `sonde`. */
export function completionsCommand(shell: typeof SHELLS[number], options: OutputOptions, program: Command): void {
  const commands = commandWords(program);
  if (options.json) printJson({ shell, commands });
  else print(completionScript(shell, commands));
}
