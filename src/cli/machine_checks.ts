import { tmpdir } from "node:os";
import { messageOf } from "../core/errors.ts";
import { openAravis } from "../hw/aravis/library.ts";
import { LibraryError } from "../hw/ffi/open_library.ts";
import { fileSize } from "../scan/file_size.ts";
import { freeBytes, whyNotWritable } from "./before_run.ts";
import { versionText } from "./version.ts";

/** One thing that was looked at on this machine. */
export interface MachineCheck {
  /** What it is. */
  readonly name: string;
  /** `missing`: some things cannot be done without it; `broken`: nothing can. */
  readonly state: "ok" | "missing" | "broken";
  /** What was found. */
  readonly found: string;
  /** How to get or mend it, where it is not as it should be. */
  readonly fix?: string;
}

/** Less is too little for a run of a camera. */
const LITTLE_BYTES = 1e9;

/** What Sonde does with each permission, for those who run it from its sources. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  read: "reading plans and runs",
  write: "storing runs",
  ffi: "instrument libraries",
  net: "instruments in the network, live pages",
  run: "bridges to other programs",
  env: "NO_COLOR, COLORTERM",
  sys: "the computer's name, free disk",
};

/**
 * Looks at what this machine has and lacks for scans. Nothing is changed; a hidden folder is made and removed to see
 * whether that can be done.
 *
 * @param folder where runs would be stored
 */
export async function machineChecks(folder: string = Deno.cwd()): Promise<MachineCheck[]> {
  return [
    versionCheck(),
    ...await permissionChecks(),
    await folderCheck("folder", folder, "run in a folder that may be written, or store elsewhere with --to"),
    await diskCheck(folder),
    await folderCheck("temporary folder", tmpdir(), "set TMPDIR (on Windows TEMP) to a folder that may be written"),
    terminalCheck(),
    clockCheck(),
    aravisCheck(),
  ];
}

function versionCheck(): MachineCheck {
  return { name: "version", state: "ok", found: versionText() };
}

async function permissionChecks(): Promise<MachineCheck[]> {
  const denied: string[] = [];
  for (const name of Object.keys(PERMISSIONS)) {
    const { state } = await Deno.permissions.query({ name } as Deno.PermissionDescriptor);
    if (state !== "granted") denied.push(name);
  }
  if (!denied.length) return [{ name: "permissions", state: "ok", found: "all granted" }];
  return denied.map((name) => ({
    name: `permission ${name}`,
    state: "missing",
    found: `not granted: no ${PERMISSIONS[name]}`,
    fix: `run deno with --allow-${name}, or with -A`,
  }));
}

async function folderCheck(name: string, folder: string, fix: string): Promise<MachineCheck> {
  const why = await whyNotWritable(folder);
  return why ? { name, state: "broken", found: `${folder} cannot be written: ${why}`, fix } : {
    name,
    state: "ok",
    found: `${folder} can be written`,
  };
}

async function diskCheck(folder: string): Promise<MachineCheck> {
  const free = await freeBytes(folder), name = "disk";
  if (free === undefined) return { name, state: "ok", found: "the system does not say how much is free" };
  const found = `${fileSize(free)} free`;
  return free >= LITTLE_BYTES ? { name, state: "ok", found } : {
    name,
    state: "missing",
    found,
    fix: "free some, or store elsewhere with --to",
  };
}

function terminalCheck(): MachineCheck {
  const name = "terminal";
  if (!Deno.stdout.isTerminal()) return { name, state: "ok", found: "none: output is plain" };
  const { columns, rows } = Deno.consoleSize(),
    said = Deno.env.get("LC_ALL") || Deno.env.get("LC_CTYPE") || Deno.env.get("LANG");
  const colour = Deno.env.get("NO_COLOR") ? "no colours (NO_COLOR)" : "colours",
    found = `${columns} × ${rows}, ${colour}`;
  if (Deno.build.os === "windows" || /utf-?8/i.test(said ?? "")) return { name, state: "ok", found };
  return {
    name,
    state: "missing",
    found: `${found}, no UTF-8`,
    fix: "set LANG=C.UTF-8, or pictures may show as question marks",
  };
}

/** Timestamps and the folders of runs are taken from it; lab PCs without a network often start in 1970. */
function clockCheck(): MachineCheck {
  const now = new Date(), year = now.getFullYear(), zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const found = `${now.toISOString()}, time zone ${zone}`, name = "clock";
  return year >= 2025 ? { name, state: "ok", found } : {
    name,
    state: "missing",
    found,
    fix: "set the computer's clock: every point is stored with its time",
  };
}

function aravisCheck(): MachineCheck {
  const name = "libaravis";
  try {
    return {
      name,
      state: "ok",
      found: `${openAravis().version}, for aravis.camera (GenICam: GigE Vision, USB3 Vision)`,
    };
  } catch (thrown) {
    const fix = thrown instanceof LibraryError ? thrown.install : messageOf(thrown);
    return { name, state: "missing", found: "not found: no aravis.camera (GenICam cameras)", fix };
  }
}
