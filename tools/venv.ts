import { join, resolve } from "@std/path";
import { aptInstall } from "./apt.ts";
import { ROOT } from "./root.ts";
import { lastLine, runCommand } from "./run_command.ts";

/** The oldest Python that the pinned packages accept. */
const OLDEST = [3, 11] as const;

/** Interpreters worth asking, best first. */
const CANDIDATES = Deno.build.os === "windows"
  ? ["py", "python", "python3"]
  : ["python3", "python3.13", "python3.12", "python3.11", "python"];

/** The interpreter inside a virtual environment. */
export function venvPython(folder: string): string {
  return Deno.build.os === "windows"
    ? resolve(ROOT, folder, "Scripts", "python.exe")
    : resolve(ROOT, folder, "bin", "python");
}

/**
 * Makes the virtual environment `folder` hold what `pins` (a requirements file) says; both are seen from the repository's
 * folder. When it already does, which a stamp of the pins inside it tells, nothing is installed.
 *
 * @returns why it could not be made, or undefined when it is there
 */
export async function ensureVenv(
  folder: string,
  pins: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  const stampFile = join(resolve(ROOT, folder), ".sonde-pins"), python = venvPython(folder);
  const stamp = await digest(await Deno.readFile(resolve(ROOT, pins)));
  if (await readText(stampFile) === stamp && await works(python)) return undefined;

  if (!await works(python)) {
    say(`making ${folder}`);
    const reason = await makeVenv(folder, say);
    if (reason) return reason;
  }
  say(`installing ${pins} into ${folder}`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", pins];
  const installed = await runCommand(python, pip);
  if (installed.code !== 0) return `pip could not install ${pins}: ${lastLine(installed.text)}`;
  await Deno.writeTextFile(stampFile, stamp);
  return undefined;
}

/** Debian's python3 comes without ensurepip; `virtualenv`, where there is one, brings its own. */
async function makeVenv(folder: string, say: (line: string) => void): Promise<string | undefined> {
  const interpreter = await findPython();
  if (!interpreter) return `no Python ${OLDEST.join(".")} or newer was found`;
  const venv = () => runCommand(interpreter, ["-m", "venv", "--clear", folder]);
  let made = await venv();
  if (made.code !== 0 && !await aptInstall("python3-venv", say)) made = await venv();
  if (made.code !== 0) made = await runCommand(interpreter, ["-m", "virtualenv", "--clear", folder]);
  if (made.code === 0) return undefined;
  await Deno.remove(resolve(ROOT, folder), { recursive: true }).catch(() => {});
  return `${interpreter} can make no virtual environment; install python3-venv or virtualenv`;
}

async function findPython(): Promise<string | undefined> {
  const question = `import sys; sys.exit(sys.version_info < (${OLDEST.join(", ")}))`;
  for (const candidate of CANDIDATES) {
    if ((await runCommand(candidate, ["-c", question])).code === 0) return candidate;
  }
  return undefined;
}

async function works(python: string): Promise<boolean> {
  return (await runCommand(python, ["-c", ""])).code === 0;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function readText(file: string): Promise<string | undefined> {
  return Deno.readTextFile(file).catch(() => undefined);
}
