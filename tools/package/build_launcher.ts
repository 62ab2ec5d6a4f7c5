import { join } from "@std/path";
import { ROOT } from "../root.ts";
import { runCommand } from "../run_command.ts";
import { zstdSource } from "./zstd_source.ts";

const FOLDER = join(ROOT, "tools/package");
const FILES = ["launcher.c", "package.c", "cache.c", "unpack.c"];

/**
 * Compiles the launcher with the machine's C compiler (`CC`, or `cc`): without shared libraries where the system has what
 * that needs, so that it runs whatever the age of the system's libc.
 *
 * @throws Error with what the compiler said
 */
export async function buildLauncher(out: string): Promise<void> {
  const zstd = await zstdSource(), compiler = Deno.env.get("CC") ?? "cc";
  const args = [
    ...["-std=gnu11", "-O2", "-Wall", "-Wextra", "-s", "-DZSTD_DISABLE_ASM=1", "-DZSTD_LEGACY_SUPPORT=0"],
    ...[`-I${zstd.folder}`, "-o", out, ...FILES.map((name) => join(FOLDER, name)), ...zstd.files],
  ];
  const whole = await runCommand(compiler, ["-static", ...args]);
  if (whole.code === 0) return;
  const { code, text } = await runCommand(compiler, args);
  if (code !== 0) throw new Error(`${compiler} could not compile the launcher:\n${text}`);
}
