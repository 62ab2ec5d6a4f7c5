/**
 * Whether this program has the keyboard: one that runs in the background (`sonde run map.yaml &`) is stopped by the system
 * as soon as it changes the terminal's mode. Where that cannot be asked, it is taken to have it.
 */
export function inForeground(): boolean {
  try {
    const [group, terminalGroup] = Deno.build.os === "linux" ? groupsOfLinux() : groupsOfPs();
    return !Number.isFinite(terminalGroup) || group === terminalGroup;
  } catch {
    return true;
  }
}

/** The program's process group, and the one that has the terminal: proc(5), behind the name in brackets. */
function groupsOfLinux(): number[] {
  const stat = Deno.readTextFileSync("/proc/self/stat"), fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [Number(fields[2]), Number(fields[5])];
}

function groupsOfPs(): number[] {
  const args = ["-o", "pgid=,tpgid=", "-p", String(Deno.pid)];
  const { stdout } = new Deno.Command("/bin/ps", { args, stdin: "null", stderr: "null" }).outputSync();
  return new TextDecoder().decode(stdout).trim().split(/\s+/).map(Number);
}
