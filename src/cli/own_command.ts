import { fileURLToPath } from "node:url";

/** A program and its words, as `Deno.Command` takes them. */
export interface OwnCommand {
  /** The file that is executed. */
  readonly program: string;
  /** What it is given. */
  readonly args: readonly string[];
}

let packaged: readonly string[] | undefined;

/** Says once, at the start of a packaged program, the words that make Deno this program. */
export function declareOwnCommand(words: readonly string[]): void {
  packaged = words;
}

/**
 * What starts this `sonde` once more, in every form that it has: from source, packaged, or compiled. It is the version that
 * runs now, wherever its file may have gone meanwhile.
 *
 * @param args without the program's name
 *
 * @example
 * ```ts
 * import { ownCommand } from "./own_command.ts";
 * const { program, args } = ownCommand(["--version"]);
 * console.assert(program === Deno.execPath() && args.at(-1) === "--version");
 * ```
 */
export function ownCommand(args: readonly string[]): OwnCommand {
  const program = Deno.execPath();
  if (Deno.build.standalone) return { program, args };
  return { program, args: [...packaged ?? ["run", "-A", new URL("./main.ts", import.meta.url).href], ...args] };
}

/** Settings that only the running of a program takes. */
const RUNNING = ["run", "-A", "--no-prompt"];

/**
 * What makes Deno find modules as this `sonde` does, for its commands that only look at a script; undefined where there is
 * no Deno that has such commands, or no file that it could be told of.
 */
export function ownSettings(): readonly string[] | undefined {
  if (Deno.build.standalone) return undefined;
  if (packaged) return packaged.slice(0, -1).filter((word) => !RUNNING.includes(word));
  const config = new URL("../../deno.json", import.meta.url);
  return config.protocol === "file:" ? ["--config", fileURLToPath(config)] : undefined;
}
