/** What of a log's entry says whose it is. */
export interface NotedEntry {
  /** `note`, `ask`, `warning`, `transition`. */
  readonly kind: string;
  /** What it says, as data. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Whether a person has noted it, to the run in progress or from outside of it, and not the scan's own path.
 *
 * @example
 * ```ts
 * import { isPersonNote } from "./person_note.ts";
 * console.assert(isPersonNote({ kind: "note", data: { by: "person" } }));
 * console.assert(!isPersonNote({ kind: "note", data: { by: "gaussian" } })); // how an alignment has found its place
 * ```
 */
export function isPersonNote({ kind, data }: NotedEntry): boolean {
  return kind === "note" && (data?.by === "person" || typeof data?.note_id === "string");
}
