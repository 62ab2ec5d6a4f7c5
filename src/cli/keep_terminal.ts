import { inForeground } from "../wire/terminal/in_foreground.ts";

/** Where Linux and macOS have it; PATH may be empty. */
const STTY = "/bin/stty";

/**
 * Remembers how the terminal is set, for the case that a program which hears single keys is killed at it: what is typed
 * would not be seen any more.
 *
 * @returns sets it as it was; does nothing where there is no terminal, or the system has no `stty`
 */
export function keepTerminal(): () => void {
  const before = Deno.stdin.isTerminal() && Deno.build.os !== "windows" && inForeground() ? stty("-g") : undefined;
  return () => {
    if (before && inForeground()) stty(before);
  };
}

function stty(argument: string): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(STTY, { args: [argument], stdin: "inherit", stderr: "null" })
      .outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    // Nobody would be helped by hearing of it.
    return undefined;
  }
}
