import { lastLine, runCommand } from "./run_command.ts";

/** Waits for another apt that holds the lock, and asks nothing. */
const QUIET = ["--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"];
const ENV = { DEBIAN_FRONTEND: "noninteractive" };

let updated = false;

/**
 * Installs a package with apt-get, which only root on Debian and its children can do.
 *
 * @returns why it could not, or undefined when it is installed
 */
export async function aptInstall(name: string, say: (line: string) => void): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || (await runCommand("apt-get", ["--version"])).code !== 0) {
    return `there is no apt-get here; install it (Debian calls it ${name}) by the means of this system`;
  }
  if (Deno.uid() !== 0) return `only root may install it: sudo apt-get install ${name}`;
  say(`apt-get install ${name}`);
  if (!updated) {
    // An old list of packages may name files that are gone; where it cannot be renewed, it may still do.
    await runCommand("apt-get", [...QUIET, "update"], { env: ENV });
    updated = true;
  }
  const installed = await runCommand("apt-get", [...QUIET, "install", "--no-install-recommends", name], { env: ENV });
  return installed.code === 0 ? undefined : `apt-get could not install ${name}: ${lastLine(installed.text)}`;
}
