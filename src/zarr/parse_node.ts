import type { Node } from "./metadata.ts";

/**
 * Metadata from their text, with integers beyond 2⁵³ kept digit by digit, so that writing them again changes nothing.
 *
 * @throws {SyntaxError} when the text is no JSON
 * @example
 * ```ts
 * import { parseNode } from "./parse_node.ts";
 * console.assert(parseNode(new TextEncoder().encode('{"fill_value":-9223372036854775808}')).fill_value === -(2n ** 63n));
 * ```
 */
export function parseNode(bytes: Uint8Array): Node {
  const exact = (_: string, entry: unknown, context?: { source?: string }) =>
    typeof entry === "number" && !Number.isSafeInteger(entry) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context!.source!)
      : entry;
  return JSON.parse(new TextDecoder().decode(bytes), exact as (key: string, entry: unknown) => unknown);
}
