/**
 * Tries an executable as a lab PC would: with an empty PATH and no Deno in reach, and then alone in an empty root.
 * `deno run -A tools/smoke.ts FILE`; the tasks `compile` and `package` end with it.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { messageOf } from "../src/core/errors.ts";
import { SMOKE_CHECKS, type SmokeCheck } from "./smoke_checks.ts";
import { SmokeHost } from "./smoke_host.ts";
import { TERMINAL } from "./smoke_terminal.ts";
import { WRONG_INPUTS } from "./smoke_wrong_inputs.ts";
import { makeSmokeRoot } from "./smoke_root.ts";

const MOST_BYTES = 60e6, COLD_MS = 1500, WARM_MS = 300;

const CHECKS: readonly SmokeCheck[] = [...SMOKE_CHECKS, WRONG_INPUTS, TERMINAL];

/** Tries everything, says how it went, and tells whether all of it works. */
export async function smokeAll(executable: string, say: (line: string) => void = console.log): Promise<boolean> {
  const parent = await Deno.makeTempDir({ prefix: "sonde-smoke-" });
  let works = true;
  const tell = async (where: string, host: SmokeHost, checks: readonly SmokeCheck[]) => {
    for (const check of checks) works = await tryOne(where, check, host, say) && works;
  };
  try {
    const folder = join(parent, "Labor é 1"), root = join(parent, "root");
    await Deno.mkdir(folder);
    await Deno.mkdir(root);
    const copy = join(folder, Deno.build.os === "windows" ? "sonde.exe" : "sonde");
    await Deno.copyFile(executable, copy);
    await tell("alone", new SmokeHost(folder, [copy], homeIn(folder)), [SIZE_AND_START, ...CHECKS]);
    const empty = await makeSmokeRoot(executable, root);
    if ("host" in empty) await tell("in an empty root", empty.host, CHECKS);
    else say(`skip in an empty root: ${empty.impossible}`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
  say(works ? "smoke: everything works" : "smoke: FAILED; this executable must not be given to anybody");
  return works;
}

/** Windows starts few programs without these two. */
function homeIn(folder: string): Record<string, string> {
  const system = ["SystemRoot", "TEMP"].map((name) => [name, Deno.env.get(name)]);
  return { PATH: "", HOME: folder, ...Object.fromEntries(system.filter(([, said]) => said !== undefined)) };
}

async function tryOne(
  where: string,
  check: SmokeCheck,
  host: SmokeHost,
  say: (line: string) => void,
): Promise<boolean> {
  try {
    const said = await check.run(host);
    say(`ok   ${where}: ${check.name}${said ? ` (${said})` : ""}`);
    return true;
  } catch (thrown) {
    say(`FAIL ${where}: ${check.name}\n     ${messageOf(thrown).trim().replaceAll("\n", "\n     ")}`);
    return false;
  }
}

/** The size is a promise; the times are said, and called slow, since a busy machine is no fault of the executable. */
const SIZE_AND_START: SmokeCheck = {
  name: "it is small and starts soon",
  async run(host) {
    const { size } = await Deno.stat(host.command.at(-1)!), times: number[] = [];
    const cold = (await host.execute(["--version"])).ms;
    for (let k = 0; k < 7; k++) times.push((await host.execute(["--version"])).ms);
    const warm = times.sort((a, b) => a - b)[3], megabytes = (size / 1e6).toFixed(1);
    if (size > MOST_BYTES) throw new Error(`${megabytes} MB; allowed: ${MOST_BYTES / 1e6}`);
    const slow = cold > COLD_MS || warm > WARM_MS ? "; SLOW: promised are 1.5 s and 0.3 s" : "";
    return `${megabytes} MB, cold ${(cold / 1000).toFixed(2)} s, warm ${(warm / 1000).toFixed(2)} s${slow}`;
  },
};

if (import.meta.main) {
  const [executable] = Deno.args;
  if (!executable) {
    console.error("smoke: which executable?");
    Deno.exit(2);
  }
  Deno.exit(await smokeAll(resolve(executable)) ? 0 : 1);
}
