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

/**
 * The data of a note that a person has made to the run in progress, marked as such whatever else they hold: without a name in
 * `by` that name is `person`; with one, the note has an id, as those that are added from outside.
 *
 * @example
 * ```ts
 * import { isPersonNote, markedByPerson } from "./person_note.ts";
 * console.assert(markedByPerson({ power: 3 }).by === "person");
 * const data = markedByPerson({ by: "Ada" });
 * console.assert(data.by === "Ada" && isPersonNote({ kind: "note", data }));
 * ```
 */
export function markedByPerson(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const marked = { ...data, by: data.by ?? "person" };
  return isPersonNote({ kind: "note", data: marked }) ? marked : { ...marked, note_id: crypto.randomUUID() };
}
