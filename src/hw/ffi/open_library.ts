import { messageOf, SondeError } from "../../core/errors.ts";

/** A shared library: what it is called on each system, and how one gets it. */
export interface Library {
  /** Its name in sentences, and, in capitals before `_LIBRARY`, the variable that says where it is. */
  readonly name: string;
  /** File names to try, by operating system; a name without a folder is looked up as the system does. */
  readonly files: Partial<Record<typeof Deno.build.os, readonly string[]>>;
  /** A sentence that says how to install it. */
  readonly install: string;
}

/** A shared library that is not there, or cannot be loaded. */
export class LibraryError extends SondeError {
  /** `LibraryError`. */
  override name = "LibraryError";
  /** `tried` holds each file name with what the system said about it. */
  constructor(readonly library: string, readonly tried: readonly string[], readonly install: string) {
    const attempts = tried.length ? `tried ${tried.join("; ")}` : `no file name is known for ${Deno.build.os}`;
    super(`the ${library} library could not be loaded. ${install} (${attempts})`);
  }
}

/** The variable that overrides where a library is looked for: `ARAVIS_LIBRARY`. */
export function libraryVariable(name: string): string {
  return `${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}_LIBRARY`;
}

/** An override is read only where reading it needs no question to the user. */
function override(name: string): string | undefined {
  const variable = libraryVariable(name);
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

/**
 * Opens a vendor's library, under the first of its names that loads. The environment variable `<NAME>_LIBRARY`, when
 * set, says the one file to open instead.
 *
 * @throws LibraryError when it cannot be loaded, with how to install it and what was tried
 * @throws Deno.errors.NotCapable as it comes, when `--allow-ffi` is missing
 *
 * @example
 * ```ts
 * import { LibraryError, openLibrary } from "./open_library.ts";
 * const library = { name: "acme", files: { linux: ["libacme.so.9"] }, install: "Install it with `apt-get install libacme9`." };
 * try {
 *   openLibrary(library, { acme_open: { parameters: [], result: "i32" } });
 * } catch (error) {
 *   console.assert(error instanceof LibraryError);
 * }
 * ```
 */
export function openLibrary<const S extends Deno.ForeignLibraryInterface>(
  library: Library,
  symbols: S,
): Deno.DynamicLibrary<S> {
  const named = override(library.name);
  const files = named ? [named] : library.files[Deno.build.os] ?? [];
  const tried: string[] = [];
  for (const file of files) {
    try {
      return Deno.dlopen(file, symbols);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      tried.push(`${file}: ${messageOf(error).replace(/^(Could not open library: )+/, "")}`);
    }
  }
  throw new LibraryError(library.name, tried, library.install);
}
