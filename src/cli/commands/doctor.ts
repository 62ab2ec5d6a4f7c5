import { type MachineCheck, machineChecks } from "../machine_checks.ts";
import { type OutputOptions, print, printJson, Reported } from "../output.ts";

function describe({ name, state, found, fix }: MachineCheck): string {
  const line = `${state.padEnd(8)} ${name}: ${found}`;
  return fix ? `${line}\n${" ".repeat(9)}→ ${fix}` : line;
}

/** `sonde doctor`: what is missing on this machine, and how to get it; fails when no scan could run. */
export async function doctorCommand(options: OutputOptions): Promise<void> {
  const checks = await machineChecks(), broken = checks.filter(({ state }) => state === "broken");
  if (options.json) printJson({ ok: !broken.length, checks });
  else {
    const shown = options.quiet ? checks.filter(({ state }) => state !== "ok") : checks;
    if (shown.length) print(shown.map(describe).join("\n"));
  }
  if (broken.length) throw new Reported(broken.map(({ name }) => name).join(", "));
}
