import type { Issue } from "../core/errors.ts";
import { ownSettings } from "./own_command.ts";
import { toFileUrl } from "./to_file_url.ts";

/** What `deno info --json` says of a module's import. */
interface Import {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string; readonly error?: string };
  readonly isDynamic?: boolean;
}

/** What `deno info --json` says of a module. */
interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly Import[];
}

/**
 * What keeps a script from being loaded, found without running it: it does not parse, or it, or what it imports, imports
 * what is not there. Only files are looked at, and only what is imported in any case; what a script does is known to
 * nobody beforehand. Programs of `deno compile` cannot tell.
 *
 * @param path of a file that is there
 */
export async function scriptIssues(path: string): Promise<Issue[]> {
  const settings = ownSettings(), root = toFileUrl(path);
  if (!settings) return [];
  const modules = await modulesOf(root, settings), seen = new Set([root]), issues: Issue[] = [];
  for (const url of seen) {
    const { error, dependencies = [] } = modules.get(url) ?? {};
    if (error) issues.push(issueAt(path, error));
    for (const { specifier, code, isDynamic } of dependencies) {
      if (isDynamic || !code) continue;
      if (code.error) issues.push(issueAt(path, code.error, specifier));
      else if (code.specifier?.startsWith("file:")) seen.add(code.specifier);
    }
  }
  return issues;
}

/** In a line: what follows are excerpts. Of several lines the last says where. */
function issueAt(path: string, error: string, received?: string): Issue {
  const lines = error.split("\n"), place = lines.length > 1 ? ` (${lines.at(-1)!.trim()})` : "";
  return { path, message: `cannot be loaded: ${lines[0]}${place}`, received, severity: "error" };
}

/** The modules that a script is made of; none where nobody can say. */
async function modulesOf(url: string, settings: readonly string[]): Promise<ReadonlyMap<string, Module>> {
  const args = ["info", "--json", "--quiet", "--no-remote", "--no-npm", ...settings, url];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "null" }).output();
  if (!success) return new Map();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly Module[] };
  return new Map(modules.map((module) => [module.specifier, module]));
}
