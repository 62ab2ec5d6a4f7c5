import { SONDE_VERSION } from "../core/version.ts";

/** What an executable was built from. */
export interface VersionBuild {
  /** The commit, shortened; with `+` where files had been changed since. */
  readonly commit: string;
}

let build: VersionBuild | undefined;

/** Says once, at the start of an executable, what it was built from. */
export function declareVersionBuild(of: VersionBuild): void {
  build = of;
}

/**
 * What `sonde --version` prints: the version, the commit and the platform.
 *
 * @example
 * ```ts
 * import { versionText } from "./version.ts";
 * console.assert(/^sonde \d+\.\d+\.\d+\S* \(commit \w+\+?|from source, /.test(versionText()));
 * ```
 */
export function versionText(): string {
  const from = build ? `commit ${build.commit}` : "from source";
  return `sonde ${SONDE_VERSION} (${from}, ${Deno.build.target}, Deno ${Deno.version.deno})`;
}
