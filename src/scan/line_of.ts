import type { MeasureRequest } from "../core/path.ts";

/** The innermost line that a request stands in; empty for points without an index, which stand in none. */
export function lineOf({ pass = "pass_0", index }: MeasureRequest): string {
  return index ? `${pass}/${index.slice(0, -1).join(",")}/` : "";
}
