import process from "node:process";
import { parse } from "@std/yaml";
import { InputError, messageOf } from "./errors.ts";

/**
 * What stands in the text of a YAML (or JSON) file.
 *
 * @param file its name, for messages
 * @throws InputError when it is not YAML, says a key twice, or has a tag (`!name`), which would lose what it stands for
 *
 * @example
 * ```ts
 * import { parseYaml } from "./parse_yaml.ts";
 * const { limits } = parseYaml("limits: [-5, 5]", "rig.yaml") as { limits: number[] };
 * console.assert(limits[0] === -5);
 * ```
 */
export function parseYaml(text: string, file: string): unknown {
  const warnings: unknown[] = [], { emitWarning } = process;
  // The parser tells of tags that it does not know by a warning of the process, and takes them for text.
  process.emitWarning = (warning: unknown) => void warnings.push(warning);
  try {
    const input = parse(text);
    if (warnings.length) throw warnings[0];
    return input;
  } catch (thrown) {
    throw InputError.at(file, `is not YAML: ${inOwnWords(messageOf(thrown).split("\n")[0], text)}`);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** What parsers say to programmers, as people need it. */
function inOwnWords(message: string, text: string): string {
  const place = /at line (\d+), column (\d+)/.exec(message);
  const at = place ? ` at line ${place[1]}, column ${place[2]}` : "";
  const rest = place ? text.split("\n")[Number(place[1]) - 1]?.slice(Number(place[2]) - 1) ?? "" : "";
  if (/keys must be unique|duplicated key/i.test(message)) {
    const key = /^\s*([^:,{}]+?)\s*:/.exec(rest)?.[1];
    return `${key === undefined ? "a key" : `the key ${key}`} stands twice${at}`;
  }
  if (/multiple documents|more than 1 document/i.test(message)) {
    return `it holds more than one document; allowed: one${at.replace(" at", "; the next begins at")}`;
  }
  const tag = /(?:unresolved|unknown) tag:? "?(\S+?)"?(?: at line|$)/i.exec(message)?.[1];
  if (tag !== undefined) return `the tag ${tag} is unknown${at}; text that begins with ! stands in quotes`;
  return message.replace(/:$/, "");
}
