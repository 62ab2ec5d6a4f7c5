/**
 * Makes what the demo, the tests or the benchmarks need on a fresh machine: `deno run -A tools/setup.ts test`.
 * It says what it installs, does nothing when nothing is to be done, and never fails: what cannot be had is said by
 * name, with what is skipped for want of it.
 *
 * @module
 */
import { join } from "@std/path";
import { aptInstall } from "./apt.ts";
import { ensureKernelSpec } from "./kernel_spec.ts";
import { ensureLabSettings } from "./lab_settings.ts";
import { runCommand } from "./run_command.ts";
import { ensureVenv } from "./venv.ts";

const PURPOSES = ["demo", "test", "bench", "lab"] as const;

/** What one sets up for. */
export type Purpose = typeof PURPOSES[number];

/** Something that is not here and could not be installed. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
  /** What is skipped for want of it. */
  readonly skips: string;
}

interface Need {
  readonly name: string;
  readonly purposes: readonly Purpose[];
  readonly skips: string;
  /** Gets it; resolves with the reason when it cannot. */
  ensure(say: (line: string) => void): Promise<string | undefined>;
}

const NEEDS: readonly Need[] = [
  {
    name: ".venv",
    purposes: ["demo", "test", "bench"],
    skips: "everything that xarray, zarr-python or scipy has to judge",
    ensure: (say) => ensureVenv(".venv", "tests/requirements.txt", say),
  },
  {
    name: ".venv-bench",
    purposes: ["bench"],
    skips: "the figures of every peer of the benchmarks",
    ensure: (say) => ensureVenv(".venv-bench", "bench/requirements.txt", say),
  },
  {
    name: ".venv-lab",
    purposes: ["test", "lab"],
    skips: "JupyterLab, and every notebook",
    ensure: async (say) =>
      await ensureVenv(".venv-lab", "lab/requirements.txt", say) ?? await ensureKernelSpec(".venv-lab", say) ??
        await ensureLabSettings(".venv-lab"),
  },
  {
    name: "libaravis-0.8-0",
    purposes: ["demo", "test"],
    skips: "the GenICam camera",
    ensure: async (say) => await hasLibrary("libaravis-0.8") ? undefined : await aptInstall("libaravis-0.8-0", say),
  },
  {
    name: "aravis-tools",
    purposes: ["test"],
    skips: "the GigE Vision camera that is killed in mid-scan",
    ensure: async (say) => await onPath(["arv-fake-gv-camera-0.8"]) ? undefined : await aptInstall("aravis-tools", say),
  },
  {
    name: "chromium",
    purposes: ["test"],
    skips: "what is looked at in a browser",
    ensure: async (say) => await onPath(BROWSERS) ? undefined : await aptInstall("chromium", say),
  },
];

/** Installs what `purpose` needs; resolves with what could not be had. */
export async function setup(
  purpose: Purpose,
  say: (line: string) => void = (line) => console.log(`setup: ${line}`),
): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const { name, purposes, skips, ensure } of NEEDS) {
    if (!purposes.includes(purpose)) continue;
    const reason = await ensure(say);
    if (!reason) continue;
    missing.push({ name, reason, skips });
    say(`${name} is missing (${reason}); skipped: ${skips}`);
  }
  return missing;
}

/** Whether the loader, or one of the folders where libraries usually stand, knows the library. */
async function hasLibrary(stem: string): Promise<boolean> {
  const known = await runCommand("ldconfig", ["-p"]);
  if (known.code === 0 && known.text.includes(stem)) return true;
  for (const folder of ["/opt/homebrew/lib", "/usr/local/lib", "/usr/lib"]) {
    try {
      for await (const { name } of Deno.readDir(folder)) if (name.startsWith(stem)) return true;
    } catch {
      // A folder that is not there holds no library.
    }
  }
  return false;
}

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Whether one of these programs can be called by its name. */
async function onPath(names: readonly string[]): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":")) {
    for (const name of names) {
      if (await Deno.stat(join(folder, name)).then(() => true, () => false)) return true;
    }
  }
  return false;
}

if (import.meta.main) {
  const purpose = Deno.args[0] ?? "test", known: readonly string[] = PURPOSES;
  if (!known.includes(purpose)) {
    console.error(`setup: "${purpose}" is not known; allowed: ${PURPOSES.join(", ")}`);
    Deno.exit(2);
  }
  await setup(purpose as Purpose);
}
