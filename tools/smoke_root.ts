import { basename, dirname, join } from "@std/path";
import { runCommand } from "./run_command.ts";
import { SmokeHost } from "./smoke_host.ts";

const LIBRARY = /^(libc|libm|libdl|librt|libpthread|libgcc_s|ld-linux[\w-]*)\.so\.\d+$/;

/** An empty root, or why there can be none. */
export type SmokeRoot = { readonly host: SmokeHost } | { readonly impossible: string };

/**
 * A root folder with the executable, the parts of libc, libgcc_s, and nothing else: no shell, no folder for temporary
 * files, no home. The kernel's `/proc` is mounted in a namespace of its own, because Deno does not start without it.
 *
 * @param folder empty; the root
 */
export async function makeSmokeRoot(executable: string, folder: string): Promise<SmokeRoot> {
  const unshare = await findUnshare();
  if (Deno.build.os !== "linux") return { impossible: "only Linux has unshare" };
  if (!unshare) return { impossible: "unshare (util-linux) is not there" };
  for (const library of await librariesOf(Deno.execPath())) {
    if (!LIBRARY.test(basename(library))) {
      return { impossible: `Deno needs ${library}, which is not of libc or libgcc_s` };
    }
    await Deno.mkdir(join(folder, dirname(library)), { recursive: true });
    await Deno.copyFile(library, join(folder, library));
  }
  await Deno.mkdir(join(folder, "proc"));
  await Deno.copyFile(executable, join(folder, "sonde"));
  const words = ["--map-root-user", "--mount", "--pid", "--fork", "--kill-child", `--root=${folder}`, "--mount-proc"];
  const host = new SmokeHost(folder, [unshare, ...words, "/sonde"], { PATH: "" }, true);
  const { code, err } = await host.execute(["--version"]);
  return code === 0 ? { host } : { impossible: `unshare: ${err.trim()}` };
}

async function findUnshare(): Promise<string | undefined> {
  for (const path of ["/usr/bin/unshare", "/bin/unshare"]) {
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
}

/** The shared libraries that the loader finds for a program, with the loader. */
async function librariesOf(program: string): Promise<string[]> {
  const { text } = await runCommand("ldd", [await Deno.realPath(program)]);
  return Array.from(text.matchAll(/(?:=> )?(\/\S+) \(0x/g), ([, path]) => path);
}
