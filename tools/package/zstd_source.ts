import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { ROOT } from "../root.ts";

/** The package whose tarball carries zstd's own sources; of it nothing else is used. */
const PACKAGE = "zstd-napi@0.0.13";
const DIGEST = "bcb32fff7ee81a4c16f5f98a033d80afa8772a421c8acdd41a6f338d5dcb491c";

/** What decompression needs of zstd's `lib` folder. */
const SOURCES: readonly string[] = [
  ...["debug", "entropy_common", "error_private", "fse_decompress", "xxhash", "zstd_common"].map((n) =>
    `common/${n}.c`
  ),
  ...["huf_decompress", "zstd_ddict", "zstd_decompress", "zstd_decompress_block"].map((n) => `decompress/${n}.c`),
];
const common = ["allocations", "bits", "bitstream", "compiler", "cpu", "debug", "error_private", "fse", "huf", "mem"];
const HEADERS: readonly string[] = [
  ...[...common, "pool", "portability_macros", "threading", "xxhash", "zstd_deps", "zstd_internal", "zstd_trace"]
    .map((name) => `common/${name}.h`),
  ...["zstd_ddict", "zstd_decompress_block", "zstd_decompress_internal"].map((name) => `decompress/${name}.h`),
  "zstd.h",
  "zstd_errors.h",
];

/** zstd's decoder as C. */
export interface ZstdSource {
  /** The folder of `zstd.h`. */
  readonly folder: string;
  /** The C files, as whole paths. */
  readonly files: readonly string[];
}

/**
 * The sources of zstd's decoder, from the npm package that ships them; kept in `.cache/package`, so that later builds need
 * no network.
 *
 * @throws Error when the package cannot be had, or holds anything but what this was written for
 */
export async function zstdSource(): Promise<ZstdSource> {
  const folder = join(ROOT, ".cache/package/zstd"), here = await digestOf(folder).catch(() => undefined);
  if (here !== DIGEST) await copyFrom(join(await fetchPackage(), "deps/zstd/lib"), folder);
  return { folder, files: SOURCES.map((path) => join(folder, path)) };
}

async function copyFrom(source: string, folder: string): Promise<void> {
  const digest = await digestOf(source);
  if (digest !== DIGEST) {
    throw new Error(`${PACKAGE} holds other sources than expected: ${digest} instead of ${DIGEST}`);
  }
  for (const path of [...SOURCES, ...HEADERS]) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.copyFile(join(source, path), join(folder, path));
  }
}

/** Deno's cache holds packages unpacked, and checks them against the registry's own digest. */
async function fetchPackage(): Promise<string> {
  await deno("cache");
  const { npmPackages } = JSON.parse(await deno("info", "--json"));
  return npmPackages[PACKAGE].localPath;
}

async function deno(...subcommand: readonly string[]): Promise<string> {
  const args = [...subcommand, "--quiet", "--no-config", "--no-lock", `npm:${PACKAGE}`];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  if (code !== 0) throw new Error(`${PACKAGE} cannot be had:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const path of [...SOURCES, ...HEADERS]) hash.update(await Deno.readFile(join(folder, path)));
  return hash.digest("hex");
}
