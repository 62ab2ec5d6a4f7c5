import { InputError, messageOf } from "../core/errors.ts";

/** What a module that cannot be loaded throws, in contrast to one that runs and fails. */
const LOADING = /module|specifier|import|unsupported|parse|unexpected|media type/i;

/**
 * Runs a scan's module. Programs of `deno compile` hold no compiler and no module of others: where one cannot load the
 * scan, the error says what to do instead.
 *
 * @param standalone whether this is a program of `deno compile`
 * @throws InputError where the scan cannot be loaded in this form of Sonde; else what the scan throws
 */
export async function importScript(url: string, standalone: boolean = Deno.build.standalone): Promise<void> {
  try {
    await import(url);
  } catch (thrown) {
    const loading = thrown instanceof TypeError || thrown instanceof SyntaxError;
    if (!standalone || !loading || !LOADING.test(thrown.message)) throw thrown;
    const advice =
      "this executable was made by deno compile and cannot load TypeScript: write the scan as YAML, or use " +
      "the self-extracting executable (docs/executable.md)";
    throw InputError.at("file", `cannot be loaded (${messageOf(thrown).split("\n")[0]}); ${advice}`, url);
  }
}
