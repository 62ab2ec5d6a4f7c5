import { join } from "@std/path";
import { buildLauncher } from "../tools/package/build_launcher.ts";
import { makePayload } from "../tools/package/payload.ts";
import { writePackage } from "../tools/package/write_package.ts";

/** Stands for Deno, so that a package is made and unpacked in milliseconds. */
const RUNTIME = `#!/bin/sh
case "$2" in
  exit) exit "$3" ;;
  wait) trap 'echo interrupted; exit 42' INT; echo "started $$"; while :; do sleep 0.05; done ;;
  *) echo "$0"; echo "$DENO_DIR"; shift; printf '<%s>\\n' "$@" ;;
esac
`;

/** How a packaged program ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let compiled: Uint8Array<ArrayBuffer> | undefined;

/** A folder for a test, with what it takes to make packages there; others may look into it. */
export class PackageFolder implements AsyncDisposable {
  private constructor(readonly path: string, readonly launcher: string) {}

  /** Compiles the launcher, once for all tests. */
  static async make(): Promise<PackageFolder> {
    const path = join(await Deno.makeTempDir({ prefix: "sonde-package-" }), "Labor é 1"),
      launcher = join(path, "launcher");
    await Deno.mkdir(path);
    await Deno.chmod(join(path, ".."), 0o755);
    if (compiled) await Deno.writeFile(launcher, compiled);
    else await buildLauncher(launcher);
    compiled ??= await Deno.readFile(launcher);
    return new PackageFolder(path, launcher);
  }

  /** Packs the stand-in with a file beside it; gives the executable. */
  async pack(version: string, beside: Uint8Array<ArrayBuffer> = new Uint8Array(10)): Promise<string> {
    const runtime = join(this.path, "runtime.sh"), out = join(this.path, `sonde ${version}`);
    await Deno.writeTextFile(runtime, RUNTIME);
    const payload = await makePayload([{ path: "app/main.js", data: beside }], runtime, 1);
    await writePackage({ out, launcher: this.launcher, payload, words: ["{dir}/deno", "{dir}/app/main.js"], version });
    return out;
  }

  /** A new folder in this one, which everybody may write in. */
  async folder(name: string): Promise<string> {
    const path = join(this.path, name);
    await Deno.mkdir(path);
    await Deno.chmod(path, 0o1777);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(join(this.path, ".."), { recursive: true });
  }
}

/** Starts an executable with nothing of the caller's environment but a PATH, which the stand-in needs. */
export function start(
  executable: string,
  args: readonly string[],
  env: Record<string, string>,
  uid?: number,
): Deno.ChildProcess {
  return new Deno.Command(executable, {
    args: [...args],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
    uid,
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs an executable to its end. */
export async function run(...how: Parameters<typeof start>): Promise<Ran> {
  const { code, stdout, stderr } = await start(...how).output(), text = (b: Uint8Array) => new TextDecoder().decode(b);
  return { code, out: text(stdout), err: text(stderr) };
}

/** The names in a folder, in order, without locks. */
export function versionsIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => !/\.(lock|turn)$/.test(name)).sort();
}
