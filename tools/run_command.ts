import { ROOT } from "./root.ts";

/** How a command ended. */
export interface Ended {
  /** The exit code; 127 when the command is not there. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** Standard output and error, one after the other. */
  readonly text: string;
  /** Whether it was ended because it took longer than allowed. */
  readonly late: boolean;
}

/** What `runCommand` may be told beside the words of the command. */
export interface RunOptions {
  /** The repository's folder when left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed after this long. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command without standard input and gives all that it printed. It never throws: a command that is not there ends
 * with code 127, as in a shell.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, timeoutMs }: RunOptions = {},
): Promise<Ended> {
  let late = false;
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd,
      // A task's INIT_CWD is the folder it was called in, and would mislead the tasks that a child calls.
      env: { ...withoutInitCwd(), ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    const { code, signal, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const decoder = new TextDecoder();
    return { code, signal, text: decoder.decode(stdout) + decoder.decode(stderr), late };
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    return { code: 127, signal: null, text: `${command}: not found\n`, late };
  }
}

/** The last line with something in it: where most programs say what went wrong. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

function withoutInitCwd(): Record<string, string> {
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  return env;
}
